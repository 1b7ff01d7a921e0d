/** An SVG element, before it is text or a part of a page. Texts of peers stand in it as they are. */
export interface Shape {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly children: readonly (Shape | string)[];
}

export function shape(name: string, attributes: Shape['attributes'], ...children: readonly (Shape | string)[]): Shape {
  return { name, attributes, children };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Without what XML 1.0 forbids altogether, and with what it gives a meaning written so that it has none. */
export function escaped(text: string): string {
  return [...text]
    .filter((character) => !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(character) || character === '\n' || character === '\t')
    .map((character) => ESCAPES[character] ?? character)
    .join('');
}

/** The element as SVG text. */
export function svgText({ name, attributes, children }: Shape): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
    .join('');
  const inside = children.map((child) => (typeof child === 'string' ? escaped(child) : svgText(child))).join('');
  return `<${name}${written}>${inside}</${name}>`;
}
