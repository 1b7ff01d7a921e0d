import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

const ROOT = join(__dirname, '../..');
const LOCALES = join(ROOT, 'nodes/locales');

/** Texts by key, in which there may be texts by key. */
export interface Texts {
  readonly [key: string]: string | Texts;
}

/** What is used of a node's definition in the editor. */
interface Definition {
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly credentials?: Readonly<Record<string, unknown>>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** All node types of the package. */
export const TYPES: readonly string[] = Object.keys(manifest['node-red'].nodes);

/** The languages there are beside English. */
export const TRANSLATIONS: readonly string[] = readdirSync(LOCALES).filter((language) => language !== 'en-US');

/** A type's dialog and script. */
export function html(type: string): string {
  return readFileSync(join(ROOT, `nodes/${type}.html`), 'utf8');
}

export function texts(language: string, type: string): Texts {
  return JSON.parse(readFileSync(join(LOCALES, language, `${type}.json`), 'utf8'));
}

/** The help, in Markdown. */
export function help(language: string, type: string): string {
  return readFileSync(join(LOCALES, language, `${type}.html`), 'utf8');
}

/** Each text by the path of its keys, like `pppoe-in.label.name`. */
export function flat(texts: Texts, path = ''): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'string' ? [[`${path}${key}`, value] as const] : [...flat(value, `${path}${key}.`)],
    ),
  );
}

/** The properties and credentials of a type, as its script defines them. */
export function fieldsOf(type: string): readonly string[] {
  const scripts = [...html(type).matchAll(/<script type="text\/javascript">(.*?)<\/script>/gs)];
  const definitions: Definition[] = [];
  // What the dialogs share makes validators here that nobody calls.
  const pppoeEditor = new Proxy({}, { get: () => () => () => true });
  const RED = { nodes: { registerType: (_type: string, definition: Definition) => definitions.push(definition) } };
  for (const [, script = ''] of scripts) runInNewContext(script, { RED, pppoeEditor });
  return definitions.flatMap(({ defaults, credentials }) => [
    ...Object.keys(defaults),
    ...Object.keys(credentials ?? {}),
  ]);
}
