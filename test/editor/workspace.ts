// The flows in a real editor: imported, put together by mouse, and deployed.
import type { Locator, Page } from 'playwright-core';
import type { EditorNode, EditorPage } from './editor-globals';

export class Workspace {
  constructor(private readonly page: Page) {}

  /** Imports a flow as it is, and shows its first tab. */
  async importFlow(nodes: readonly { readonly id: string }[]): Promise<void> {
    await this.page.evaluate((flow) => {
      const { RED } = globalThis as unknown as EditorPage;
      RED.view.importNodes(flow, { generateIds: false, addFlow: false, touchImport: true });
      const [tab] = flow;
      if (tab) RED.workspaces.show(tab.id);
    }, nodes);
  }

  /** Imports one of the package's examples from the editor's list of them. */
  async importExample(name: string): Promise<void> {
    await this.page.locator('#red-ui-workspace-chart').focus();
    await this.page.keyboard.press('Control+i');
    const dialog = this.page.locator('.ui-dialog', { has: this.page.locator('#red-ui-clipboard-dialog') });
    await dialog.locator('.red-ui-tab', { hasText: 'Examples' }).click();
    await dialog.getByText('@pppoe/node-red-pppoe', { exact: true }).click();
    await dialog.getByText(name, { exact: true }).click();
    await dialog.locator('#red-ui-clipboard-dialog-ok').click();
    await dialog.waitFor({ state: 'hidden' });
    // The editor asks for the example's nodes only now.
    await this.page.waitForFunction(() => (globalThis as unknown as EditorPage).RED.nodes.dirty());
  }

  /** Takes a node from the palette, by mouse, to a place of the workspace. */
  async drag(type: string, x: number, y: number): Promise<void> {
    const chart = await this.page.locator('#red-ui-workspace-chart').boundingBox();
    if (!chart) throw new Error('no workspace is shown');
    const { mouse } = this.page;
    // This waits until the palette stands still.
    await this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`).hover();
    await mouse.down();
    await mouse.move(chart.x + x, chart.y + y, { steps: 10 });
    await mouse.up();
  }

  /** Presses Deploy, and waits until it is done. */
  async deploy(): Promise<void> {
    await this.page.locator('#red-ui-header-button-deploy').click();
    await this.page.waitForFunction(() => !(globalThis as unknown as EditorPage).RED.nodes.dirty());
  }

  /** The status of a node that says this. */
  status(text: string): Locator {
    return this.page.locator('.red-ui-flow-node-status-label', { hasText: text }).first();
  }

  /** The types of the nodes with a setting that is not right, and of those that are not known. */
  async invalid(): Promise<readonly string[]> {
    return this.page.evaluate(() => {
      const { RED } = globalThis as unknown as EditorPage;
      const nodes: EditorNode[] = [];
      RED.nodes.eachNode((node) => nodes.push(node) > 0);
      RED.nodes.eachConfig((node) => nodes.push(node) > 0);
      return nodes.filter(({ type, valid }) => valid === false || type === 'unknown').map(({ type }) => type);
    });
  }
}
