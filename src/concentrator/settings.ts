import { AUTHENTICATOR_PROTOCOLS } from '../ppp/authentication-protocols';
import { AUTOMATON_DEFAULTS, type AutomatonSettings } from '../ppp/control-protocol';
import type { KeepaliveSettings } from '../ppp/keepalive';
import { checkFraming, type EtherTypes } from '../pppoe/framing';
import type { VlanTag } from '../wire/ethernet';
import { type AuthenticationProtocol, MIN_MRU, PPPOE_MRU } from '../wire/lcp';

export interface Account {
  readonly username: string;
  readonly password: string;
  /** A fixed IPv4 address, 4 octets; otherwise one of the pool. */
  readonly address?: Buffer;
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
  /** The MRU that we ask for, in octets. Above 1492 it takes a host that asks for more (RFC 4638), and a segment with room. */
  readonly mru: number;
  /** VLAN tags of every frame, the outer first. */
  readonly vlan: readonly VlanTag[];
  /** Other Ethernet types than RFC 2516's. */
  readonly etherTypes?: EtherTypes;
  readonly maxSessions: number;
  readonly maxSessionsPerHost: number;
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
  mru: PPPOE_MRU,
  vlan: [],
  maxSessions: 1_000,
  maxSessionsPerHost: 8,
  keepalive: { mode: 'adaptive', interval: 20_000, failures: 3 },
  automaton: AUTOMATON_DEFAULTS,
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
  return all;
}
