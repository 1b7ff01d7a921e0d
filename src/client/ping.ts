import { PppoeError, type PppoeErrorCode } from '../errors';
import { earliest } from '../ppp/automaton';
import type { IcmpErrorKind } from '../wire/icmp-error';
import { type EchoAnswer, type EchoRoute, encodeEchoRequest, readEchoAnswer } from './echo';
import { type PingStatistics, PingTally } from './ping-statistics';

export interface PingSettings {
  /** How many requests; 0: until it is stopped. */
  readonly count: number;
  /** From one request to the next, in ms. */
  readonly interval: number;
  /** How long each reply may take, in ms. */
  readonly timeout: number;
  /** Octets of data in each request. */
  readonly size: number;
  /** Time to live, or hop limit: 1 to 255. */
  readonly ttl: number;
  /** Tells this ping's replies from those of others, 0 to 65535. */
  readonly identifier: number;
  /** Begins the data of each request, as far as there is room. A reply without it answers somebody else. */
  readonly token: Buffer;
}

/** Why a request was not answered. */
export interface PingFailure {
  /**
   * `timeout`: nothing came. `unreachable`, `too-long`, `ttl-exceeded`, `parameter-problem`: what somebody on the way said.
   * `not-up`, `too-long`: the session could not take it.
   */
  readonly code: PppoeErrorCode;
  readonly text: string;
  /** Who said it. */
  readonly from?: string;
  readonly icmp?: { readonly type: number; readonly code: number };
  /** The MTU that the request exceeds, in octets, when it was told. */
  readonly mtu?: number;
}

export type PingOutcome =
  | {
      /** `duplicate`: it was answered before. `late`: its time-out had been told. */
      readonly type: 'reply' | 'duplicate' | 'late';
      /** Counted from 1. */
      readonly number: number;
      readonly from: string;
      /** In ms. */
      readonly roundTrip: number;
      readonly ttl: number;
      /** Octets of data that came back. */
      readonly octets: number;
    }
  | {
      readonly type: 'failed';
      readonly number: number;
      readonly failure: PingFailure;
    };

export interface PingOutlets {
  /**
   * Where the next request goes from and to.
   * @throws PppoeError `not-up`.
   */
  route(): EchoRoute;
  /** @throws PppoeError as sessions do when they cannot take a packet. */
  send(packet: Buffer): void;
  outcome(outcome: PingOutcome): void;
  /** Every request's fate is known. */
  done(): void;
}

interface Request {
  readonly number: number;
  readonly sentAt: number;
  readonly fate: 'waiting' | 'answered' | 'failed';
}

type Stage = { readonly name: 'running'; readonly nextAt: number } | { readonly name: 'waiting' | 'over' };

/** Replies to this many requests whose fate is known are still told from strangers. */
const MEMORY = 1_024;

const CODES: Readonly<Record<IcmpErrorKind, PppoeErrorCode>> = {
  unreachable: 'unreachable',
  'too-big': 'too-long',
  'ttl-exceeded': 'ttl-exceeded',
  'parameter-problem': 'parameter-problem',
};

/** Echo requests at an interval, each with its own time-out, and what became of them. Sans I/O, in virtual time. */
export class Ping {
  #stage: Stage = { name: 'over' };
  /** By sequence number, the oldest first. */
  readonly #waiting = new Map<number, Request>();
  readonly #settled = new Map<number, Request>();
  readonly #tally = new PingTally();
  readonly #data: Buffer;

