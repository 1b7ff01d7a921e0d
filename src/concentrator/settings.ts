import { AUTHENTICATOR_PROTOCOLS } from '../ppp/authentication-protocols';
import { AUTOMATON_DEFAULTS, type AutomatonSettings } from '../ppp/control-protocol';
import type { KeepaliveSettings } from '../ppp/keepalive';
import { checkFraming, type EtherTypes } from '../pppoe/framing';
import type { VlanTag } from '../wire/ethernet';
import { type AuthenticationProtocol, MIN_MRU, PPPOE_MRU } from '../wire/lcp';
import type { Fault } from './faults';

export interface Account {
  readonly username: string;
  readonly password: string;
  /** A fixed IPv4 address, 4 octets; otherwise one of the pool. */
  readonly address?: Buffer;
  /** What is done wrong to its sessions, besides what is done to all. */
  readonly faults?: readonly Fault[];
}

export interface Ipv6Prefix {
  /** 16 octets. */
  readonly address: Buffer;
  /** Bits. */
  readonly length: number;
}

/** Prefixes to delegate by DHCPv6. */
export interface DelegationSettings extends Ipv6Prefix {
  /** How long each is, in bits, at most 64. */
  readonly delegatedLength: number;
}

export interface ConcentratorIpv6Settings {
  /** Every session gets a prefix of 64 bits out of this one. The first of them is our own, and its ::1 our address. */
  readonly prefix: Ipv6Prefix;
  readonly delegation?: DelegationSettings;
  /** Name servers, 16 octets each. */
  readonly dns: readonly Buffer[];
  /** How long what we lend is preferred, in s; it is valid for twice as long. */
  readonly lifetime: number;
}

/** Everything that an access concentrator may be told. Times in ms, addresses of 4 octets. */
export interface ConcentratorSettings {
  readonly acName: string;
  /** Offered services; the empty name stands for any. */
  readonly serviceNames: readonly string[];
  readonly accounts: readonly Account[];
  /** How hosts authenticate themselves, the preferred first; none: everybody is let in. Not `eap`, which only hosts do. */
  readonly authentication: readonly AuthenticationProtocol[];
  /** Our own address, the gateway of every session. */
  readonly address: Buffer;
  /** The first address of the pool. */
  readonly poolStart: Buffer;
  readonly poolSize: number;
  /** Name servers for hosts that ask. */
  readonly dns: readonly Buffer[];
  /** NetBIOS name servers for hosts that ask (RFC 1877). */
  readonly nbns: readonly Buffer[];
  /** Absent: no IPv6. */
  readonly ipv6?: ConcentratorIpv6Settings;
  /** Packets whose source is not the subscriber's own are dropped. */
  readonly checkSource: boolean;
  /** The MRU that we ask for, in octets. Above 1492 it takes a host that asks for more (RFC 4638), and a segment with room. */
  readonly mru: number;
  /** VLAN tags of every frame, the outer first. */
  readonly vlan: readonly VlanTag[];
  /** Hosts of every VLAN are served, each in its own; `vlan` then only names further TPIDs. */
  readonly anyVlan: boolean;
  /** Other Ethernet types than RFC 2516's. */
  readonly etherTypes?: EtherTypes;
  /** What is done wrong on purpose to every host. */
  readonly faults: readonly Fault[];
  readonly maxSessions: number;
  readonly maxSessionsPerHost: number;
  /** How long a PADO waits, in ms: with several concentrators, the one that is to be the reserve answers later. */
  readonly padoDelay: number;
  /** How many PADI and PADR are dealt with at once, and then each second. */
  readonly discoveryLimit: { readonly burst: number; readonly perSecond: number };
  /** Who decides about logins: the accounts, an `authenticate` event, or that for those who have no account. */
  readonly admission: 'accounts' | 'ask' | 'accounts-then-ask';
  /** How long the answer to an `authenticate` event may take, in ms. */
  readonly decisionTimeout: number;
  readonly keepalive: KeepaliveSettings;
  readonly automaton: AutomatonSettings;
  readonly phaseTimeout: number;
  /** How long an AC-Cookie is valid. */
  readonly cookieLifetime: number;
}

