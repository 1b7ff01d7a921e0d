import type { Reason } from '../errors';
import type { Ipcp } from '../ppp/ipcp';
import { formatIpv4 } from '../wire/ip';
import { formatMac } from '../wire/mac-address';
import type { Ipv6Snapshot } from './ipv6/settings';
import type { SessionState, SessionStateName } from './session-state';
import type { SessionSettings } from './settings';

/** Counted since the session was made. */
export interface SessionCounters {
  packetsReceived: number;
  octetsReceived: number;
  packetsSent: number;
  octetsSent: number;
  /** Frames and packets that were not what they should be. */
  malformed: number;
  /** Well-formed, but for another session or another state. */
  ignored: number;
  /** How often the session has come up. */
  connects: number;
}

/** A session as plain data. Addresses are text; what is not known is absent. */
export interface SessionSnapshot {
  readonly state: SessionStateName;
  /** Why the session is not up, or why it last was not. */
  readonly reason?: Reason;
  readonly sessionId?: number;
  readonly acName?: string;
  readonly acMac?: string;
  readonly serviceName?: string;
  readonly localAddress?: string;
  readonly remoteAddress?: string;
  /** IPv4 name servers. */
  readonly dns: readonly string[];
  /** NetBIOS name servers. */
  readonly nbns: readonly string[];
  /** While IPV6CP is up. */
  readonly ipv6?: Ipv6Snapshot<number>;
  /** The largest packet that we take, in octets. */
  readonly mru?: number;
  /** The largest packet that may be sent, in octets. */
  readonly mtu?: number;
  /** When the session came up, in ms of the engine's clock. */
  readonly since?: number;
  /** When the next attempt begins, in ms of the engine's clock. */
  readonly nextAttempt?: number;
  /** The last LCP Echo round trip in ms. */
  readonly roundTrip?: number;
  /** The last messages of the Access Concentrator to its users (PADM). */
  readonly motm?: string;
  readonly hurl?: string;
  readonly counters: Readonly<SessionCounters>;
}

export function noCounts(): SessionCounters {
  return {
    packetsReceived: 0,
    octetsReceived: 0,
    packetsSent: 0,
    octetsSent: 0,
    malformed: 0,
    ignored: 0,
    connects: 0,
  };
}

export function snapshot(
  state: SessionState,
  counters: SessionCounters,
  settings: SessionSettings,
  reason: Reason | undefined,
  ipv6: Ipv6Snapshot<number> | undefined,
): SessionSnapshot {
  return {
    state: state.name,
    ...(reason ? { reason } : {}),
    serviceName: settings.serviceName,
    dns: [],
    nbns: [],
    ...('established' in state ? describeEstablished(state, settings) : {}),
    ...(ipv6 && state.name === 'up' ? { ipv6 } : {}),
    ...(state.name === 'waiting' && state.until !== undefined ? { nextAttempt: state.until } : {}),
    counters: { ...counters },
  };
}

function describeEstablished(
  state: Extract<SessionState, { established: unknown }>,
  settings: SessionSettings,
): Partial<SessionSnapshot> {
  const { id, offer, peer, connection } = state.established;
  const common = {
    sessionId: id,
    acMac: formatMac(peer),
    ...(offer.acName === undefined ? {} : { acName: offer.acName }),
  };
  if (state.name !== 'up') return common;
  const { ipcp, roundTrip, mru } = connection;
  return {
    ...common,
    ...(connection.isUp('IPCP') ? describeIpv4(ipcp, settings) : {}),
    mru,
    mtu: state.mtu,
    since: state.since,
    ...(roundTrip === undefined ? {} : { roundTrip }),
  };
}

function describeIpv4({ address, peerAddress, dns, nbns }: Ipcp, settings: SessionSettings): Partial<SessionSnapshot> {
  const remoteAddress = peerAddress ?? settings.remoteAddress;
  return {
    ...(address ? { localAddress: formatIpv4(address) } : {}),
    ...(remoteAddress ? { remoteAddress: formatIpv4(remoteAddress) } : {}),
    dns: dns.map(formatIpv4),
    nbns: nbns.map(formatIpv4),
  };
}
