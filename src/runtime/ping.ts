import { isIPv4, isIPv6 } from 'node:net';
import type { EchoRoute } from '../client/echo';
import { ownIpv6For } from '../client/own-address';
import { Ping, type PingOutcome } from '../client/ping';
import type { PingStatistics } from '../client/ping-statistics';
import { within } from '../client/settings';
import { PppoeError } from '../errors';
import { parseIpv4 } from '../wire/ip';
import { parseIpv6 } from '../wire/ipv6';
import { type Clock, systemClock } from './clock';
import type { PppoeSession, SessionStatus } from './pppoe-session';

export interface PingOptions {
  /** An IPv4 or IPv6 address; the session's gateway if absent or empty. */
  readonly destination?: string;
  /** How many requests: 4 if absent; 0: until `signal` ends it. */
  readonly count?: number;
  /** From one request to the next, in ms: 1000 if absent. */
  readonly interval?: number;
  /** How long each reply may take, in ms: 1000 if absent. */
  readonly timeout?: number;
  /** Octets of data in each request: 56 if absent. */
  readonly size?: number;
  /** Time to live, or hop limit: 64 if absent. */
  readonly ttl?: number;
  /** Ends it early: what was counted until then is the result. */
  readonly signal?: AbortSignal;
  /** Called with what becomes of each request. */
  readonly outcome?: (outcome: PingOutcome) => void;
}

const TOKEN = 8;
/** The largest echo request that fits into an IPv4 packet: 65535 octets without the headers. */
const MOST_DATA = 65_507;

/** Pings at the same time differ in it; where it begins is drawn, for there may be others beyond this process. */
let identifier: number | undefined;

/** Who is on the other end of a session: the access concentrator's IPv4 address, or else the IPv6 router's. */
export function gatewayOf({ remoteAddress, ipv6 }: SessionStatus): string | undefined {
  return remoteAddress ?? ipv6?.router ?? ipv6?.remoteLinkLocal;
}

/**
 * Pings through a session: ICMP echo requests, or ICMPv6. Packets still go to the session's consumers. While the session is
 * not up requests fail with `not-up`, and it goes on: a ping without end watches a line across its reconnects.
 * @returns the statistics, once the fate of every request is known or `signal` has ended it.
 * @throws RangeError for impossible options.
 */
export async function ping(
  session: PppoeSession,
  options: PingOptions = {},
  clock: Clock = systemClock,
): Promise<PingStatistics> {
  const { destination = '', count = 4, interval = 1_000, timeout = 1_000, size = 56, ttl = 64, signal } = options;
  whole('count', count, 0, 1_000_000);
  within('interval', interval, 10, 86_400_000);
  within('time-out', timeout, 10, 600_000);
  whole('size', size, 0, MOST_DATA);
  whole('time to live', ttl, 1, 255);
  const address = destination === '' ? undefined : parseDestination(destination);
  identifier = ((identifier ?? clock.random(2).readUInt16BE()) + 1) & 0xffff;
  const settings = { count, interval, timeout, size, ttl, identifier, token: clock.random(TOKEN) };
  return new Promise((resolve) => {
    const tell = (call: () => void) => queueMicrotask(call);
    const engine = new Ping(settings, {
      route: () => routeTo(address, session.status),
      send: (packet) => session.send([packet]),
      // Not while the session handles a frame: whoever is told may use the session.
      outcome: (outcome) => tell(() => options.outcome?.(outcome)),
      done: () => end(),
    });
    let cancel = () => {};
    let armedFor: number | undefined;
    const arm = () => {
      const { deadline } = engine;
      if (deadline === armedFor) return;
      cancel();
      armedFor = deadline;
      if (deadline !== undefined) cancel = clock.wake(deadline, wake);
    };
    const wake = () => {
      armedFor = undefined;
      engine.due(clock.now());
      arm();
    };
    const release = session.observe((packets) => {
      for (const packet of packets) engine.receive(packet, clock.now());
      arm();
    });
    const end = () => {
      engine.stop();
      arm();
      release();
      signal?.removeEventListener('abort', end);
      tell(() => resolve(engine.statistics));
    };
    signal?.addEventListener('abort', end);
    if (signal?.aborted) return end();
    engine.start(clock.now());
    arm();
  });
}

/** @throws RangeError */
function parseDestination(text: string): Buffer {
  if (isIPv4(text)) return parseIpv4(text);
  if (isIPv6(text) && !text.includes('%')) return parseIpv6(text);
  throw new RangeError(`destination must be an IPv4 or IPv6 address, not '${text}'`);
}

/** @throws PppoeError `not-up` while there is no gateway, or no address of ours for the destination. */
function routeTo(address: Buffer | undefined, status: SessionStatus): EchoRoute {
  const gateway = gatewayOf(status);
  const destination = address ?? (gateway === undefined ? undefined : parseDestination(gateway));
  if (!destination) throw new PppoeError('not-up', `There is no gateway to ping: the session is ${status.state}`);
  const isV4 = destination.length === 4;
  const own = isV4 ? status.localAddress : ownIpv6For(destination, status.ipv6);
  if (!own)
    throw new PppoeError(
      'not-up',
      `There is no IPv${isV4 ? 4 : 6} address to ping from: the session is ${status.state}`,
    );
  return { source: parseDestination(own), destination };
}

/** @throws RangeError */
function whole(what: string, value: number, least: number, most: number): void {
  within(what, value, least, most);
  if (!Number.isInteger(value)) throw new RangeError(`${what} must be a whole number, not ${value}`);
}
