import type { RED as EditorRed } from '@node-red/editor-client';

/** What the editor has beyond its published types. */
interface Beyond {
  readonly editor: EditorRed['editor'] & {
    /** The nodes whose dialogs are open, the last one on top; not in every version. */
    getEditStack?(): readonly { readonly id?: string }[];
  };
  readonly popover: {
    menu(options: {
      readonly width: number;
      readonly maxHeight: number;
      readonly class: string;
      readonly options: readonly { readonly label: JQuery; onselect(): void }[];
      onclose(): void;
    }): { show(options: { readonly target: JQuery }): void };
  };
}

declare global {
  const RED: Omit<EditorRed, keyof Beyond> & Beyond;
}
