import type { AutomatonSettings } from '../ppp/control-protocol';
import { AUTOMATON_DEFAULTS } from '../ppp/control-protocol';
import type { KeepaliveSettings } from '../ppp/keepalive';
import { checkFraming, type EtherTypes } from '../pppoe/framing';
import type { VlanTag } from '../wire/ethernet';
import { AUTHENTICATION_PROTOCOLS, type AuthenticationProtocol, MIN_MRU, PPPOE_MRU } from '../wire/lcp';
import { formatMac, isGroupMac, type MacAddress } from '../wire/mac-address';
import type { Dhcpv6Settings } from './ipv6/settings';
import { RECONNECT_DEFAULTS, type ReconnectSettings } from './reconnect';

/** Everything that a session may be told. Times in ms. */
export interface SessionSettings {
  readonly username: string;
  readonly password: string;
  /** The service asked for; empty: any. */
  readonly serviceName: string;
  readonly acName?: string;
  readonly acAddress?: MacAddress;
  /** Always this Host-Uniq; otherwise each attempt draws a fresh one. */
  readonly hostUniq?: Buffer;
  /** PADI goes out without a Service-Name, for Access Concentrators that answer no other; PADR always has one. */
  readonly omitServiceName: boolean;
  /** Other Ethernet types than RFC 2516's. */
  readonly etherTypes?: EtherTypes;
  /** VLAN tags of every frame, the outer first. */
  readonly vlan: readonly VlanTag[];
  /** The PCP in the tags of frames with IP packets, 0-7; that of the tags, as in all others, if absent. */
  readonly dataPcp?: number;
  /** TCP's Maximum Segment Size is brought down to what the session carries, in SYN segments of both directions. */
  readonly clampMss: boolean;
  /** The MRU that we ask for, in octets. Above 1492 it takes an Access Concentrator that agrees (RFC 4638). */
  readonly mru: number;
  /** An IPv4 address to ask for, 4 octets; the peer may give another. */
  readonly address?: Buffer;
  /** What is told as the peer's IPv4 address, 4 octets, when the peer never tells its own. */
  readonly remoteAddress?: Buffer;
  /** Ask for name servers. */
  readonly dns: boolean;
  /**
   * Ask for NetBIOS name servers (RFC 1877). Off by default, as in pppd: few hosts have a use for them, and each option that
   * a peer does not know costs a round trip more until the session is up.
   */
  readonly nbns: boolean;
  /** Negotiate IPv4 (IPCP). */
  readonly ipv4: boolean;
  /** Negotiate IPv6 (IPV6CP). Where both are, each is enough: what the peer refuses costs the other nothing. */
  readonly ipv6: boolean;
  /** The Interface-Identifier that our IPv6 addresses are made of, 8 octets; absent: drawn. */
  readonly interfaceIdentifier?: Buffer;
  readonly dhcpv6: Dhcpv6Settings;
  /**
   * How we let ourselves be authenticated, the preferred first, which is named when the peer asks for something else.
   * By default all protocols, in the order in which they protect the password: PAP, which shows it to everybody, last.
   */
  readonly authentication: readonly AuthenticationProtocol[];
  /** An Access Concentrator that does not ask who we are is refused. */
  readonly authenticationRequired: boolean;
  readonly keepalive: KeepaliveSettings;
  readonly reconnect: ReconnectSettings;
  readonly automaton: AutomatonSettings;
  /** The longest that LCP, authentication or IPCP may each take. */
  readonly phaseTimeout: number;
  /** The first time-out of PADI and PADR; it doubles. */
  readonly discoveryTimeout: number;
  readonly discoveryAttempts: number;
  /** How long offers are collected after the first; 0 takes the first acceptable one at once. */
  readonly offerWindow: number;
}

