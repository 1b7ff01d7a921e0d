import { Heap } from 'heap-js';

/** Something that wants to be woken: now and then at another time than before. */
interface Sleeper {
  readonly deadline: number | undefined;
}

interface Entry<T> {
  readonly at: number;
  readonly sleeper: T;
}

/**
 * Who of many is due next, in ms of the engine's clock. A deadline that moves later leaves its entry where it is: it is looked
 * at when it comes up. Each sleeper costs the logarithm of their number, whatever its protocols do.
 */
export class Deadlines<T extends Sleeper> {
  readonly #entries = new Heap<Entry<T>>((one, other) => one.at - other.at);
  /** For when each sleeper's earliest entry is. */
  readonly #armed = new Map<T, number>();

  /** No later than the earliest deadline; it may be earlier. */
  get next(): number | undefined {
    return this.#entries.peek()?.at;
  }

  /** To be called after anything that may have changed a sleeper's deadline. */
  touch(sleeper: T): void {
    const { deadline } = sleeper;
    if (deadline === undefined || deadline >= (this.#armed.get(sleeper) ?? Number.POSITIVE_INFINITY)) return;
    this.#armed.set(sleeper, deadline);
    this.#entries.push({ at: deadline, sleeper });
  }

  forget(sleeper: T): void {
    this.#armed.delete(sleeper);
  }

  /** Those that are due, each once; whoever calls wakes them and touches them again. */
  take(now: number): readonly T[] {
    const due: T[] = [];
    for (let entry = this.#entries.peek(); entry && entry.at <= now; entry = this.#entries.peek()) {
      this.#entries.pop();
      const { at, sleeper } = entry;
      // One that is gone, or that has been woken for an earlier entry since.
      if (this.#armed.get(sleeper) !== at) continue;
      this.#armed.delete(sleeper);
      const { deadline } = sleeper;
      if (deadline !== undefined && deadline <= now) due.push(sleeper);
      else this.touch(sleeper);
    }
    return due;
  }
}
