/** How values are put into words. None of these throws, whatever the octets. */

/** One named value of a frame: a tag, an option or a field. `value` is one line of text. */
export interface Field {
  readonly name: string;
  readonly value: string;
}

/** What a packet says, apart from its header. */
export interface Body {
  readonly fields: readonly Field[];
  /** It refuses what the other side asked for. */
  readonly refuses?: boolean;
}

/** Text for a value of the right length, undefined for any other: it is then shown in hexadecimal. */
export type Format = (octets: Buffer) => string | undefined;

const LONGEST_TEXT = 200;
const LONGEST_HEX = 64;

/** `0x8b26d0ba`; of more than 64 octets the first, and how many there are. */
export function hex(octets: Buffer): string {
  const digits = `0x${octets.subarray(0, LONGEST_HEX).toString('hex')}`;
  return octets.length > LONGEST_HEX ? `${digits}… (${octets.length} octets)` : digits;
}

/** UTF-8 on one line, without control characters; in hexadecimal what is no UTF-8. */
export function text(octets: Buffer): string {
  const decoded = octets.toString('utf8');
  return Buffer.from(decoded).equals(octets) ? oneLine(decoded) : hex(octets);
}

/** Without control characters, line ends and what reverses the direction of writing. */
function oneLine(characters: string): string {
  return characters
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_TEXT);
}

/** What is not shown because it tells a secret, or lets one be guessed. */
export function hidden(length: number): string {
  return `hidden (${octets(length)})`;
}

export function octets(length: number): string {
  return `${length} octet${length === 1 ? '' : 's'}`;
}

export function field(name: string, value: string): Field {
  return { name, value };
}

/** A field whose octets are text, or none when there are none. */
export function textField(name: string, value: Buffer): readonly Field[] {
  return value.length > 0 ? [field(name, text(value))] : [];
}

/** `names[code]`, or the code as `0x2a`. */
export function nameOf(names: Readonly<Record<number, string>>, code: number, digits = 2): string {
  return names[code] ?? `0x${code.toString(16).padStart(digits, '0')}`;
}

export const number16: Format = (data) => (data.length === 2 ? String(data.readUInt16BE()) : undefined);
/** Four octets, as eight hexadecimal digits. */
export const hex32: Format = (data) => (data.length === 4 ? hex(data) : undefined);
/** An option that says all by being there. */
export const nothing: Format = (data) => (data.length === 0 ? '' : undefined);
