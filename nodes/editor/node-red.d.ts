import type { RED as EditorRed } from '@node-red/editor-client';

declare global {
  const RED: EditorRed;
}
