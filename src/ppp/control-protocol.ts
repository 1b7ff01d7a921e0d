import type { Option } from '../wire/control';

/** What is answered to one option of the peer's Configure-Request: agreed, another value wanted, or not known here. */
export type Verdict = 'ack' | 'reject' | { readonly nak: Buffer };

/**
 * The policy of one control protocol: which options it asks for and which it agrees to. The automaton does the rest.
 *
 * `judge` must not change anything: a request counts only once it is acknowledged (`accept`).
 */
export interface ControlProtocol {
  readonly name: 'LCP' | 'IPCP' | 'IPV6CP';
  /** The PPP protocol number. */
  readonly protocol: number;
  /** The highest code that it knows: 7 for an NCP, 13 for LCP. */
  readonly lastCode: number;
  /** The options of our next Configure-Request. */
  request(): readonly Option[];
  /** @param naksSent how many Configure-Naks were sent since something was agreed on: the same hint does not help twice. */
  judge(option: Option, naksSent: number): Verdict;
  /** Options that the peer must ask for and did not: they go into a Configure-Nak. */
  missing(present: readonly Option[]): readonly Option[];
  /** We have acknowledged this request of the peer's. */
  accept(options: readonly Option[]): void;
  /** The peer wants another value for this option of ours. */
  nak(option: Option): void;
  /** The peer does not know this option of ours. */
  reject(option: Option): void;
  /** Forgets what was negotiated: the next negotiation starts from the configuration. */
  reset(): void;
}

/** Why a layer finished without having been asked to. */
export type Finish =
  /** We closed it. */
  | 'closed'
  /** The peer did not answer Max-Configure requests. */
  | 'no-reply'
  /** The peer rejected a code that cannot be done without, or the whole protocol. */
  | 'rejected'
  /** Max-Failure: no end of Configure-Naks and Configure-Rejects in sight. */
  | 'no-agreement'
  /** The peer sent a Terminate-Request. */
  | 'terminated';

/** Restart timer and counters of RFC 1661 §4.6. Times in ms. */
export interface AutomatonSettings {
  /** The first Restart timer; it doubles with each retransmission. */
  readonly restartTimer: number;
  readonly restartTimerMax: number;
  readonly maxConfigure: number;
  readonly maxTerminate: number;
  readonly maxFailure: number;
  /** Within how many ms an answer comes when nothing is lost. */
  readonly answerTime: number;
}

export const AUTOMATON_DEFAULTS: AutomatonSettings = {
  restartTimer: 200,
  restartTimerMax: 3_000,
  maxConfigure: 10,
  maxTerminate: 2,
  maxFailure: 5,
  answerTime: 20,
};
