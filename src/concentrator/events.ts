import type { Reason } from '../errors';
import type { AuthenticationProtocol } from '../wire/lcp';
import type { Subscriber } from './line';

/** Somebody says who it is, and whoever decides that is asked: `admit` takes the answer, with this ticket. */
export interface AdmissionRequest {
  readonly ticket: number;
  readonly username: string;
  readonly protocol: AuthenticationProtocol;
  readonly subscriber: Subscriber;
}

/** A host that got no session: by whom, at what, and why. */
export interface Refusal {
  readonly mac: string;
  readonly serviceName: string;
  readonly username: string | undefined;
  readonly reason: Reason;
}

export type ConcentratorEvent =
  | { readonly type: 'subscriber-up'; readonly subscriber: Subscriber }
  /** Something about a session that is up has changed: its delegated prefix. */
  | { readonly type: 'subscriber-changed'; readonly subscriber: Subscriber }
  /** A session ended that had been up. */
  | { readonly type: 'subscriber-down'; readonly subscriber: Subscriber; readonly reason: Reason }
  /** A host was refused, or gave up, before its session was up. */
  | { readonly type: 'subscriber-refused'; readonly refusal: Refusal }
  | { readonly type: 'authenticate'; readonly request: AdmissionRequest };

export interface ConcentratorOutlets {
  send(frame: Buffer): void;
  /** IP packets of one session that are neither for ourselves nor for another session. */
  packets(sessionId: number, packets: readonly Buffer[]): void;
  event(event: ConcentratorEvent): void;
  /** Unpredictable octets. */
  random(octets: number): Buffer;
}

export interface ConcentratorCounters {
  /** Offers made, sessions begun. */
  offers: number;
  sessions: number;
  /** PADI and PADR that were refused or not answered. */
  refused: number;
  /** PADI and PADR beyond the rate limit. */
  limited: number;
  malformed: number;
  /** Frames of sessions that we do not have. */
  strays: number;
  /** IP packets whose source was not their sender's. */
  spoofed: number;
  /** IP packets between sessions that could not be handed on. */
  undeliverable: number;
}
