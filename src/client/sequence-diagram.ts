import { BROADCAST, formatMac } from '../wire/mac-address';
import type { FrameEntry, FrameEvent, StateEntry, TraceAttempt, TraceEntry } from './trace';

/** So many entries are drawn at most: Mermaid refuses texts of 50,000 characters. */
const MOST_DRAWN = 200;
const LONGEST_VALUE = 40;
const LONGEST_LINE = 160;
/** Tags and options that mean something to their sender only. */
const OPAQUE: readonly string[] = [
  'Host-Uniq',
  'AC-Cookie',
  'Relay-Session-Id',
  'Client-Identifier',
  'Server-Identifier',
];
/** So many Echo packets in a row are drawn one by one, more are counted. */
const FEW_ECHOES = 4;

/** A frame that is drawn, decoded. */
interface Drawn {
  readonly type: 'frame';
  readonly serial: number;
  readonly event: FrameEvent;
}

/**
 * The negotiation as Mermaid `sequenceDiagram` text: one arrow for each frame between the Host and each Access Concentrator,
 * notes for the states of the session. It shows the present or last attempt, and those before it as far as there is room.
 */
export function drawSequence(attempts: readonly TraceAttempt[]): string {
  const shown = chooseAttempts(attempts).map(({ number, entries }) => ({ number, entries: entries.map(decoded) }));
  const peers = new Peers(shown.flatMap(({ entries }) => entries));
  const lines = shown.flatMap(({ number, entries }) => [
    ...(number > 0 ? [`  Note over Host,${peers.first}: Attempt ${number}`] : []),
    ...drawEntries(entries, peers),
  ]);
  return ['sequenceDiagram', '  participant Host', ...peers.declarations, ...lines, ''].join('\n');
}

/** Whole attempts from the end; of an attempt that is too long the beginning and the end. */
function chooseAttempts(attempts: readonly TraceAttempt[]): readonly TraceAttempt[] {
  const last = attempts.at(-1);
  if (!last) return [];
  if (last.entries.length > MOST_DRAWN) {
    const { entries } = last;
    const half = MOST_DRAWN / 2;
    return [{ number: last.number, entries: [...entries.slice(0, half), ...entries.slice(-half)] }];
  }
  let first = attempts.length - 1;
  let room = MOST_DRAWN - last.entries.length;
  for (let index = first - 1; index >= 0; index--) {
    room -= attempts[index]?.entries.length ?? 0;
    if (room < 0) break;
    first = index;
  }
  return attempts.slice(first);
}

function decoded(entry: TraceEntry): StateEntry | Drawn {
  return entry.type === 'state' ? entry : { type: 'frame', serial: entry.serial, event: (entry as FrameEntry).event() };
}

/** The Access Concentrators of a trace, in the order in which they appear, each a participant under the name it has told. */
class Peers {
  readonly #names = new Map<string, string>();

  constructor(entries: readonly (StateEntry | Drawn)[]) {
    for (const entry of entries) {
      if (entry.type === 'state' || entry.event.peer === EVERYONE) continue;
      const { peer, options } = entry.event;
      const name = options.find((option) => option.name === 'AC-Name')?.value;
      this.#names.set(peer, name || this.#names.get(peer) || peer);
    }
  }

  get first(): string {
    return 'AC1';
  }

  get declarations(): readonly string[] {
    if (this.#names.size === 0) return ['  participant AC1 as Access Concentrator'];
    return [...this.#names.values()].map(
      (name, index) =>
        `  participant AC${index + 1} as ${escaped(`Access Concentrator (${cut(name, LONGEST_VALUE)})`)}`,
    );
  }

  /** What is sent to everyone is drawn to the first. */
  idOf(peer: string): string {
    return `AC${Math.max([...this.#names.keys()].indexOf(peer), 0) + 1}`;
  }
}

const EVERYONE = formatMac(BROADCAST);

function drawEntries(entries: readonly (StateEntry | Drawn)[], peers: Peers): readonly string[] {
  const lines: string[] = [];
  let previous: number | undefined;
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index] as StateEntry | Drawn;
    const missing = previous === undefined ? 0 : entry.serial - previous - 1;
    if (missing > 0) lines.push(`  Note over Host,${peers.first}: ${missing} more`);
    const echoes = echoRun(entries, index);
    if (echoes > FEW_ECHOES) {
      lines.push(`  Note over Host,${peers.first}: LCP Echo-Request and Echo-Reply, ${echoes} packets`);
      index += echoes - 1;
    } else {
      lines.push(entry.type === 'state' ? drawState(entry) : drawFrame(entry.event, peers));
    }
    previous = entries[index]?.serial;
  }
  return lines;
}

/** How many Echo packets without a gap begin here. */
function echoRun(entries: readonly (StateEntry | Drawn)[], start: number): number {
  const serial = entries[start]?.serial ?? 0;
  let count = 0;
  for (let entry = entries[start]; isEcho(entry) && entry.serial === serial + count; entry = entries[start + count]) {
    count++;
  }
  return count;
}

function isEcho(entry: StateEntry | Drawn | undefined): entry is Drawn {
  return entry?.type === 'frame' && entry.event.protocol === 'LCP' && entry.event.code.startsWith('Echo-');
}

function drawState({ state, reason }: StateEntry): string {
  return `  Note over Host: ${escaped(cut(reason ? `${state} (${reason.code}: ${reason.text})` : state, LONGEST_LINE))}`;
}

function drawFrame(event: FrameEvent, peers: Peers): string {
  const { direction, peer, mark } = event;
  const id = peers.idOf(peer);
  const [from, to] = direction === 'sent' ? ['Host', id] : [id, 'Host'];
  return `  ${from}${arrow(mark)}${to}: ${escaped(cut(label(event), LONGEST_LINE))}`;
}

/** Dashed for what is said again, with a cross for what came to nothing. */
function arrow(mark: FrameEvent['mark']): string {
  if (mark === 'repeated') return '-->>';
  return mark === undefined ? '->>' : '-x';
}

function label({ protocol, code, identifier, sessionId, options, mark }: FrameEvent): string {
  const isDiscovery = protocol === 'PPPoE';
  const head = [
    ...(isDiscovery && code !== '' ? [code] : [protocol, code]),
    ...(identifier === undefined ? [] : [String(identifier)]),
    ...(isDiscovery && sessionId ? [`session ${sessionId}`] : []),
    ...(mark === undefined ? [] : [`(${mark})`]),
  ];
  const main = options
    .filter(({ name }) => !OPAQUE.includes(name))
    .map(({ name, value }) => (value === '' ? name : `${name} ${cut(value, LONGEST_VALUE)}`));
  return [head.filter((part) => part !== '').join(' '), ...main].join(', ');
}

function cut(text: string, longest: number): string {
  const characters = [...text];
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : text;
}

/** What a peer says must not end a line or a statement of the diagram, nor be taken for markup: as character references. */
function escaped(text: string): string {
  return [...text]
    .map((character) => (/[\p{L}\p{N} .,:()/+=_'?!@-]/u.test(character) ? character : `#${character.codePointAt(0)};`))
    .join('');
}
