import type { Colours } from './palette.js';
import { type Shape, shape, svgText } from './shape.js';

/** A picture of so many pixels. */
export interface Picture {
  readonly shape: Shape;
  readonly width: number;
  readonly height: number;
}

export const FONT = 'Menlo, Consolas, DejaVu Sans Mono, Liberation Mono, Courier, monospace';
/** The width of a character in FONT, as a share of its size. */
const CHARACTER = 0.605;

/** How many characters of this size fit. */
export function room(pixels: number, size: number): number {
  return Math.max(Math.floor(pixels / (size * CHARACTER)), 4);
}

/** How wide so many characters are. */
export function breadth(characters: number, size: number): number {
  return characters * size * CHARACTER;
}

/** How the classes of the pictures look, in these colours: CSS for all pictures within `scope`. */
export function pictureStyle(scope: string, colours: Colours): string {
  const rules: Record<string, string> = {
    text: `font-family: ${FONT}; fill: ${colours.ink}`,
    '.muted': `fill: ${colours.muted}`,
    '.title': 'font-weight: bold; font-size: 11.5px',
    '.small': 'font-size: 10.5px',
    '.tiny': 'font-size: 10px',
    '.end': 'text-anchor: end',
    '.middle': 'text-anchor: middle',
    '.box': `fill: ${colours.paper}; stroke: ${colours.ink}`,
    '.life': `stroke: ${colours.line}; stroke-width: 2; fill: none`,
    '.ground': 'fill: transparent',
    '[aria-selected="true"] > .ground': `fill: ${colours.chosen}`,
    ...arrowRules('sent', colours.sent),
    ...arrowRules('received', colours.received),
    ...arrowRules('refused', colours.refused),
    ...arrowRules('malformed', colours.refused),
    ...arrowRules('repeated', colours.repeated, '; stroke-dasharray: 5 3'),
    ...arrowRules('ignored', colours.muted),
    '.dot': `fill: ${colours.muted}`,
    '.good .dot': `fill: ${colours.good}`,
    '.bad .dot': `fill: ${colours.refused}`,
    '.edge': `stroke: ${colours.line}; fill: none; stroke-width: 1.2`,
    '.edge-head': `fill: ${colours.line}`,
    '.next.edge': `stroke: ${colours.sent}; stroke-width: 2`,
    '.next.edge-head': `fill: ${colours.sent}`,
    '.lit > .box': `fill: ${colours.sent}; stroke: ${colours.sent}`,
    '.lit > text': `fill: ${colours.paper}`,
    '.lit.good > .box': `fill: ${colours.lit}; stroke: ${colours.lit}`,
    '.lit.good > text': `fill: ${colours.onLit}`,
    '.spark-received': `fill: ${colours.received}; fill-opacity: 0.25; stroke: ${colours.received}; stroke-width: 1.2`,
    '.spark-sent': `fill: none; stroke: ${colours.sent}; stroke-width: 1.2`,
  };
  return Object.entries(rules)
    .map(([selector, rule]) => `${scope} ${selector} { ${rule} }`)
    .join('\n');
}

function arrowRules(kind: string, colour: string, more = ''): Record<string, string> {
  return {
    [`.${kind} .arrow`]: `stroke: ${colour}; stroke-width: 1.6${more}`,
    [`.${kind} .head`]: `fill: ${colour}`,
    [`.${kind} .mark`]: `fill: ${colour}; font-weight: bold; font-size: 10.5px`,
  };
}

/** The picture as an SVG file that needs nothing else. */
export function svgFile({ shape: drawn, width, height }: Picture, colours: Colours): string {
  const style = shape('style', {}, pictureStyle('svg', colours));
  const ground = shape('rect', { width, height, fill: colours.paper });
  const attributes = { ...drawn.attributes, xmlns: 'http://www.w3.org/2000/svg', width, height };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${svgText(shape('svg', attributes, style, ground, ...drawn.children))}\n`;
}