  constructor(
    private readonly settings: PingSettings,
    private readonly outlets: PingOutlets,
  ) {
    this.#data = Buffer.from(Array.from({ length: settings.size }, (_, index) => index & 0xff));
    settings.token.copy(this.#data);
  }

  get statistics(): PingStatistics {
    return this.#tally.statistics;
  }

  get deadline(): number | undefined {
    const [oldest] = this.#waiting.values();
    const expires = oldest && oldest.sentAt + this.settings.timeout;
    return earliest(expires, this.#stage.name === 'running' ? this.#stage.nextAt : undefined);
  }

  start(now: number): void {
    this.#stage = { name: 'running', nextAt: now };
    this.due(now);
  }

  /** No more requests, and no more outcomes. */
  stop(): void {
    this.#stage = { name: 'over' };
    this.#waiting.clear();
  }

  due(now: number): void {
    this.#expire(now);
    if (this.#stage.name === 'running' && now >= this.#stage.nextAt) this.#request(this.#stage.nextAt, now);
    this.#finish();
  }

  #finish(): void {
    if (this.#stage.name !== 'waiting' || this.#waiting.size > 0) return;
    this.#stage = { name: 'over' };
    this.outlets.done();
  }

  /** Looks at a packet that came: it may be an answer to one of our requests. */
  receive(packet: Buffer, now: number): void {
    const answer = readEchoAnswer(packet);
    if (!answer || answer.identifier !== this.settings.identifier) return;
    const { sequence } = answer;
    const request = this.#waiting.get(sequence) ?? this.#settled.get(sequence);
    if (!request) return;
    if (answer.kind === 'reply') this.#replied(request, answer, now);
    else if (request.fate === 'waiting') {
      const { from, error } = answer;
      const { kind, text, type, code, mtu } = error;
      const failure = { code: CODES[kind], text, from, icmp: { type, code }, ...(mtu === undefined ? {} : { mtu }) };
      this.#tally.errors++;
      this.#fail(request, failure);
    }
    this.#finish();
  }

  #replied(request: Request, answer: Extract<EchoAnswer, { kind: 'reply' }>, now: number): void {
    const { number, fate } = request;
    const { from, ttl, data } = answer;
    const token = this.#data.subarray(0, this.settings.token.length);
    if (!data.subarray(0, token.length).equals(token)) return;
    const roundTrip = now - request.sentAt;
    const type = ({ waiting: 'reply', answered: 'duplicate', failed: 'late' } as const)[fate];
    if (type === 'reply') this.#tally.answered(roundTrip);
    if (type === 'duplicate') this.#tally.duplicates++;
    if (type === 'late') this.#tally.late++;
    this.#settle(request, 'answered');
    this.outlets.outcome({ type, number, from, roundTrip, ttl, octets: data.length });
  }

  #expire(now: number): void {
    for (const request of this.#waiting.values()) {
      if (now < request.sentAt + this.settings.timeout) return;
      this.#tally.timeouts++;
      this.#fail(request, { code: 'timeout', text: `No reply within ${this.settings.timeout} ms` });
    }
  }

  #request(plannedAt: number, now: number): void {
    const { count, interval, identifier, ttl } = this.settings;
    this.#tally.sent++;
    const number = this.#tally.sent;
    // After a pause of the whole process the requests that it missed are not made up for.
    const nextAt = plannedAt + interval > now ? plannedAt + interval : now + interval;
    this.#stage = count > 0 && number >= count ? { name: 'waiting' } : { name: 'running', nextAt };
    const request: Request = { number, sentAt: now, fate: 'waiting' };
    const sequence = sequenceOf(request);
    try {
      const packet = encodeEchoRequest(this.outlets.route(), { identifier, sequence, ttl, data: this.#data });
      this.outlets.send(packet);
      this.#waiting.set(sequence, request);
      this.#settled.delete(sequence);
    } catch (error) {
      if (!(error instanceof PppoeError)) throw error;
      this.#tally.errors++;
      this.#fail(request, { code: error.code, text: error.message });
    }
  }

  #fail(request: Request, failure: PingFailure): void {
    this.#settle(request, 'failed');
    this.outlets.outcome({ type: 'failed', number: request.number, failure });
  }

  #settle(request: Request, fate: 'answered' | 'failed'): void {
    const sequence = sequenceOf(request);
    this.#waiting.delete(sequence);
    this.#settled.set(sequence, { ...request, fate });
    if (this.#settled.size <= MEMORY) return;
    const [oldest] = this.#settled.keys();
    if (oldest !== undefined) this.#settled.delete(oldest);
  }
}

function sequenceOf({ number }: Request): number {
  return number & 0xffff;
}
