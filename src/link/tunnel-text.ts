/**
 * The tunnels that an interface field may name, as text: `vxlan:192.0.2.1?vni=42&port=4789&local=192.0.2.2`.
 *
 * Pure and without imports: the editor's dialogs have this file in the browser, too.
 */
export type TunnelKind = 'gre' | 'eoip' | 'etherip' | 'vxlan';

/** A tunnel of Ethernet frames between two IPv4 addresses. */
export type Tunnel = Gre | Eoip | Etherip | Vxlan;

interface Ends {
  /** The far end, a dotted quad. */
  readonly remote: string;
  /** Our own address; absent: the one that the route to the far end has. */
  readonly local?: string;
  /** The largest IP packet that the path to the far end carries, in octets; absent: what our interface carries. */
  readonly pathMtu?: number;
}

export interface Gre extends Ends {
  readonly kind: 'gre';
  /** 0-4294967295. */
  readonly key?: number;
}

export interface Eoip extends Ends {
  readonly kind: 'eoip';
  /** 0-65535, the same at both ends. */
  readonly tunnelId: number;
}

export interface Etherip extends Ends {
  readonly kind: 'etherip';
}

export interface Vxlan extends Ends {
  readonly kind: 'vxlan';
  /** 0-16777215. */
  readonly vni: number;
  /** The UDP port of both ends. */
  readonly port: number;
}

/** One field of a kind's form, and one part of its text. */
export interface TunnelField {
  /** In the text, and the name of the form's value. `remote` stands before the question mark. */
  readonly name: string;
  readonly label: string;
  /** A value, for an empty form field to show; empty where the word for 'not given' says more. */
  readonly example: string;
  readonly presence: 'required' | 'optional';
  readonly value: AddressValue | NumberValue;
}

interface AddressValue {
  readonly type: 'ipv4';
}

interface NumberValue {
  readonly type: 'number';
  readonly least: number;
  readonly most: number;
}

/** The values of a form, by the fields' names; an empty text stands for a value that is not given. */
export type TunnelValues = Readonly<Record<string, string>>;

/** A form: which kind, and what is in its fields. */
export interface TunnelForm {
  readonly kind: TunnelKind;
  readonly values: TunnelValues;
}

const REMOTE: TunnelField = {
  name: 'remote',
  label: 'Far end',
  example: '192.0.2.1',
  presence: 'required',
  value: { type: 'ipv4' },
};
const LOCAL: TunnelField = {
  name: 'local',
  label: 'Own address',
  example: '',
  presence: 'optional',
  value: { type: 'ipv4' },
};
const PATH_MTU = number('path-mtu', 'MTU of the path', '', 'optional', 576, 65_535);

function number(
  name: string,
  label: string,
  example: string,
  presence: TunnelField['presence'],
  least: number,
  most: number,
): TunnelField {
  return { name, label, example, presence, value: { type: 'number', least, most } };
}

/** The fields of each kind, in the order in which a form and a text have them. */
export const TUNNEL_FIELDS: Readonly<Record<TunnelKind, readonly TunnelField[]>> = {
  gre: [REMOTE, LOCAL, number('key', 'Key', '', 'optional', 0, 0xffffffff), PATH_MTU],
  eoip: [REMOTE, LOCAL, number('tunnel-id', 'Tunnel id', '7', 'required', 0, 0xffff), PATH_MTU],
  etherip: [REMOTE, LOCAL, PATH_MTU],
  vxlan: [
    REMOTE,
    LOCAL,
    number('vni', 'VNI', '42', 'required', 0, 0xffffff),
    number('port', 'UDP port', '4789', 'optional', 1, 0xffff),
    PATH_MTU,
  ],
};

/** What people call the kinds. */
export const TUNNEL_NAMES: Readonly<Record<TunnelKind, string>> = {
  gre: 'GRE (Linux gretap)',
  eoip: 'EoIP (MikroTik)',
  etherip: 'EtherIP',
  vxlan: 'VXLAN',
};

const VXLAN_PORT = 4_789;

const EXAMPLES: Readonly<Record<TunnelKind, string>> = {
  gre: 'gre:192.0.2.1?key=7',
  eoip: 'eoip:192.0.2.1?tunnel-id=7',
  etherip: 'etherip:192.0.2.1',
  vxlan: 'vxlan:192.0.2.1?vni=42',
};

/** The kind that a text of an interface field begins with; undefined for an interface or a virtual segment. */
export function tunnelKind(text: string): TunnelKind | undefined {
  const prefix = text.slice(0, Math.max(0, text.indexOf(':')));
  return isKind(prefix) ? prefix : undefined;
}

function isKind(text: string): text is TunnelKind {
  return Object.hasOwn(TUNNEL_FIELDS, text);
}

/**
 * What is wrong with one value of a form, in words that say what is wanted; undefined when nothing is.
 * @param field one of `TUNNEL_FIELDS[kind]`.
 */
export function fieldProblem(field: TunnelField, text: string): string | undefined {
  const { label, presence, value } = field;
  if (text === '') return presence === 'required' ? `${label} is needed: ${wanted(value)}` : undefined;
  return isValue(value, text) ? undefined : `${label} must be ${wanted(value)}, not '${text}'`;
}

