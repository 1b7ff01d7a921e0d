import { hasVariable, isIpv4, isWhole, orVariable, type Rule } from './rules.js';

/**
 * The text of an interface field: `eth1`, `virtual:lab`, or a tunnel, `vxlan:192.0.2.1?vni=42&port=4789&local=192.0.2.2`.
 * The dialog shows it as a kind and a small form; the text is what is stored.
 */
export type InterfaceKind = 'ethernet' | 'virtual' | 'vxlan' | 'gre' | 'eoip' | 'etherip';

/** A kind, and what is in the fields of its form, by name; an empty text, or none, for what is not given. */
export interface InterfaceForm {
  readonly kind: InterfaceKind;
  readonly values: Readonly<Record<string, string>>;
}

export interface InterfaceField {
  /** In the text as well; the first field of a kind has no name there: it stands before the question mark. */
  readonly name: string;
  readonly presence: 'required' | 'optional';
  readonly rule: Rule;
  /** What the empty field shows, where that is the same in every language. */
  readonly example: string;
}

function field(name: string, presence: InterfaceField['presence'], rule: Rule, example = ''): InterfaceField {
  return { name, presence, rule: (text) => text !== '' && orVariable(rule)(text), example };
}

/** An IPv4 address that one host may have: of no group, no broadcast. */
const isHost: Rule = (text) => isIpv4(text) && Number.parseInt(text, 10) > 0 && Number.parseInt(text, 10) < 224;
const isName: Rule = (text) => /^[^\s/:]{1,15}$/.test(text);
/** A name, parts of which may be an environment variable's. */
const isNameOrVariable: Rule = (text) => isName(text) || (hasVariable(text) && /^[^\s/:]+$/.test(text));
const isSegment: Rule = (text) => /^\S+$/.test(text);

const REMOTE = field('remote', 'required', isHost, '192.0.2.1');
const LOCAL = field('local', 'optional', isHost);
const PATH_MTU = field('path-mtu', 'optional', isWhole(576, 65_535));

/** The fields of each kind, in the order in which form and text have them. */
export const INTERFACE_FIELDS: Readonly<Record<InterfaceKind, readonly InterfaceField[]>> = {
  ethernet: [field('name', 'required', isNameOrVariable, 'eth1')],
  virtual: [field('segment', 'required', isSegment, 'lab')],
  vxlan: [
    REMOTE,
    LOCAL,
    field('vni', 'required', isWhole(0, 16_777_215), '42'),
    field('port', 'optional', isWhole(1, 65_535), '4789'),
    PATH_MTU,
  ],
  gre: [REMOTE, LOCAL, field('key', 'optional', isWhole(0, 4_294_967_295)), PATH_MTU],
  eoip: [REMOTE, LOCAL, field('tunnel-id', 'required', isWhole(0, 65_535), '7'), PATH_MTU],
  etherip: [REMOTE, LOCAL, PATH_MTU],
};

export const INTERFACE_KINDS = Object.keys(INTERFACE_FIELDS) as InterfaceKind[];

/** The form of a text; what is of no kind, or has a part that its kind does not know, is shown as it is, for a name. */
export function parseInterface(text: string): InterfaceForm {
  const asName: InterfaceForm = { kind: 'ethernet', values: { name: text } };
  const prefix = text.slice(0, Math.max(0, text.indexOf(':')));
  const kind = INTERFACE_KINDS.find((candidate) => candidate === prefix);
  if (kind === undefined || kind === 'ethernet') return asName;
  const rest = text.slice(prefix.length + 1);
  if (kind === 'virtual') return { kind, values: { segment: rest } };
  const [remote = '', ...query] = rest.split('?');
  const values: Record<string, string> = { remote };
  for (const part of query.join('?').split('&').filter(Boolean)) {
    const [name = '', ...value] = part.split('=');
    const isKnown = INTERFACE_FIELDS[kind].some((each) => each.name === name);
    if (!isKnown || values[name] !== undefined || value.length !== 1) return asName;
    values[name] = value.join('');
  }
  return { kind, values };
}

/** The text of a form, with what is given only. */
export function formatInterface({ kind, values }: InterfaceForm): string {
  const [first, ...others] = INTERFACE_FIELDS[kind].map(({ name }) => [name, (values[name] ?? '').trim()] as const);
  const query = others.flatMap(([name, value]) => (value === '' ? [] : [`${name}=${value}`])).join('&');
  return `${kind === 'ethernet' ? '' : `${kind}:`}${first?.[1] ?? ''}${query === '' ? '' : `?${query}`}`;
}

/** The names of the fields whose values are not what they should be, in the form's order. */
export function wrongInInterface({ kind, values }: InterfaceForm): readonly string[] {
  const wrong = INTERFACE_FIELDS[kind].filter(({ name, presence, rule }) => {
    const value = (values[name] ?? '').trim();
    return value === '' ? presence === 'required' : !rule(value);
  });
  const names = wrong.map(({ name }) => name);
  const isLoop = Boolean(values['local']) && values['local'] === values['remote'];
  return isLoop && !names.includes('local') ? [...names, 'local'] : names;
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