export const SESSION_DEFAULTS: SessionSettings = {
  username: '',
  password: '',
  serviceName: '',
  omitServiceName: false,
  vlan: [],
  clampMss: false,
  mru: PPPOE_MRU,
  dns: true,
  nbns: false,
  ipv4: true,
  ipv6: true,
  dhcpv6: { addresses: true, prefixDelegation: true },
  authentication: AUTHENTICATION_PROTOCOLS,
  authenticationRequired: false,
  keepalive: { mode: 'adaptive', interval: 20_000, failures: 3 },
  reconnect: RECONNECT_DEFAULTS,
  automaton: AUTOMATON_DEFAULTS,
  phaseTimeout: 30_000,
  discoveryTimeout: 1_000,
  discoveryAttempts: 4,
  offerWindow: 0,
};

/**
 * The defaults with these settings over them.
 * @throws RangeError for what no session could work with.
 */
export function sessionSettings(settings: Partial<SessionSettings>): SessionSettings {
  const all = { ...SESSION_DEFAULTS, ...settings };
  within('MRU', all.mru, MIN_MRU, 65_535);
  if (all.acAddress) individual('AC address', all.acAddress);
  within('user name length', Buffer.byteLength(all.username), 0, 255);
  within('password length', Buffer.byteLength(all.password), 0, 255);
  within('Service-Name length', Buffer.byteLength(all.serviceName), 0, 1_000);
  const unknown = all.authentication.find((protocol) => !AUTHENTICATION_PROTOCOLS.includes(protocol));
  if (unknown !== undefined) throw new RangeError(`there is no authentication protocol '${unknown}'`);
  if (all.hostUniq) within('Host-Uniq length', all.hostUniq.length, 1, 64);
  if (all.address) within('address length', all.address.length, 4, 4);
  if (all.remoteAddress) within('remote address length', all.remoteAddress.length, 4, 4);
  ipv6Settings(all);
  within('number of VLAN tags', all.vlan.length, 0, 2);
  for (const { vid, pcp } of all.vlan) {
    within('VLAN identifier', vid, 0, 4_094);
    within('PCP', pcp, 0, 7);
  }
  if (all.dataPcp !== undefined) within('PCP of data', all.dataPcp, 0, 7);
  checkFraming(all);
  within('keepalive interval', all.keepalive.interval, 100, 86_400_000);
  within('keepalive failures', all.keepalive.failures, 1, 100);
  const { lost, noOffer, refused, authentication } = all.reconnect;
  for (const pause of [lost, noOffer, refused, authentication]) {
    within('pause before another attempt', pause.first, 100, 86_400_000);
    within('longest pause before another attempt', pause.max, pause.first, 86_400_000);
  }
  within('discovery time-out', all.discoveryTimeout, 10, 600_000);
  within('discovery attempts', all.discoveryAttempts, 1, 100);
  within('offer window', all.offerWindow, 0, 60_000);
  within('phase time-out', all.phaseTimeout, 100, 3_600_000);
  return all;
}

function ipv6Settings({ ipv4, ipv6, interfaceIdentifier, dhcpv6 }: SessionSettings): void {
  if (!ipv4 && !ipv6) throw new RangeError('a session needs IPv4, IPv6 or both');
  if (interfaceIdentifier) {
    within('Interface-Identifier length', interfaceIdentifier.length, 8, 8);
    if (interfaceIdentifier.equals(Buffer.alloc(8))) throw new RangeError('the Interface-Identifier must not be zero');
  }
  if (dhcpv6.prefixLengthHint !== undefined) within('prefix length', dhcpv6.prefixLengthHint, 1, 64);
}

/** @throws RangeError for a group address, which nobody has (IEEE 802). */
export function individual(what: string, address: MacAddress): void {
  if (isGroupMac(address)) throw new RangeError(`${what} must not be the group address ${formatMac(address)}`);
}

/** @throws RangeError */
export function within(what: string, value: number, least: number, most: number): void {
  if (Number.isFinite(value) && value >= least && value <= most) return;
  throw new RangeError(`${what} must be from ${least} to ${most}, not ${value}`);
}
