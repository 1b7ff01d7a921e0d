// A page of the dashboard, as its user sees it.
import type { Locator, Page } from 'playwright-core';
import type { Demo } from './browser';
import { Workspace } from './workspace';

/** A point of a chart as the dashboard keeps it. */
interface Point {
  readonly series: string;
  readonly payload: number;
}

/** What is used of the dashboard's own application, which has no types: the messages that its widgets draw, by widget. */
interface Application extends Element {
  readonly __vue_app__: {
    readonly config: {
      readonly globalProperties: {
        readonly $store: { readonly state: { readonly data: { readonly messages: Record<string, unknown> } } };
      };
    };
  };
}

export class Dashboard {
  constructor(private readonly page: Page) {}

  /** Imports an example from the editor's list into an empty Node-RED, deploys it, and opens its page. */
  static async ofExample(demo: Demo, example: string, path: string): Promise<Dashboard> {
    const workspace = new Workspace(demo.page);
    await demo.openFlows([]);
    await workspace.importExample(example);
    await workspace.deploy();
    await demo.page.goto(`${demo.address}/dashboard${path}`);
    return new Dashboard(demo.page);
  }

  /** The text beside a label, once it is this. */
  shown(label: string, value: string | RegExp): Locator {
    return this.page.locator('.nrdb-ui-text', { hasText: label }).filter({ hasText: value }).first();
  }

  /** What stands beside a label now. */
  async valueOf(label: string): Promise<string> {
    const value = this.page.locator('.nrdb-ui-text', { hasText: label }).locator('.nrdb-ui-text-value').first();
    return (await value.textContent()) ?? '';
  }

  /** Rows of the table in a group that have all these texts. */
  rows(group: string, ...texts: readonly (string | RegExp)[]): Locator {
    const table = this.page.locator('.nrdb-ui-group', { hasText: group }).locator('.nrdb-ui-table');
    return texts.reduce((rows, hasText) => rows.filter({ hasText }), table.locator('tbody tr'));
  }

  /** Resolves when the page's chart has a point of this series that is no less. */
  async point(series: string, least: number): Promise<void> {
    const id = await this.page.locator('.nrdb-ui-widget.nrdb-ui-chart').getAttribute('id');
    await this.page.waitForFunction(
      ({ chart, wanted, value }) => {
        const { __vue_app__: app } = document.querySelector('#app') as Application;
        const points = app.config.globalProperties.$store.state.data.messages[chart] as readonly Point[] | undefined;
        return points?.some((point) => point.series === wanted && point.payload >= value) === true;
      },
      { chart: id?.replace('nrdb-ui-widget-', '') ?? '', wanted: series, value: least },
    );
  }

  /** The picture of the page's chart. */
  async drawing(): Promise<string> {
    const canvas = this.page.locator('.nrdb-ui-chart canvas').first();
    return canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());
  }
}
