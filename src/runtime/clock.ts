import { randomBytes } from 'node:crypto';

/** The only place where time and randomness come from. */
export interface Clock {
  /** In ms, from an arbitrary beginning, never going back. */
  now(): number;
  /** The wall clock at a time of `now`, as ISO 8601 text. */
  date(at: number): string;
  /** Calls once `now` has reached `at`, unless cancelled by the function that is returned. */
  wake(at: number, call: () => void): () => void;
  /** Unpredictable octets. */
  random(octets: number): Buffer;
}

/** The longest time-out that the platform's timers know. */
const LONGEST = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  date: (at) => new Date(Date.now() + at - performance.now()).toISOString(),
  wake: (at, call) => {
    // Rounded up: a timer that fires early would find the deadline not yet come.
    const timer = setTimeout(call, Math.min(Math.max(0, Math.ceil(at - performance.now())), LONGEST));
    return () => clearTimeout(timer);
  },
  random: (octets) => randomBytes(octets),
};
