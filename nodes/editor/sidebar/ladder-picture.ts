import type { FrameRecord, StateRecord } from './data.js';
import { type Ladder, type Rung, titleOf } from './ladder.js';
import { breadth, type Picture, room } from './picture.js';
import { type Shape, shape } from './shape.js';
import { cells, cut, later, wrapped } from './text.js';
import type { Words } from './words.js';

/** Tags that mean something to their sender only. */
const OPAQUE: readonly string[] = ['Host-Uniq', 'AC-Cookie', 'Relay-Session-Id'];
const SIGNS: Readonly<Record<NonNullable<FrameRecord['mark']>, string>> = {
  refused: '✕',
  repeated: '↻',
  malformed: '!',
  ignored: '∅',
};
/** How far a lifeline is from its side. */
const MARGIN = 22;
const HEADER = 46;
const LINE = 13;
const LONGEST_VALUE = 48;
const MOST_LINES = 4;

interface Sheet {
  readonly left: number;
  readonly right: number;
  readonly words: Words;
  readonly ladder: Ladder;
  /** The key of the rung that is chosen. */
  readonly chosen: string | undefined;
}

/** Something that is drawn from this height on, and how high it is. */
interface Drawn {
  readonly height: number;
  draw(top: number): readonly Shape[];
}

/** The host at the left, the access concentrator at the right, and an arrow for each frame between them. */
export function drawLadder(ladder: Ladder, words: Words, width: number, chosen?: string): Picture {
  const sheet: Sheet = { left: MARGIN, right: width - MARGIN, words, ladder, chosen };
  let top = HEADER + 6;
  const rungs = ladder.rungs.map((rung) => {
    const drawn = drawRung(rung, sheet);
    const group = shape(
      'g',
      {
        class: `rung ${kindOf(rung)}`,
        'data-key': rung.key,
        id: `pppoe-rung-${rung.key}`,
        role: 'option',
        'aria-selected': String(rung.key === chosen),
        'aria-label': describeRung(rung, words),
      },
      shape('rect', { class: 'ground', x: 0, y: top, width, height: drawn.height, rx: 3 }),
      ...drawLives(sheet, top, drawn.height),
      ...drawn.draw(top),
    );
    top += drawn.height;
    return group;
  });
  const height = top + 8;
  const picture = shape(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'presentation' },
    ...drawLives(sheet, HEADER - 8, 14),
    ...drawHeader(sheet, width),
    ...rungs,
  );
  return { shape: picture, width, height };
}

/** A piece of both lifelines: over the ground of what is chosen, and under its arrow. */
function drawLives({ left, right }: Sheet, top: number, height: number): readonly Shape[] {
  return [left, right].map((x) => shape('path', { class: 'life', d: `M${x} ${top}v${height}` }));
}

function drawHeader({ words, ladder }: Sheet, width: number): readonly Shape[] {
  const host = words('ladder.host');
  const role = words('ladder.concentrator');
  const name = cut(ladder.peers.map((peer) => peer.name).join(', '), room(width / 2 - 12, 10.5));
  const wide = Math.max(breadth(cells(role), 11.5), breadth(cells(name), 10.5)) + 14;
  const narrow = Math.max(breadth(cells(host), 11.5) + 14, 2 * MARGIN);
  const text = (x: number, y: number, kind: string, content: string) =>
    shape('text', { x, y, class: `middle ${kind}` }, content);
  return [
    shape('rect', { class: 'box', x: 1, y: 1, width: narrow, height: HEADER - 10, rx: 4 }),
    text(1 + narrow / 2, 23, 'title', host),
    shape('rect', { class: 'box', x: width - wide - 1, y: 1, width: wide, height: HEADER - 10, rx: 4 }),
    text(width - wide / 2 - 1, name === '' ? 23 : 15, 'title', role),
    ...(name === '' ? [] : [text(width - wide / 2 - 1, 29, 'small', name)]),
  ];
}

function kindOf(rung: Rung): string {
  if (rung.type === 'frame') return rung.frame.mark ?? rung.frame.direction;
  return rung.type === 'state' ? `state ${judge(rung.entry)}` : 'note';
}

function judge({ state, reason }: StateRecord): string {
  if (state === 'up') return 'good';
  return reason && reason.code !== 'closed' ? 'bad' : 'neutral';
}

