/**
 * What the fields of the dialogs may hold. Pure: no DOM, no Node-RED. The runtime's own parsers, which the nodes call when the
 * flows start, have the last word; these rules say the same beforehand, while somebody types.
 */

/** Whether a field's text is one that the node can work with. Most take an empty field for the default. */
export type Rule = (text: string) => boolean;

/** `${NAME}`, in whose place Node-RED puts the variable's value when the flows start. */
export function isVariable(text: string): boolean {
  return /^\$\{[^\s{}]+\}$/.test(text);
}

/** Whether a text has an environment variable anywhere. */
export function hasVariable(text: string): boolean {
  return /\$\{[^\s{}]+\}/.test(text);
}

/** A field's value as text: of a number, a tick or nothing, too. */
export function textOf(value: unknown): string {
  return String(value ?? '');
}

/** A rule that an environment variable in the field's place satisfies as well. */
export function orVariable(rule: Rule): Rule {
  return (text) => isVariable(text) || rule(text);
}

/** A rule that an empty field satisfies as well. */
export function orEmpty(rule: Rule): Rule {
  return (text) => text === '' || rule(text);
}

export function octets(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Text of at most so many octets in UTF-8. */
export function isAtMost(most: number): Rule {
  return (text) => octets(text) <= most;
}

export function isOneOf(...choices: readonly string[]): Rule {
  return orEmpty((text) => choices.includes(text));
}

/** A whole number within these bounds. */
export function isWhole(least: number, most: number): Rule {
  return orEmpty((text) => /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most);
}

/** A number, with decimals or without, within these bounds. */
export function isNumber(least: number, most: number): Rule {
  return orEmpty((text) => /^\d+(?:\.\d+)?$/.test(text) && Number(text) >= least && Number(text) <= most);
}

/** A pause or an interval, in seconds. */
export const isPause: Rule = isNumber(0.1, 86_400);

/**
 * The longest pause of a kind: not shorter than the first, which stands beside it.
 * @param first what an empty first pause stands for, in seconds; `longest` likewise.
 */
export function isLongestPause(first: number, longest: number): (text: string, beside: string) => boolean {
  return (text, beside) => {
    if (isVariable(text)) return true;
    if (!isPause(text)) return false;
    return isVariable(beside) || Number(text || longest) >= Number(beside || first);
  };
}

/** A tick, as it is stored. */
export const isBoolean: Rule = isOneOf('true', 'false');

/** A tick that must be set when the one beside it is not. */
export function isNotNeither(text: string, beside: string): boolean {
  return orVariable(isBoolean)(text) && !(text === 'false' && beside === 'false');
}

/**
 * What a control node is to do, by the type that stands beside it: one of `actions`, what the message says, or a place where
 * to find it. A node of an earlier version has no type.
 */
export function isAction(actions: readonly string[]): (text: string, type: string) => boolean {
  return (text, type) => {
    if (type === 'message') return true;
    if (type === 'action') return actions.includes(text);
    return type === '' ? orVariable(isOneOf('message', ...actions))(text) : text !== '';
  };
}

/** The object or array that a JSON text stands for; undefined when it stands for none. */
function objectOf(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What differs for one connect, by the type that stands beside it: where to find it, or JSON of an object. That has no password:
 * flows are no place for secrets, they are exported and shown.
 */
export function isOverride(text: string, type: string): boolean {
  if (type !== 'json' || text === '') return true;
  const parsed = objectOf(text);
  return parsed !== undefined && !Array.isArray(parsed) && !('password' in parsed);
}

/** Where to find a value, by the type that stands beside it, or JSON of an object or array. Nodes of earlier versions have none. */
export function isFound(text: string, type: string): boolean {
  return type === 'json' ? objectOf(text) !== undefined : type === '' || text !== '';
}

/** Names separated by commas, each of them one of these. */
export function areAmong(names: readonly string[]): Rule {
  return isListOf((name) => names.includes(name));
}

const MAC = /^(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}|[0-9a-f]{12})$/i;

/** An Ethernet address of one station: the group bit, the lowest of the first octet, is not set. */
export const isMac: Rule = orEmpty((text) => MAC.test(text) && Number.parseInt(text.slice(0, 2), 16) % 2 === 0);

export const isIpv4: Rule = orEmpty((text) => /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(text));

/** A VLAN identifier, or two as `outer.inner`. */
export const isVlan: Rule = orEmpty(
  (text) => /^\d+(?:\.\d+)?$/.test(text) && text.split('.').every((vid) => Number(vid) <= 4094),
);

/** As `isVlan`, or `any`: every one, and none. */
export const isVlanOrAny: Rule = (text) => text === 'any' || isVlan(text);

/** An IPv6 address, without a zone. */
export const isIpv6: Rule = orEmpty((text) => {
  if (!text.includes(':') || !/^[0-9a-f:.]+$/i.test(text)) return false;
  try {
    return new URL(`http://[${text}]`).hostname !== '';
  } catch {
    return false;
  }
});

/** An IPv6 prefix of a length within these bounds, like `2001:db8::/48`. */
export function isIpv6Prefix(least: number, most: number): Rule {
  return orEmpty((text) => {
    const [address = '', length = '', ...rest] = text.split('/');
    return rest.length === 0 && address !== '' && length !== '' && isIpv6(address) && isWhole(least, most)(length);
  });
}

/** An address or a name, with or without a port: `192.0.2.1`, `radius.example:1812`, `[2001:db8::1]:1812`. */
const isRadiusServer: Rule = (text) => {
  const [whole, bracketed = '', port = ''] = /^(?:\[([^\]]+)\]|[^:[\]\s]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  return whole !== undefined && isIpv6(bracketed) && isWhole(1, 65_534)(port);
};

/** RADIUS servers: at least one beside an admission that asks them. */
export function areRadiusServers(text: string, admission: string): boolean {
  if (admission.endsWith('radius') && listOf(text).length === 0) return false;
  return isListOf(isRadiusServer)(text);
}

/** A prefix to delegate from: only beside one for the sessions. */
export function isDelegationPrefix(text: string, beside: string): boolean {
  return text === '' || isVariable(text) || (beside !== '' && isIpv6Prefix(1, 64)(text));
}

/** An Ethernet type in hexadecimal; below 0x600 the field is a length (IEEE 802.3). */
export const isEtherType: Rule = orEmpty((text) => /^0x[0-9a-f]{3,4}$/i.test(text) && Number(text) >= 0x600);

/** An Interface-Identifier: up to four groups of hexadecimal digits, the zeros before them left out; not zero. */
export const isIdentifier: Rule = orEmpty(
  (text) => /^(?:::)?[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,3}$/i.test(text) && /[1-9a-f]/i.test(text),
);

/** Text, or octets in hexadecimal after `0x`; 64 octets at most. */
export const isHostUniq: Rule = (text) =>
  text.startsWith('0x') ? /^0x(?:[0-9a-f]{2}){1,64}$/i.test(text) : octets(text) <= 64;

/** The parts of a list in one field, separated by commas; empty ones say nothing. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** A list whose parts each satisfy the rule, or are an environment variable. */
export function isListOf(rule: Rule, most = Number.POSITIVE_INFINITY): Rule {
  return (text) => listOf(text).length <= most && listOf(text).every(orVariable(rule));
}

/** The protocols that the stored text names, out of those that are possible; all of them for `any` and for nothing. */
export function protocolsOf(text: string, possible: readonly string[]): readonly string[] {
  return text === '' || text === 'any' ? possible : listOf(text);
}

/** A choice of authentication protocols, as `protocolsOf` reads it; `none` is none of the names. */
export function areProtocols(possible: readonly string[]): Rule {
  return (text) => protocolsOf(text, possible).every(orVariable((name) => possible.includes(name)));
}

/** The text in which an ordered choice of protocols is stored. */
export function protocolsText(chosen: readonly string[], possible: readonly string[]): string {
  if (chosen.length === 0) return 'none';
  return chosen.length === possible.length && chosen.every((name, index) => name === possible[index])
    ? 'any'
    : chosen.join(',');
}
