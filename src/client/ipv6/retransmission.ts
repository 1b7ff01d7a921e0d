/** How a DHCPv6 message is repeated: IRT, MRT, MRC of RFC 8415 §7.6, times in ms; without a count for ever. */
export interface RetransmissionParameters {
  readonly first: number;
  readonly max: number;
  readonly count?: number;
  /** The first time-out is not shortened: answers are collected until then. */
  readonly neverEarly?: true;
}

export const SOLICIT: RetransmissionParameters = { first: 1_000, max: 3_600_000, neverEarly: true };
export const REQUEST: RetransmissionParameters = { first: 1_000, max: 30_000, count: 10 };
export const RENEW: RetransmissionParameters = { first: 10_000, max: 600_000 };
export const REBIND: RetransmissionParameters = { first: 10_000, max: 600_000 };
/** Once: a session that ends waits for one time-out at most. */
export const RELEASE: RetransmissionParameters = { first: 1_000, max: 1_000, count: 1 };

/** SOL_MAX_DELAY: the first Solicit waits for up to so many ms. */
export const MAX_SOLICIT_DELAY = 1_000;

/** When a message is sent again (RFC 8415 §15). `fraction` draws an unpredictable number from 0 to 1. */
export class Retransmission {
  #sent = 0;
  #timeout = 0;
  #at: number;

  /** @param at when it is first sent. */
  constructor(
    private readonly parameters: RetransmissionParameters,
    private readonly fraction: () => number,
    at: number,
  ) {
    this.#at = at;
  }

  /** When it is sent next, or is given up. */
  get deadline(): number {
    return this.#at;
  }

  /** How often it has been sent. */
  get sent(): number {
    return this.#sent;
  }

  /** True when it has been sent as often as it may be, and the last time-out is what is left. */
  get isExhausted(): boolean {
    return this.parameters.count !== undefined && this.#sent >= this.parameters.count;
  }

  /** It is being sent. */
  next(now: number): void {
    const { first, max, neverEarly } = this.parameters;
    const random = (base: number) => base * 0.1 * (2 * this.fraction() - 1);
    const jitter = this.#sent === 0 ? random(first) : random(this.#timeout);
    this.#timeout = this.#sent === 0 ? first + (neverEarly ? Math.abs(jitter) : jitter) : 2 * this.#timeout + jitter;
    if (this.#timeout > max) this.#timeout = max + random(max);
    this.#sent++;
    this.#at = now + this.#timeout;
  }
}
