/** How texts are measured and put into words, where there is no browser to ask. */

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;

/** The width of a text in a monospaced font, in characters: those of East Asia take two. */
export function cells(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** The text, or its beginning with `…`, in at most so many cells. */
export function cut(text: string, most: number): string {
  if (cells(text) <= most) return text;
  let kept = '';
  for (const character of text) {
    if (cells(kept) + cells(character) > most - 1) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** Parts in as few lines as they fit, `, ` between them; the last line ends with `…` when there are more. */
export function wrapped(parts: readonly string[], width: number, mostLines: number): readonly string[] {
  const pieces = parts
    .map((part, index) => (index < parts.length - 1 ? `${part},` : part))
    // Whole parts where they fit, words of those that are longer than a line.
    .flatMap((part) => (cells(part) <= width ? [part] : part.split(' ')));
  const lines = filled(pieces, width);
  if (lines.length <= mostLines) return lines;
  return [...lines.slice(0, mostLines - 1), cut(`${lines[mostLines - 1]} …`, width)];
}

function filled(pieces: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && cells(last) + 1 + cells(piece) <= width) lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(cut(piece, width));
  }
  return lines;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `1.2 MB`, in powers of 1000. */
export function octets(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `3 d 04:05:06`, `04:05:06`; `00:00:05`. */
export function duration(ms: number): string {
  const seconds = Math.max(Math.floor(ms / 1_000), 0);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [seconds / 3_600, seconds / 60, seconds].map((value, index) =>
    two(Math.floor(value) % (index === 0 ? 24 : 60)),
  );
  const days = Math.floor(seconds / 86_400);
  return `${days > 0 ? `${days} d ` : ''}${clock.join(':')}`;
}

/** A short time after another: `+12 ms`, `+3.4 s`, `+2 min`, `+3 h`. */
export function later(ms: number): string {
  if (ms < 1_000) return `+${Math.max(Math.round(ms), 0)} ms`;
  if (ms < 99_950) return `+${(ms / 1_000).toFixed(1)} s`;
  if (ms < 5_400_000) return `+${Math.round(ms / 60_000)} min`;
  return `+${Math.round(ms / 3_600_000)} h`;
}

/** Octets in hexadecimal as lines of so many, each with its offset and what is printable of it. */
export function hexDump(hex: string, perLine: number): readonly string[] {
  const pairs = hex.match(/../g) ?? [];
  const lines: string[] = [];
  for (let at = 0; at < pairs.length; at += perLine) {
    const line = pairs.slice(at, at + perLine);
    const printable = line.map((pair) => {
      const octet = Number.parseInt(pair, 16);
      return octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.';
    });
    const offset = at.toString(16).padStart(4, '0');
    lines.push(`${offset}  ${line.join(' ').padEnd(3 * perLine - 1)}  ${printable.join('')}`);
  }
  return lines;
}