function wanted(value: TunnelField['value']): string {
  if (value.type === 'ipv4') return 'an IPv4 address of one host, like 192.0.2.1';
  return `a whole number from ${value.least} to ${value.most}`;
}

function isValue(value: TunnelField['value'], text: string): boolean {
  if (value.type === 'ipv4') return isHost(text);
  return /^(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(text) && Number(text) >= value.least && Number(text) <= value.most;
}

/** A dotted quad that is nobody's group, network or broadcast address. */
function isHost(text: string): boolean {
  if (!/^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text)) return false;
  const first = Number(text.slice(0, text.indexOf('.')));
  return first > 0 && first < 224;
}

/** All that is wrong with a form, by the fields' names; empty when it is good. */
export function formProblems({ kind, values }: TunnelForm): Readonly<Record<string, string>> {
  const problems: Record<string, string> = {};
  for (const field of TUNNEL_FIELDS[kind]) {
    const problem = fieldProblem(field, textOf(values, field.name));
    if (problem !== undefined) problems[field.name] = problem;
  }
  const [remote, local] = [textOf(values, 'remote'), textOf(values, 'local')];
  if (remote !== '' && remote === local) problems['local'] ??= 'Own address must be another than the far end';
  return problems;
}

function textOf(values: TunnelValues, name: string): string {
  return (values[name] ?? '').trim();
}

/** The text of a form, as the interface field stores it; whether it is good, `formProblems` says. */
export function formatForm({ kind, values }: TunnelForm): string {
  const given = TUNNEL_FIELDS[kind].filter(({ name }) => name !== 'remote' && textOf(values, name) !== '');
  const query = given.map(({ name }) => `${name}=${textOf(values, name)}`).join('&');
  return `${kind}:${textOf(values, 'remote')}${query === '' ? '' : `?${query}`}`;
}

/**
 * The form of a text.
 * @throws RangeError for a text that is not `kind:REMOTE?name=value&…`, or has a name that the kind does not know, or twice.
 */
export function parseForm(text: string): TunnelForm {
  const kind = tunnelKind(text);
  if (kind === undefined) {
    throw new RangeError(`'${text}' is no tunnel: ${Object.values(EXAMPLES).join(', ')} are`);
  }
  const rest = text.slice(kind.length + 1);
  const mark = rest.indexOf('?');
  const values: Record<string, string> = { remote: mark < 0 ? rest : rest.slice(0, mark) };
  for (const part of mark < 0 ? [] : rest.slice(mark + 1).split('&')) {
    const [name, value] = parameter(kind, part);
    if (values[name] !== undefined) throw new RangeError(`${kind}: has '${name}' twice in '${text}'`);
    values[name] = value;
  }
  return { kind, values };
}

function parameter(kind: TunnelKind, part: string): [name: string, value: string] {
  const equals = part.indexOf('=');
  const name = part.slice(0, Math.max(0, equals));
  const names = TUNNEL_FIELDS[kind].map((field) => field.name).filter((each) => each !== 'remote');
  if (equals < 0 || !names.includes(name)) {
    throw new RangeError(`${kind}: does not know '${part}'; it takes ${names.map((each) => `${each}=…`).join(', ')}`);
  }
  return [name, part.slice(equals + 1)];
}

/**
 * The tunnel that a text names.
 * @throws RangeError that says what is wanted.
 */
export function parseTunnel(text: string): Tunnel {
  const form = parseForm(text.trim());
  const { kind, values } = form;
  const [problem] = Object.values(formProblems(form));
  if (problem !== undefined) throw new RangeError(`${problem}. An example: ${EXAMPLES[kind]}`);
  const given = (name: string) => (textOf(values, name) === '' ? undefined : Number(textOf(values, name)));
  const [local, pathMtu, key] = [textOf(values, 'local'), given('path-mtu'), given('key')];
  const ends: Ends = {
    remote: textOf(values, 'remote'),
    ...(local === '' ? {} : { local }),
    ...(pathMtu === undefined ? {} : { pathMtu }),
  };
  switch (kind) {
    case 'gre':
      return { kind, ...ends, ...(key === undefined ? {} : { key }) };
    case 'eoip':
      return { kind, ...ends, tunnelId: given('tunnel-id') ?? 0 };
    case 'etherip':
      return { kind, ...ends };
    case 'vxlan':
      return { kind, ...ends, vni: given('vni') ?? 0, port: given('port') ?? VXLAN_PORT };
  }
}

/** The one text of a tunnel: every value that counts is in it, in one order and one spelling. */
export function formatTunnel(tunnel: Tunnel): string {
  const { kind, remote, local = '', pathMtu } = tunnel;
  const text = (value: number | undefined) => (value === undefined ? '' : String(value));
  const values: Record<string, string> = { remote, local, 'path-mtu': text(pathMtu) };
  if (kind === 'gre') values['key'] = text(tunnel.key);
  if (kind === 'eoip') values['tunnel-id'] = text(tunnel.tunnelId);
  if (kind === 'vxlan') Object.assign(values, { vni: text(tunnel.vni), port: text(tunnel.port) });
  return formatForm({ kind, values });
}
