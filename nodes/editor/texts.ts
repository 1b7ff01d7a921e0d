/** What all dialogs say alike stands once, in the catalogue of pppoe-session. */
const CATALOGUE = '@pppoe/node-red-pppoe/pppoe-session:pppoe-form.';

/**
 * A text of the dialogs in the language of the editor.
 * @param values what stands in it as `__name__`.
 */
export function text(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  return RED._(`${CATALOGUE}${key}`, values);
}
