/** The words of the sidebar and its pictures, in the language of the editor. `{name}` in them stands for a value. */
export type Words = (key: string, values?: Readonly<Record<string, string | number>>) => string;

/** The text with `{name}` replaced by its value; a name without a value stays. */
export function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
