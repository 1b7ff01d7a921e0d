import type { ExportedFile } from './data.js';
import { type Answer, askFile, type Trouble } from './host.js';
import type { Colours } from './palette.js';
import { type Picture, svgFile } from './picture.js';

export const FORMATS = ['svg', 'png', 'mermaid', 'pcapng'] as const;
export type Format = (typeof FORMATS)[number];

const EXTENSION: Readonly<Record<Format, string>> = { svg: 'svg', png: 'png', mermaid: 'mmd', pcapng: 'pcapng' };
/** Pixels of a PNG for each of the picture: it is looked at on screens of any density, and printed. */
const SHARPNESS = 2;

/** What is exported, and from which session. */
export interface Exported {
  readonly id: string;
  readonly name: string;
  readonly picture: Picture;
  readonly colours: Colours;
}

/** Makes the file and hands it to the browser. */
export async function exportAs(format: Format, exported: Exported): Promise<Trouble | undefined> {
  const made = await make(format, exported);
  if ('trouble' in made) return made.trouble;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(made.body);
  link.download = `${fileName(exported.name)}.${EXTENSION[format]}`;
  link.click();
  // Not before the browser has taken it.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return undefined;
}

/** A name that every system takes. */
export function fileName(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replaceAll(/^[-.]+|[-.]+$/g, '');
  return `pppoe-${plain || 'session'}`;
}

async function make(format: Format, { id, picture, colours }: Exported): Promise<Answer<Blob>> {
  if (format === 'svg') return { body: new Blob([svgFile(picture, colours)], { type: 'image/svg+xml' }) };
  if (format === 'png') return { body: await png(picture, colours) };
  return decoded(await askFile(id, format));
}

function decoded(answer: Answer<ExportedFile>): Answer<Blob> {
  if ('trouble' in answer) return answer;
  const octets = Uint8Array.from(atob(answer.body.base64), (character) => character.charCodeAt(0));
  return { body: new Blob([octets], { type: 'application/octet-stream' }) };
}

async function png(picture: Picture, colours: Colours): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgFile(picture, colours))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = picture.width * SHARPNESS;
  canvas.height = picture.height * SHARPNESS;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The browser cannot make a PNG of this size');
  return blob;
}