export const CONCENTRATOR_DEFAULTS: ConcentratorSettings = {
  acName: 'node-red',
  serviceNames: [''],
  accounts: [],
  authentication: AUTHENTICATOR_PROTOCOLS,
  address: Buffer.of(10, 64, 0, 1),
  poolStart: Buffer.of(10, 64, 0, 2),
  poolSize: 250,
  dns: [],
  nbns: [],
  checkSource: true,
  mru: PPPOE_MRU,
  vlan: [],
  anyVlan: false,
  faults: [],
  maxSessions: 1_000,
  maxSessionsPerHost: 8,
  padoDelay: 0,
  discoveryLimit: { burst: 2_000, perSecond: 1_000 },
  admission: 'accounts',
  decisionTimeout: 10_000,
  keepalive: { mode: 'adaptive', interval: 20_000, failures: 3 },
  // A host that has only just begun is slow: asked again sooner, it takes the repetition for a new negotiation.
  automaton: { ...AUTOMATON_DEFAULTS, answerTime: 150 },
  phaseTimeout: 30_000,
  cookieLifetime: 10_000,
};

/**
 * The defaults with these settings over them.
 * @throws RangeError for what no access concentrator could work with.
 */
export function concentratorSettings(settings: Partial<ConcentratorSettings>): ConcentratorSettings {
  const all = { ...CONCENTRATOR_DEFAULTS, ...settings };
  if (all.acName === '') throw new RangeError('AC-Name must not be empty (RFC 2516 §5.2)');
  checkFraming(all);
  if (!(all.mru >= MIN_MRU && all.mru <= 65_535)) {
    throw new RangeError(`MRU must be from ${MIN_MRU} to 65535, not ${all.mru}`);
  }
  const names = all.accounts.map(({ username }) => username);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new RangeError(`there are two accounts of the name '${twice}'`);
  const unable = all.authentication.find((protocol) => !AUTHENTICATOR_PROTOCOLS.includes(protocol));
  if (unable !== undefined) throw new RangeError(`an access concentrator cannot ask hosts for '${unable}'`);
  if (all.serviceNames.length === 0) throw new RangeError('at least one Service-Name is needed; empty stands for any');
  if (!(all.poolSize >= 1 && all.poolSize <= 65_536)) {
    throw new RangeError(`the address pool must have from 1 to 65536 addresses, not ${all.poolSize}`);
  }
  checkLimits(all);
  checkIpv6(all.ipv6);
  return all;
}

function checkLimits({ padoDelay, decisionTimeout, discoveryLimit: { burst, perSecond } }: ConcentratorSettings): void {
  if (!(padoDelay >= 0 && padoDelay <= 60_000))
    throw new RangeError(`the PADO delay must be from 0 to 60000 ms, not ${padoDelay}`);
  if (!(burst >= 1 && perSecond > 0)) throw new RangeError('the discovery limit must let at least one packet through');
  if (!(decisionTimeout > 0))
    throw new RangeError(`the time for a decision must be above 0 ms, not ${decisionTimeout}`);
}

function checkIpv6(ipv6: ConcentratorIpv6Settings | undefined): void {
  if (!ipv6) return;
  const { prefix, delegation, lifetime } = ipv6;
  if (!(prefix.length >= 1 && prefix.length <= 63)) {
    throw new RangeError(
      `the IPv6 prefix must have from 1 to 63 bits, so that there are some of 64, not ${prefix.length}`,
    );
  }
  if (delegation && !(delegation.length >= 1 && delegation.length <= delegation.delegatedLength)) {
    throw new RangeError('the prefix to delegate from must not be longer than those that are delegated');
  }
  if (delegation && !(delegation.delegatedLength <= 64)) {
    throw new RangeError(`delegated prefixes must have at most 64 bits, not ${delegation.delegatedLength}`);
  }
  if (!(lifetime >= 60 && lifetime < 0x7fffffff))
    throw new RangeError(`the lifetime must be at least 60 s, not ${lifetime}`);
}
