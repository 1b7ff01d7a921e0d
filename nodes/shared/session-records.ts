import { randomUUID } from 'node:crypto';
import type { HistoryEntry, PppoeSession, SessionStatus } from '../../src/index';
import { AUTOMATON_STATES, SESSION_MACHINE } from '../../src/index';
import type { Entry, Field, SessionDetails, SessionSummary } from '../editor/sidebar/data';
import type { SessionNode } from './session-api';

/** What is told of a config node. */
type Listed = Pick<SessionNode, 'id' | 'topic' | 'session'>;

/** A session as one line of the sidebar's list. */
export function summaryOf(node: Listed): SessionSummary {
  const { id, topic, session } = node;
  if (!session) return { ...NO_SESSION, id, name: topic, interface: topic };
  const { status } = session;
  const { state, reason, since, nextAttempt, counters } = status;
  const problem = state !== 'up' && reason && reason.code !== 'closed' ? reason.code : undefined;
  return {
    id,
    name: topic,
    interface: status.interface,
    state,
    ...(problem ? { problem } : {}),
    addresses: addressesOf(status),
    ...(since ? { since } : {}),
    ...(nextAttempt ? { nextAttempt } : {}),
    octetsReceived: counters.octetsReceived,
    octetsSent: counters.octetsSent,
  };
}

const NO_SESSION = { state: 'idle', problem: 'bad settings', addresses: [], octetsReceived: 0, octetsSent: 0 };

function addressesOf({ localAddress, ipv6 }: SessionStatus): readonly string[] {
  return [
    ...(localAddress ? [localAddress] : []),
    ...(ipv6?.addresses ?? []).map(({ address }) => address),
    ...(ipv6?.prefixes ?? []).map(({ prefix, length }) => (prefix.includes('/') ? prefix : `${prefix}/${length}`)),
  ];
}

/** Another one for each session that is made. */
const epochs = new WeakMap<PppoeSession, string>();

function epochOf(session: PppoeSession): string {
  const epoch = epochs.get(session) ?? randomUUID();
  epochs.set(session, epoch);
  return epoch;
}

/** What the asker has already. */
interface Known {
  readonly epoch: string;
  /** The highest serial number. */
  readonly serial: number;
}

/**
 * A session with what is new in its history.
 * @returns undefined when the session cannot start.
 */
export function detailsOf(node: Listed, known: Known, now: string): SessionDetails | undefined {
  const { session } = node;
  if (!session) return undefined;
  const epoch = epochOf(session);
  // An interface that came back begins a new history, with lower numbers.
  const newest = session.newest;
  const whole = known.epoch !== epoch || newest < known.serial;
  const { lcp, ipcp, ipv6cp } = session.automata;
  const { diagnosis } = session;
  return {
    now,
    epoch,
    whole,
    entries: newest === known.serial && !whole ? [] : session.history(whole ? 0 : known.serial).map(recordOf),
    summary: summaryOf(node),
    facts: factsOf(session.status),
    automata: [
      { protocol: 'LCP', state: lcp },
      { protocol: 'IPCP', state: ipcp },
      { protocol: 'IPV6CP', state: ipv6cp },
    ],
    machine: SESSION_MACHINE,
    automatonStates: AUTOMATON_STATES,
    ...(diagnosis ? { diagnosis } : {}),
  };
}

function recordOf(entry: HistoryEntry): Entry {
  if (entry.type === 'state') return entry;
  const { text: _, octets, ...frame } = entry;
  return { ...frame, octets: octets.toString('hex') };
}

/** What is known, and zero counters left out that tell of trouble. */
function factsOf(status: SessionStatus): readonly Field[] {
  const { ipv6, counters, queue, link } = status;
  const facts: Record<string, string | number | undefined> = {
    interface: status.interface,
    since: status.since,
    nextAttempt: status.nextAttempt,
    acName: status.acName,
    acMac: status.acMac,
    serviceName: status.serviceName || undefined,
    sessionId: status.sessionId,
    localAddress: status.localAddress,
    remoteAddress: status.remoteAddress,
    dns: [...status.dns, ...(ipv6?.dns ?? [])].join(', ') || undefined,
    linkLocal: ipv6?.linkLocal,
    ipv6Addresses: ipv6?.addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`).join(', '),
    prefixes: ipv6?.prefixes
      .map(({ prefix, length }) => (prefix.includes('/') ? prefix : `${prefix}/${length}`))
      .join(', '),
    router: ipv6?.router,
    mru: status.mru,
    mtu: status.mtu,
    roundTrip: status.roundTrip === undefined ? undefined : `${status.roundTrip.toFixed(1)} ms`,
    motm: status.motm,
    hurl: status.hurl,
    connects: counters.connects,
    packetsReceived: counters.packetsReceived,
    octetsReceived: counters.octetsReceived,
    packetsSent: counters.packetsSent,
    octetsSent: counters.octetsSent,
    malformed: counters.malformed || undefined,
    ignored: counters.ignored || undefined,
    queueDropped: queue.dropped || undefined,
    receiveDrops: link?.receiveDrops || undefined,
    sendDrops: link?.sendDrops || undefined,
  };
  return Object.entries(facts).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [{ name, value: String(value) }],
  );
}
