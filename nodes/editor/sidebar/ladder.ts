import type { Entry, FrameRecord, StateRecord } from './data.js';

/** One step of the ladder, from top to bottom. */
export type Rung =
  | { readonly type: 'frame'; readonly key: string; readonly frame: FrameRecord; readonly after: number }
  | { readonly type: 'state'; readonly key: string; readonly entry: StateRecord }
  /** So many entries that are no longer kept. */
  | { readonly type: 'gap'; readonly key: string; readonly count: number }
  /** So many Echo packets in a row. */
  | { readonly type: 'echoes'; readonly key: string; readonly count: number };

export interface Ladder {
  /** Counted from 1; 0 for what came before the first. */
  readonly attempt: number;
  /** When it began, ISO 8601. */
  readonly began: string;
  /** How it ended: the last state that was entered. */
  readonly outcome: string;
  /** The access concentrators under the names they told, or their addresses: in the order of their appearance. */
  readonly peers: readonly { readonly address: string; readonly name: string }[];
  readonly rungs: readonly Rung[];
}

/** So many Echo packets in a row are drawn one by one, more are counted. */
const FEW_ECHOES = 4;
const EVERYONE = 'ff:ff:ff:ff:ff:ff';

/** The attempts of a session's history, the oldest first. */
export function ladders(entries: readonly Entry[]): readonly Ladder[] {
  const attempts = new Map<number, Entry[]>();
  for (const entry of entries) {
    const known = attempts.get(entry.attempt);
    if (known) known.push(entry);
    else attempts.set(entry.attempt, [entry]);
  }
  return [...attempts].map(([attempt, own]) => ladder(attempt, own));
}

function ladder(attempt: number, entries: readonly Entry[]): Ladder {
  const outcome = entries.filter((entry): entry is StateRecord => entry.type === 'state').at(-1);
  return {
    attempt,
    began: entries[0]?.at ?? '',
    outcome: outcome?.state ?? '',
    peers: peersOf(entries),
    rungs: rungsOf(entries),
  };
}

function peersOf(entries: readonly Entry[]): Ladder['peers'] {
  const names = new Map<string, string>();
  for (const entry of entries) {
    if (entry.type === 'state' || entry.peer === EVERYONE) continue;
    const told = entry.options.find(({ name }) => name === 'AC-Name')?.value;
    names.set(entry.peer, told || names.get(entry.peer) || entry.peer);
  }
  return [...names].map(([address, name]) => ({ address, name }));
}

function rungsOf(entries: readonly Entry[]): readonly Rung[] {
  const rungs: Rung[] = [];
  const began = Date.parse(entries[0]?.at ?? '');
  let previous: Entry | undefined;
  // Times are rounded, each for itself: one may seem to be before its forerunner's.
  let after = 0;
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index] as Entry;
    const missing = previous ? entry.serial - previous.serial - 1 : 0;
    if (missing > 0) rungs.push({ type: 'gap', key: `gap-${entry.serial}`, count: missing });
    const echoes = echoRun(entries, index);
    if (echoes > FEW_ECHOES) {
      rungs.push({ type: 'echoes', key: `echoes-${entry.serial}`, count: echoes });
      index += echoes - 1;
    } else if (entry.type === 'state') {
      rungs.push({ type: 'state', key: String(entry.serial), entry });
    } else {
      after = Math.max(after, Date.parse(entry.at) - began);
      rungs.push({ type: 'frame', key: String(entry.serial), frame: entry, after });
    }
    previous = entries[index];
  }
  return rungs;
}

/** How many Echo packets without a gap begin here. */
function echoRun(entries: readonly Entry[], start: number): number {
  const first = entries[start]?.serial ?? 0;
  let count = 0;
  while (isEcho(entries[start + count]) && entries[start + count]?.serial === first + count) count++;
  return count;
}

function isEcho(entry: Entry | undefined): boolean {
  return entry?.type === 'frame' && entry.protocol === 'LCP' && entry.code.startsWith('Echo-');
}

/** `PADI`, `LCP Configure-Request 1`. */
export function titleOf({ protocol, code, identifier }: FrameRecord): string {
  const head = protocol === 'PPPoE' && code !== '' ? [code] : [protocol, code];
  return [...head, ...(identifier === undefined ? [] : [String(identifier)])].filter((part) => part !== '').join(' ');
}
