import { isVariable, listOf } from './rules.js';

/** What an access concentrator can do wrong on purpose. The runtime's table knows the parameters, and has the last word. */
export const FAULT_NAMES = [
  'drop',
  'delay',
  'refuse',
  'no-echo',
  'endless-nak',
  'rechallenge',
  'renegotiate',
  'terminate',
  'vanish',
  'pad',
  'early-lcp',
] as const;

/** Names separated by commas, or JSON of objects with a name; nothing for none. */
export function areFaults(text: string): boolean {
  return areAmong(text, FAULT_NAMES);
}

/** As `areFaults`, of one account: not what happens before anybody knows whose session it is. */
export function areOwnFaults(text: string): boolean {
  return areAmong(
    text,
    FAULT_NAMES.filter((name) => name !== 'refuse' && name !== 'early-lcp'),
  );
}

function areAmong(text: string, names: readonly string[]): boolean {
  if (isVariable(text)) return true;
  const parts = /^\s*[[{]/.test(text) ? parsed(text) : listOf(text);
  return parts?.every((part) => names.includes(nameOf(part))) ?? false;
}

function parsed(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch {
    return undefined;
  }
}

function nameOf(part: unknown): string {
  if (typeof part === 'object' && part !== null && 'name' in part) return String(part.name);
  return String(part);
}
