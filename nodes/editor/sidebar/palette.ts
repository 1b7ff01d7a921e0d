/** The colours of the sidebar and its pictures, as `#rrggbb` or `rgb(…)`. */
export interface Colours {
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  /** Lines that only separate. */
  readonly line: string;
  readonly sent: string;
  readonly received: string;
  readonly refused: string;
  readonly repeated: string;
  readonly good: string;
  /** The ground of what is lit, and what stands on it. */
  readonly lit: string;
  readonly onLit: string;
  /** The ground of what is chosen. */
  readonly chosen: string;
}

const LIGHT: Colours = {
  paper: '#ffffff',
  ink: '#333333',
  muted: '#5c6066',
  line: '#c9ccd1',
  sent: '#0b57b0',
  received: '#00695c',
  refused: '#b3261e',
  repeated: '#8a5000',
  good: '#1b6e2e',
  lit: '#1b6e2e',
  onLit: '#ffffff',
  chosen: '#e3edf9',
};

const DARK: Colours = {
  paper: '#1e1e1e',
  ink: '#e4e6e9',
  muted: '#b4b8be',
  line: '#565a60',
  sent: '#8ab8f5',
  received: '#5fd3bf',
  refused: '#ff9a90',
  repeated: '#f3b95f',
  good: '#7fd492',
  lit: '#7fd492',
  onLit: '#10240f',
  chosen: '#2c3b52',
};

/** What a text needs against its ground (WCAG 2.1, 1.4.3). */
export const ENOUGH_CONTRAST = 4.5;

/** Colours that can be read on this ground. The editor's own ink is used where it can be read, too. */
export function coloursOn(paper: string, ink: string): Colours {
  const own = luminance(paper) > 0.18 ? LIGHT : DARK;
  const legible = [own.muted, own.sent, own.received, own.refused, own.repeated, own.good].every(
    (colour) => contrast(colour, paper) >= ENOUGH_CONTRAST,
  );
  // A ground of middling brightness carries no colours: then ours.
  if (!legible) return own;
  return {
    ...own,
    paper,
    ink: contrast(ink, own.chosen) >= ENOUGH_CONTRAST && contrast(ink, paper) >= 7 ? ink : own.ink,
  };
}

/** From 1 to 21. */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** White for what is no colour that a browser computes. */
function channels(colour: string): readonly number[] {
  const pairs = /^#(..)(..)(..)$/.exec(colour);
  if (pairs) return pairs.slice(1).map((pair) => Number.parseInt(pair, 16));
  const numbers = /^rgba?\(\s*([\d.]+)[,\s]+([\d.]+)[,\s]+([\d.]+)/.exec(colour);
  return numbers ? numbers.slice(1).map(Number) : [255, 255, 255];
}
