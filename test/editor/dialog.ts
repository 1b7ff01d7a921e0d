// The dialog of a node in a real editor, as its user has it.
import type { Locator, Page } from 'playwright-core';
import type { EditorNode, EditorPage } from './editor-globals';

export class Dialog {
  private constructor(
    private readonly page: Page,
    readonly id: string,
    /** All of it, with its buttons. */
    readonly tray: Locator,
  ) {}

  /**
   * Opens the dialog of the first node of a type. Of a type that the flow has none of, one is made, as out of the palette.
   * @param properties are stored in the node before.
   */
  static async open(page: Page, type: string, properties: Readonly<Record<string, unknown>> = {}): Promise<Dialog> {
    return Dialog.opened(page, () =>
      page.evaluate(
        ([wanted, values]) => {
          const { RED } = globalThis as unknown as EditorPage;
          const configs: EditorNode[] = [];
          RED.nodes.eachConfig((node) => {
            configs.push(node);
            return true;
          });
          // No functions with names: the browser does not know what the compiler makes of them.
          const config = configs.find((one) => one.type === wanted);
          let node = config ?? RED.nodes.filterNodes({ type: wanted })[0];
          if (!node) {
            const [session, concentrator] = ['pppoe-session', 'pppoe-concentrator'].map(
              (kind) => configs.find((one) => one.type === kind)?.id,
            );
            node = RED.nodes.add(Object.assign(RED.view.createNode(wanted, 400, 400).node, { session, concentrator }));
          }
          Object.assign(node, values);
          if (config) RED.editor.editConfig('', wanted, config.id);
          else RED.editor.edit(node);
        },
        [type, properties] as const,
      ),
    );
  }

  /** The dialog that an action opens, which may be on top of another. */
  static async opened(page: Page, action: () => Promise<void>): Promise<Dialog> {
    await action();
    // One that lies below another is taken out of the page: a mark finds each again.
    const opened = await page.waitForFunction(() => {
      const form = document.querySelector('.red-ui-tray:not([data-dialog]) .pppoe-form');
      const [top] = (globalThis as unknown as EditorPage).RED.editor.getEditStack().slice(-1);
      if (!form || !top) return undefined;
      form.closest('.red-ui-tray')?.setAttribute('data-dialog', top.id);
      return top.id;
    });
    const id = (await opened.jsonValue()) ?? '';
    const tray = page.locator(`.red-ui-tray[data-dialog="${id}"]`);
    await tray.locator('.pppoe-form').waitFor();
    // Node-RED moves the focus there once the dialog has slid in: whoever types before that types somewhere else.
    await tray.locator(':focus').waitFor();
    return new Dialog(page, id, tray);
  }

  /** The element that Node-RED reads a property from. */
  field(property: string): Locator {
    return this.tray.locator(`[id="node-config-input-${property}"], [id="node-input-${property}"]`);
  }

  row(property: string): Locator {
    const field = this.page.locator(`[id="node-config-input-${property}"], [id="node-input-${property}"]`);
    return this.tray.locator('.form-row', { has: field });
  }

  /** What is said to be wanted of a property; empty when it is right. */
  wanted(property: string): Locator {
    return this.tray.locator(`[id$="input-${property}-wanted"]`);
  }

  section(title: string): Locator {
    return this.tray.locator('.pppoe-section', { has: this.page.locator('summary', { hasText: title }) });
  }

  /** Opens the sections that are closed. */
  async unfold(): Promise<void> {
    const closed = this.tray.locator('.pppoe-section:not([open]) > summary');
    while ((await closed.count()) > 0) await closed.first().click();
  }

  /** Accepts what is written: properties of the node, and whether they are all right. */
  async accept(): Promise<Record<string, unknown>> {
    await this.tray.locator('.red-ui-tray-toolbar .primary').click();
    await this.tray.waitFor({ state: 'detached' });
    return this.page.evaluate((id) => {
      const { users, _def, ...node } = (globalThis as unknown as EditorPage).RED.nodes.node(id);
      return Object.fromEntries(Object.entries(node).filter(([, value]) => typeof value !== 'object'));
    }, this.id);
  }

  async cancel(): Promise<void> {
    await this.tray.getByRole('button', { name: 'Cancel' }).click();
    await this.tray.waitFor({ state: 'detached' });
  }
}
