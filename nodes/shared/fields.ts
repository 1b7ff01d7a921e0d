/** A number from a form, where it may be text; an empty field stands for the default. */
export function numberOf(field: string, value: number | string | undefined, fallback: number): number {
  if (value === undefined || value === '') return fallback;
  const number = Number(value);
  if (!Number.isFinite(number)) throw new RangeError(`${field} must be a number, not '${value}'`);
  return number;
}

/** A Host-Uniq from a form: octets in hexadecimal after `0x`, or text. */
export function hostUniqOf(text: string): Buffer {
  if (!text.startsWith('0x')) return Buffer.from(text);
  const digits = text.slice(2);
  if (!/^(?:[0-9a-fA-F]{2})+$/.test(digits)) {
    throw new RangeError(`Host-Uniq '${text}' must have pairs of hexadecimal digits after 0x`);
  }
  return Buffer.from(digits, 'hex');
}

/** The parts of a list in one field, separated by commas. */
export function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** A tick from a form; text where an environment variable stands in its place. */
export type Tick = boolean | string;

/** @throws RangeError for text that is neither `true` nor `false`; an empty one stands for the default. */
export function tickOf(field: string, value: Tick | undefined, fallback: boolean): boolean {
  if (value === undefined || value === '') return fallback;
  const tick = new Map<Tick, boolean>([
    [true, true],
    [false, false],
    ['true', true],
    ['false', false],
  ]).get(value);
  if (tick === undefined) throw new RangeError(`${field} must be true or false, not '${value}'`);
  return tick;
}
