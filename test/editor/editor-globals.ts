// What the tests use of the global objects in the editor's page, which have no types of their own.

export type EditorNode = Record<string, unknown> & { readonly id: string; readonly type: string };

interface RedNodes {
  add(node: EditorNode): EditorNode;
  dirty(): boolean;
  eachNode(each: (node: EditorNode) => boolean): void;
  eachConfig(each: (node: EditorNode) => boolean): void;
  filterNodes(filter: { readonly type: string }): readonly EditorNode[];
  getNodeHelp(type: string): string;
  node(id: string): EditorNode;
}

interface RedView {
  createNode(type: string, x: number, y: number): { readonly node: EditorNode };
  importNodes(nodes: unknown, options: object): void;
}

interface RedEditor {
  edit(node: EditorNode): void;
  editConfig(name: string, type: string, id: string): void;
  getEditStack(): readonly EditorNode[];
}

/** `globalThis` in the editor's page. */
export interface EditorPage {
  readonly RED: {
    readonly nodes: RedNodes;
    readonly view: RedView;
    readonly editor: RedEditor;
    readonly workspaces: { show(id: string): void };
    readonly sidebar: { show(tab: string): void };
    readonly events: { emit(event: string): void };
  };
  readonly $: (selector: string) => { width(pixels: number): void };
  /** axe-core, where the page has been given it. */
  readonly axe: {
    run(
      selector: string,
      options: { readonly runOnly: readonly string[] },
    ): Promise<{
      readonly violations: readonly {
        readonly id: string;
        readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
      }[];
    }>;
  };
}
