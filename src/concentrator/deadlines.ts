import { Heap } from 'heap-js';

/** Something that wants to be woken: now and then at another time than before. */
interface Sleeper {
  readonly deadline: number | undefined;
}

interface Entry<T> {
  readonly at: number;
  /** Undefined for an entry that no longer counts: nothing that is gone is held on to. */
  sleeper: T | undefined;
}

/** So many entries that no longer count are not worth a clean-up. */
const FEW = 64;

/**
 * Who of many is due next, in ms of the engine's clock. A deadline that moves later leaves its entry where it is: it is looked
 * at when it comes up. Each sleeper costs the logarithm of their number, whatever its protocols do.
 */
export class Deadlines<T extends Sleeper> {
  readonly #entries = new Heap<Entry<T>>((one, other) => one.at - other.at);
  /** Each sleeper's entry that counts. */
  readonly #armed = new Map<T, Entry<T>>();

  /** No later than the earliest deadline; it may be earlier. */
  get next(): number | undefined {
    return this.#entries.peek()?.at;
  }

  /** How many entries there are, also of those that no longer count. */
  get size(): number {
    return this.#entries.length;
  }

  /** To be called after anything that may have changed a sleeper's deadline. */
  touch(sleeper: T): void {
    const { deadline } = sleeper;
    const armed = this.#armed.get(sleeper);
    if (deadline === undefined || (armed && deadline >= armed.at)) return;
    this.forget(sleeper);
    const entry = { at: deadline, sleeper };
    this.#armed.set(sleeper, entry);
    this.#entries.push(entry);
  }

  forget(sleeper: T): void {
    const armed = this.#armed.get(sleeper);
    if (!armed) return;
    armed.sleeper = undefined;
    this.#armed.delete(sleeper);
    if (this.#entries.length > 2 * this.#armed.size + FEW) this.#entries.init([...this.#armed.values()]);
  }

  /** Those that are due, each once; whoever calls wakes them and touches them again. */
  take(now: number): readonly T[] {
    const due: T[] = [];
    for (let entry = this.#entries.peek(); entry && entry.at <= now; entry = this.#entries.peek()) {
      this.#entries.pop();
      const { sleeper } = entry;
      if (!sleeper) continue;
      this.#armed.delete(sleeper);
      const { deadline } = sleeper;
      if (deadline !== undefined && deadline <= now) due.push(sleeper);
      else this.touch(sleeper);
    }
    return due;
  }
}
