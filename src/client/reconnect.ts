import type { PppoeErrorCode } from '../errors';

/** A pause that doubles with each failure of its kind, in ms. */
export interface Pause {
  readonly first: number;
  readonly max: number;
}

export interface ReconnectSettings {
  readonly enabled: boolean;
  /** After a session was lost, ended by the peer, or could not be negotiated. */
  readonly lost: Pause;
  /** After nobody answered the PADI. */
  readonly noOffer: Pause;
  /** After an error tag. */
  readonly refused: Pause;
  /** After a refused authentication: ISPs lock out who tries too fast. */
  readonly authentication: Pause;
  /** A session that was up for so long, in ms, has ended the failures before it. */
  readonly stableAfter: number;
}

export const RECONNECT_DEFAULTS: ReconnectSettings = {
  enabled: true,
  lost: { first: 1_000, max: 60_000 },
  noOffer: { first: 2_000, max: 60_000 },
  refused: { first: 10_000, max: 300_000 },
  authentication: { first: 30_000, max: 900_000 },
  stableAfter: 30_000,
};

/** By how much a pause varies, so that a street of hosts does not come back in step after an outage. */
const JITTER = 0.2;

/**
 * The pause before the next attempt, in ms.
 * @param failures how many attempts in a row failed with this code, at least 1.
 * @param fraction an unpredictable number from 0 to 1.
 */
export function pauseAfter(
  code: PppoeErrorCode,
  failures: number,
  settings: ReconnectSettings,
  fraction: number,
): number {
  const { first, max } = pauseFor(code, settings);
  const pause = Math.min(first * 2 ** Math.min(failures - 1, 30), max);
  return Math.round(pause * (1 - JITTER + 2 * JITTER * fraction));
}

function pauseFor(code: PppoeErrorCode, settings: ReconnectSettings): Pause {
  if (code === 'authentication-failed') return settings.authentication;
  if (code === 'refused') return settings.refused;
  if (code === 'no-offer') return settings.noOffer;
  return settings.lost;
}

/** The row of failures that a session is in, and the pauses that follow from it. */
export class Backoff {
  #code: PppoeErrorCode | undefined;
  #count = 0;

  constructor(private readonly settings: ReconnectSettings) {}

  /** The row is over: the next failure is the first again. */
  forget(): void {
    this.#code = undefined;
    this.#count = 0;
  }

  /** A session that has been up for long enough ends the row. `upFor` in ms. */
  settle(upFor: number): void {
    if (upFor >= this.settings.stableAfter) this.forget();
  }

  /**
   * The pause after one more failure, in ms. Only failures with the same code make a row.
   * @param fraction an unpredictable number from 0 to 1.
   */
  next(code: PppoeErrorCode, fraction: number): number {
    this.#count = this.#code === code ? this.#count + 1 : 1;
    this.#code = code;
    return pauseAfter(code, this.#count, this.settings, fraction);
  }
}
