import type { DiscoveryRefusal } from './access-discovery';

/**
 * What a concentrator does wrong on purpose, so that clients can be tested. Each is an object with its name and parameters, as
 * a message of a flow has it. `packets` names packets as the trace does: `LCP Echo-Request`, `IPCP`, `PADO`, `IPv4`; several
 * separated by commas; `*` for all.
 */
export type Fault =
  /** Chosen packets are lost. */
  | {
      readonly name: 'drop';
      readonly packets: string;
      readonly direction: Direction;
      /** How many of them, 0 to 1. */
      readonly share: number;
    }
  /** Chosen packets come late, by so many ms. */
  | { readonly name: 'delay'; readonly packets: string; readonly direction: Direction; readonly ms: number }
  /** Every PADR is refused with an error tag. */
  | { readonly name: 'refuse'; readonly tag: DiscoveryRefusal['detail']; readonly text: string }
  /** Echo-Requests are never answered. */
  | { readonly name: 'no-echo' }
  /** Every Configure-Request of this protocol gets a Configure-Nak. */
  | { readonly name: 'endless-nak'; readonly protocol: 'LCP' | 'IPCP' }
  /** CHAP challenges again, every so many seconds. */
  | { readonly name: 'rechallenge'; readonly seconds: number }
  /** LCP is negotiated anew once, so many seconds after the session is up. */
  | { readonly name: 'renegotiate'; readonly seconds: number }
  /** The session is ended in order, so many seconds after it is up. */
  | { readonly name: 'terminate'; readonly seconds: number }
  /** The session is gone without a word, so many seconds after it is up. */
  | { readonly name: 'vanish'; readonly seconds: number }
  /** Frames of the session get so many more octets behind them. */
  | { readonly name: 'pad'; readonly octets: number }
  /** LCP begins before the PADS leaves. */
  | { readonly name: 'early-lcp' };

export type FaultName = Fault['name'];
type Direction = 'sent' | 'received' | 'both';

/** What one parameter of a behaviour may be. */
export type FaultParameter =
  | { readonly type: 'number'; readonly least: number; readonly most: number; readonly default: number }
  | { readonly type: 'choice'; readonly choices: readonly string[]; readonly default: string }
  | { readonly type: 'text'; readonly default?: string };

const SECONDS = { type: 'number', least: 0, most: 86_400 } as const;
const DIRECTION = { type: 'choice', choices: ['sent', 'received', 'both'], default: 'both' } as const;

/** The behaviours by name, with their parameters. */
export const FAULTS: Readonly<Record<FaultName, Readonly<Record<string, FaultParameter>>>> = {
  drop: {
    packets: { type: 'text' },
    direction: DIRECTION,
    share: { type: 'number', least: 0, most: 1, default: 1 },
  },
  delay: {
    packets: { type: 'text' },
    direction: DIRECTION,
    ms: { type: 'number', least: 1, most: 60_000, default: 1_000 },
  },
  refuse: {
    tag: {
      type: 'choice',
      choices: ['service-name-error', 'ac-system-error', 'generic-error'],
      default: 'ac-system-error',
    },
    text: { type: 'text', default: 'Refused on purpose' },
  },
  'no-echo': {},
  'endless-nak': { protocol: { type: 'choice', choices: ['LCP', 'IPCP'], default: 'LCP' } },
  rechallenge: { seconds: { ...SECONDS, least: 1, default: 10 } },
  renegotiate: { seconds: { ...SECONDS, default: 0 } },
  terminate: { seconds: { ...SECONDS, default: 0 } },
  vanish: { seconds: { ...SECONDS, default: 0 } },
  pad: { octets: { type: 'number', least: 1, most: 1_000, default: 18 } },
  'early-lcp': {},
};

/**
 * Reads faults from plain data: a name, an object with a name and parameters, or an array of those. What is left out has its
 * default.
 * @throws RangeError that names what is wanted.
 */
export function readFaults(value: unknown): readonly Fault[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((one) => readFault(typeof one === 'string' ? { name: one } : one));
}

function readFault(value: unknown): Fault {
  const { name, ...given } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const parameters = isFaultName(name) ? FAULTS[name] : undefined;
  if (!parameters) throw new RangeError(`a fault must be one of ${Object.keys(FAULTS).join(', ')}`);
  const unknown = Object.keys(given).find((key) => !(key in parameters));
  if (unknown !== undefined) throw new RangeError(`the fault ${name} has no '${unknown}'`);
  const entries = Object.entries(parameters).map(([key, parameter]) => [
    key,
    readParameter(`${key} of the fault ${name}`, given[key], parameter),
  ]);
  return { name, ...Object.fromEntries(entries) } as Fault;
}

function isFaultName(name: unknown): name is FaultName {
  return typeof name === 'string' && Object.hasOwn(FAULTS, name);
}

function readParameter(what: string, given: unknown, parameter: FaultParameter): number | string {
  const value = given ?? parameter.default;
  switch (parameter.type) {
    case 'number': {
      const { least, most } = parameter;
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number === 'number' && number >= least && number <= most) return number;
      throw new RangeError(`${what} must be a number from ${least} to ${most}`);
    }
    case 'choice':
      if (typeof value === 'string' && parameter.choices.includes(value)) return value;
      throw new RangeError(`${what} must be one of ${parameter.choices.join(', ')}`);
    case 'text':
      if (typeof value === 'string' && value.trim() !== '') return value.trim();
      throw new RangeError(`${what} must be a text`);
  }
}
