import type { SessionStatus } from '../../src/index';
import { listOf } from './fields';

/** What grows while a session lives, and is told as a rate too. */
const COUNTED = ['packetsReceived', 'octetsReceived', 'packetsSent', 'octetsSent', 'drops'] as const;
type Counted = (typeof COUNTED)[number];

type Rates = { readonly [name in `${Counted}PerSecond`]: number };

/** A session in numbers. Rates are of the time since the sample before. */
export interface SessionStatistics extends Readonly<Record<Counted, number>>, Rates {
  /** Frames and packets that were not what they should be; and those for another session or state. */
  readonly malformed: number;
  readonly ignored: number;
  /** Packets that wait in the receive queue. */
  readonly queue: number;
  /** The last keepalive's round trip in ms; null while there was none. */
  readonly roundTrip: number | null;
  /** Seconds since the session came up; 0 while it is not up. */
  readonly uptime: number;
  /** How often it has come up after the first time. */
  readonly reconnects: number;
}

const METRICS = [
  ...COUNTED,
  ...COUNTED.map((name) => `${name}PerSecond` as const),
  ...(['malformed', 'ignored', 'queue', 'roundTrip', 'uptime', 'reconnects'] as const),
] as const;
type Metric = (typeof METRICS)[number];

/**
 * The metrics that a field names, separated by commas; all of them for an empty one.
 * @throws RangeError for a name that is none.
 */
export function metricsOf(field: string | undefined): readonly Metric[] {
  const names = listOf(field);
  if (names.length === 0) return METRICS;
  return names.map((name) => {
    const metric = METRICS.find((known) => known === name);
    if (!metric) throw new RangeError(`there is no metric '${name}', but ${METRICS.join(', ')}`);
    return metric;
  });
}

/** Turns what a session tells of itself into numbers, and their growth into rates. */
export class StatisticsSampler {
  #before: { readonly at: number; readonly counted: Readonly<Record<Counted, number>> } | undefined;

  /** @param at when the status was taken, in ms since 1970. */
  sample(status: SessionStatus, at: number): SessionStatistics {
    const { packetsReceived, octetsReceived, packetsSent, octetsSent, ...others } = status.counters;
    const drops = status.queue.dropped + (status.link?.receiveDrops ?? 0) + (status.link?.sendDrops ?? 0);
    const counted = { packetsReceived, octetsReceived, packetsSent, octetsSent, drops };
    const seconds = this.#before ? (at - this.#before.at) / 1_000 : 0;
    const rate = (name: Counted) => {
      const growth = counted[name] - (this.#before?.counted[name] ?? counted[name]);
      // Counters begin anew with other settings.
      return seconds > 0 ? Math.max(0, growth) / seconds : 0;
    };
    const rates = Object.fromEntries(COUNTED.map((name) => [`${name}PerSecond`, rate(name)])) as Rates;
    this.#before = { at, counted };
    return {
      ...counted,
      ...rates,
      malformed: others.malformed,
      ignored: others.ignored,
      queue: status.queue.length,
      roundTrip: status.roundTrip ?? null,
      uptime: status.since === undefined ? 0 : Math.max(0, (at - Date.parse(status.since)) / 1_000),
      reconnects: Math.max(0, others.connects - 1),
    };
  }
}
