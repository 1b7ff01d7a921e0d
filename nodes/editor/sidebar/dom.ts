import type { Shape } from './shape.js';

const SVG = 'http://www.w3.org/2000/svg';

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An HTML element. Texts become text, whatever stands in them. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  assign(made, attributes);
  made.append(...children);
  return made;
}

/** An SVG element of the page. */
export function drawn({ name, attributes, children }: Shape): SVGElement {
  const made = document.createElementNS(SVG, name);
  assign(made, attributes);
  made.append(...children.map((child) => (typeof child === 'string' ? child : drawn(child))));
  return made;
}

function assign(target: Element, attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) target.setAttribute(key, String(value));
  }
}

/** Writes only what has changed: a screen reader does not say it again, and a selection of text stays. */
export function write(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** A symbol of the editor's icon font, which is not read out. */
export function icon(name: string): HTMLElement {
  return element('i', { class: `fa fa-${name}`, 'aria-hidden': 'true' });
}
