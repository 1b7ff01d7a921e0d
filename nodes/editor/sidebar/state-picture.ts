import type { Machine, Transition } from './data.js';
import { breadth, type Picture } from './picture.js';
import { type Shape, shape } from './shape.js';

/** The way up, from top to bottom. What is not on it stands at the right. */
const WAY_UP = ['idle', 'discovering', 'requesting', 'establishing', 'authenticating', 'configuring', 'up'];
/** Beside which step of the way up the others stand. */
const BESIDE: Readonly<Record<string, number>> = { waiting: 1.5, terminating: 4.5 };
const PITCH = 42;
const HEIGHT = 24;
const SIZE = 11.5;
/** Room at the left for the ways back. */
const BACK = 40;

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly column: 'way' | 'beside';
}

/** The states of a session with the present one lit, and the ways that lead out of it. */
export function drawStates({ states, transitions }: Machine, present: string, width: number, title: string): Picture {
  const places = new Map(states.map((state) => [state, placeOf(state, width)]));
  const height = WAY_UP.length * PITCH - PITCH + HEIGHT + 4;
  const leading = transitions.filter(({ from, to }) => from !== to);
  // What is lit is drawn over the rest.
  const edges = [
    ...leading.filter(({ from }) => from !== present),
    ...leading.filter(({ from }) => from === present),
  ].flatMap((transition) => drawEdge(transition, places, present));
  const boxes = [...places].map(([state, place]) => drawBox(state, place, state === present));
  const picture = shape(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title },
    ...edges,
    ...boxes,
  );
  return { shape: picture, width, height };
}

/** The ways out of a state: to where, and what leads there. */
export function waysOut({ transitions }: Machine, present: string): readonly Transition[] {
  return transitions.filter(({ from }) => from === present);
}

function placeOf(state: string, width: number): Place {
  const step = WAY_UP.indexOf(state);
  const box = breadth(14, SIZE) + 18;
  if (step >= 0) return { x: BACK, y: 2 + step * PITCH, width: box, column: 'way' };
  const narrow = breadth(11, SIZE) + 14;
  return { x: width - narrow - 2, y: 2 + (BESIDE[state] ?? 0) * PITCH, width: narrow, column: 'beside' };
}

function drawBox(state: string, { x, y, width }: Place, lit: boolean): Shape {
  return shape(
    'g',
    { class: lit ? `lit ${state === 'up' ? 'good' : 'other'}` : 'state', 'data-state': state },
    shape('rect', { class: 'box', x, y, width, height: HEIGHT, rx: HEIGHT / 2 }),
    shape('text', { class: 'middle title', x: x + width / 2, y: y + 16 }, state),
  );
}

function drawEdge({ from, to }: Transition, places: ReadonlyMap<string, Place>, present: string): readonly Shape[] {
  const start = places.get(from);
  const end = places.get(to);
  if (!start || !end) return [];
  const { d, head } = curve(start, end);
  const kind = from === present ? 'next ' : '';
  return [shape('path', { class: `${kind}edge`, d }), shape('path', { class: `${kind}edge-head`, d: head })];
}

/** The line, and the tip at its end. */
function curve(start: Place, end: Place): { readonly d: string; readonly head: string } {
  const middle = (place: Place) => place.y + HEIGHT / 2;
  if (start.column === 'way' && end.column === 'way') {
    if (Math.abs(end.y - start.y - PITCH) < 1) {
      const x = start.x + start.width / 2;
      return { d: `M${x} ${start.y + HEIGHT}V${end.y - 5}`, head: tip(x, end.y, 'down') };
    }
    // Steps back, and those over another, go round at the left: the farther, the wider.
    const steps = Math.abs(end.y - start.y) / PITCH;
    const reach = Math.min(8 + steps * 7, BACK - 2) * 1.3;
    const x = start.x;
    const [a, b] = [middle(start), middle(end)];
    return { d: `M${x} ${a}C${x - reach} ${a} ${x - reach} ${b} ${x - 4} ${b}`, head: tip(x, b, 'right') };
  }
  if (start.column === 'beside' && end.column === 'beside') {
    const x = start.x + start.width / 2;
    const down = end.y > start.y;
    return {
      d: `M${x} ${down ? start.y + HEIGHT : start.y}V${down ? end.y - 5 : end.y + HEIGHT + 5}`,
      head: tip(x, down ? end.y : end.y + HEIGHT, down ? 'down' : 'up'),
    };
  }
  const rightwards = end.column === 'beside';
  const a = rightwards ? start.x + start.width : start.x;
  const b = rightwards ? end.x : end.x + end.width;
  const between = (a + b) / 2;
  const [from, to] = [middle(start), middle(end)];
  return {
    d: `M${a} ${from}C${between} ${from} ${between} ${to} ${rightwards ? b - 4 : b + 4} ${to}`,
    head: tip(b, to, rightwards ? 'right' : 'left'),
  };
}

function tip(x: number, y: number, towards: 'up' | 'down' | 'left' | 'right'): string {
  const [dx, dy] = { up: [0, 1], down: [0, -1], left: [1, 0], right: [-1, 0] }[towards] as [number, number];
  const [bx, by] = [x + 6 * dx, y + 6 * dy];
  return `M${x} ${y}L${bx + 3.5 * dy} ${by + 3.5 * dx}L${bx - 3.5 * dy} ${by - 3.5 * dx}Z`;
}
