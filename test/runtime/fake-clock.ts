import type { Clock } from '../../src/runtime/clock';
import { Prng } from '../client/prng';

interface Wake {
  readonly at: number;
  readonly call: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now = 1_000;
  readonly #wakes = new Set<Wake>();
  readonly #random: Prng;

  constructor(seed = 1) {
    this.#random = new Prng(seed);
  }

  now(): number {
    return this.#now;
  }

  date(at: number): string {
    return new Date(1_700_000_000_000 + at).toISOString();
  }

  wake(at: number, call: () => void): () => void {
    const wake = { at, call };
    this.#wakes.add(wake);
    return () => this.#wakes.delete(wake);
  }

  random(octets: number): Buffer {
    return this.#random.octets(octets);
  }

  /** When something is to be woken, the earliest first. */
  get armed(): number[] {
    return [...this.#wakes].map(({ at }) => at).sort((a, b) => a - b);
  }

  /** Moves the time on, and calls what is due meanwhile at its time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#wakes].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#now = Math.max(this.#now, due.at);
      this.#wakes.delete(due);
      due.call();
    }
    this.#now = end;
  }
}

/** Lets what is planned for the next turns of the event loop happen. */
export async function turns(count = 10): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const PATIENCE = 8_000;

/** Resolves once this holds, looking in each turn of the event loop. Rejects when it does not come to hold in 8 s. */
export async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`did not come: ${holds}`);
    await turns(1);
  }
}
