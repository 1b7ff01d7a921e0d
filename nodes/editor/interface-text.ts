import {
  formatForm,
  formProblems,
  parseForm,
  TUNNEL_FIELDS,
  type TunnelField,
  type TunnelKind,
  tunnelKind,
} from '../../src/link/tunnel-text.js';
import { hasVariable, isVariable, type Rule } from './rules.js';

/**
 * The text of an interface field: `eth1`, `virtual:lab`, or a tunnel, `vxlan:192.0.2.1?vni=42&port=4789&local=192.0.2.2`, of
 * which the runtime's own table knows the fields. The dialog shows it as a kind and a small form; the text is what is stored.
 */
export type InterfaceKind = 'ethernet' | 'virtual' | TunnelKind;

/** A kind, and what is in the fields of its form, by name; an empty text, or none, for what is not given. */
export interface InterfaceForm {
  readonly kind: InterfaceKind;
  readonly values: Readonly<Record<string, string>>;
}

/** A field as the dialog shows it. */
export type InterfaceField = Pick<TunnelField, 'name' | 'presence' | 'example'>;

const isName: Rule = (text) => /^[^\s/:]{1,15}$/.test(text);
/** A name, parts of which may be an environment variable's. */
const isNameOrVariable: Rule = (text) => isName(text) || (hasVariable(text) && /^[^\s/:]+$/.test(text));
const isSegment: Rule = (text) => /^\S+$/.test(text);

/** The one field of a kind that is no tunnel. */
const NAMES = {
  ethernet: { name: 'name', presence: 'required', example: 'eth1' },
  virtual: { name: 'segment', presence: 'required', example: 'lab' },
} as const;

/** The kinds in the order of the choice: what takes no right to raw sockets before the tunnels that do. */
export const INTERFACE_KINDS: readonly InterfaceKind[] = ['ethernet', 'virtual', 'vxlan', 'gre', 'eoip', 'etherip'];

/** The fields of a kind, in the order in which form and text have them. */
export function fieldsOf(kind: InterfaceKind): readonly InterfaceField[] {
  return kind === 'ethernet' || kind === 'virtual' ? [NAMES[kind]] : TUNNEL_FIELDS[kind];
}

/** The form of a text; what is of no kind, or has a part that its kind does not know, is shown as it is, for a name. */
export function parseInterface(text: string): InterfaceForm {
  if (text.startsWith('virtual:')) return { kind: 'virtual', values: { segment: text.slice('virtual:'.length) } };
  const asName: InterfaceForm = { kind: 'ethernet', values: { name: text } };
  if (tunnelKind(text) === undefined) return asName;
  try {
    return parseForm(text);
  } catch (error) {
    if (error instanceof RangeError) return asName;
    throw error;
  }
}

/** The text of a form, with what is given only. */
export function formatInterface({ kind, values }: InterfaceForm): string {
  if (kind === 'ethernet') return given(values, 'name');
  if (kind === 'virtual') return `virtual:${given(values, 'segment')}`;
  return formatForm({ kind, values });
}

/** The names of the fields whose values are not what they should be, in the form's order. */
export function wrongInInterface({ kind, values }: InterfaceForm): readonly string[] {
  if (kind === 'ethernet') return isNameOrVariable(given(values, 'name')) ? [] : ['name'];
  if (kind === 'virtual') return isSegment(given(values, 'segment')) ? [] : ['segment'];
  return Object.keys(formProblems({ kind, values })).filter((name) => !isVariable(given(values, name)));
}

function given(values: InterfaceForm['values'], name: string): string {
  return (values[name] ?? '').trim();
}

/** An interface of the host, a virtual segment or a tunnel. */
export const isInterface: Rule = (text) => wrongInInterface(parseInterface(text)).length === 0;

/**
 * Whether opening it takes the right to raw sockets. A segment within Node-RED does not, nor does UDP; a name that is an
 * environment variable does not say.
 */
export function needsRawSocket({ kind, values }: InterfaceForm): boolean {
  if (kind === 'ethernet') return !hasVariable(values['name'] ?? '');
  return kind !== 'virtual' && kind !== 'vxlan';
}