function drawRung(rung: Rung, sheet: Sheet): Drawn {
  if (rung.type === 'frame') return drawFrame(rung.frame, rung.after, sheet);
  if (rung.type === 'state') return drawState(rung.entry, sheet);
  return drawNote(sheet.words(`ladder.${rung.type}`, { count: rung.count }), sheet);
}

function drawFrame(frame: FrameRecord, after: number, sheet: Sheet): Drawn {
  const { left, right, words } = sheet;
  const { mark, direction } = frame;
  const time = later(after);
  const x = left + 10;
  const inner = right - left - 20;
  const title = cut(titleOf(frame), room(inner - breadth(time.length + 1, 10), 11.5));
  const lines = wrapped(partsOf(frame, sheet.ladder), room(inner, 10.5), MOST_LINES);
  const marked = mark ? [`${SIGNS[mark]} ${words(`mark.${mark}`)}`] : [];
  const head = direction === 'sent' ? right - 2 : left + 2;
  const back = direction === 'sent' ? head - 8 : head + 8;
  return {
    height: 32 + (lines.length + marked.length) * LINE,
    draw: (top) => [
      shape('text', { class: 'title', x, y: top + 14 }, title),
      shape('text', { class: 'tiny muted end', x: right - 10, y: top + 14 }, time),
      shape('path', { class: 'arrow', d: `M${direction === 'sent' ? left : right} ${top + 21}H${back}` }),
      shape('path', { class: 'head', d: `M${head} ${top + 21}L${back} ${top + 17}V${top + 25}Z` }),
      ...marked.map((text) => shape('text', { class: 'mark', x, y: top + 35 }, text)),
      ...lines.map((text, index) =>
        shape('text', { class: 'small muted', x, y: top + 35 + (index + marked.length) * LINE }, text),
      ),
    ],
  };
}

/** Session and sender where they tell something, then the options, but those that only their sender understands. */
function partsOf({ protocol, sessionId, options, direction, peer }: FrameRecord, { peers }: Ladder): readonly string[] {
  const from = direction === 'received' && peers.length > 1 ? peers.find(({ address }) => address === peer) : undefined;
  const session = protocol === 'PPPoE' && sessionId ? [`session ${sessionId}`] : [];
  const shown = options
    .filter(({ name }) => !OPAQUE.includes(name))
    .map(({ name, value }) => (value === '' ? name : `${name} ${cut(value, LONGEST_VALUE)}`));
  return [...(from && protocol !== 'PPPoE' ? [from.name] : []), ...session, ...shown];
}

function drawState({ state, reason }: StateRecord, { left, right }: Sheet): Drawn {
  const width = room(right - left - 24, 10.5);
  const lines = reason ? wrapped([`${reason.code}: ${reason.text}`], width, 3) : [];
  return {
    height: 22 + lines.length * LINE,
    draw: (top) => [
      shape('circle', { class: 'dot', cx: left, cy: top + 11, r: 5 }),
      shape('text', { class: 'title', x: left + 12, y: top + 15 }, state),
      ...lines.map((text, index) =>
        shape('text', { class: 'small muted', x: left + 12, y: top + 29 + index * LINE }, text),
      ),
    ],
  };
}

function drawNote(text: string, { left, right }: Sheet): Drawn {
  const middle = (left + right) / 2;
  const shown = cut(text, room(right - left - 16, 10.5));
  return {
    height: 24,
    draw: (top) => [shape('text', { class: 'small muted middle', x: middle, y: top + 16 }, shown)],
  };
}

/** A rung for those who hear it. */
export function describeRung(rung: Rung, words: Words): string {
  if (rung.type === 'state') {
    const { state, reason } = rung.entry;
    return words('ladder.state', { state }) + (reason ? `, ${reason.code}: ${reason.text}` : '');
  }
  if (rung.type !== 'frame') return words(`ladder.${rung.type}`, { count: rung.count });
  const { frame, after } = rung;
  const options = frame.options.map(({ name, value }) => `${name} ${value}`.trim());
  return [
    `${words(`ladder.${frame.direction}`)} ${titleOf(frame)}`,
    ...(frame.mark ? [words(`mark.${frame.mark}`)] : []),
    later(after),
    ...options,
  ].join(', ');
}
