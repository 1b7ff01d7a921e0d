import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A cell as the RFC's page prints it, read without any help from `src`. */
export interface PrintedCell {
  readonly actions: readonly string[];
  /** 0 to 9. */
  readonly next: number;
  readonly note: string;
}

export interface PrintedTable {
  readonly states: readonly string[];
  /** By event, a cell for each state; undefined where the page has `-`. */
  readonly rows: ReadonlyMap<string, readonly (PrintedCell | undefined)[]>;
}

/** RFC 1661 §4.1: two blocks, states 0 to 5 and 6 to 9, each with a line of names and a line for each event. */
export function readPage(): PrintedTable {
  const states: string[] = [];
  const rows = new Map<string, (PrintedCell | undefined)[]>();
  for (const line of readFileSync(join(__dirname, '../fixtures/rfc1661-4.1.txt'), 'latin1').split('\n')) {
    const [left = '', right] = line.split('|');
    const label = left.trim();
    if (right === undefined || right.trim() === 'State' || (label === '' && right.trim() === '')) continue;
    const words = right.trim().split(/\s+/);
    if (label === 'Events') states.push(...words);
    else if (label !== '') rows.set(label, [...(rows.get(label) ?? []), ...words.map(readCell)]);
  }
  return { states, rows };
}

function readCell(word: string): PrintedCell | undefined {
  if (word === '-') return undefined;
  const at = word.lastIndexOf('/');
  const [next = '', note = ''] = [word.slice(at + 1, at + 2), word.slice(at + 2)];
  return { actions: at < 0 ? [] : word.slice(0, at).split(','), next: Number.parseInt(next, 10), note };
}
