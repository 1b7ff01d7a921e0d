/** Who had what, as its number within a pool: handed from a concentrator to its successor. */
export type LentNumbers = readonly (readonly [owner: string, number: number])[];

export interface LeaseSettings {
  /** The first number of the pool. */
  readonly start: number;
  readonly size: number;
  /** Numbers that are not lent to whoever comes: our own, and those that are meant for somebody. */
  readonly reserved?: Iterable<number>;
  /** What a pool before this one has lent. */
  readonly former?: LentNumbers;
}

/**
 * What a concentrator lends to its sessions: IPv4 addresses, or prefixes, as numbers. Nobody has what another has. An owner,
 * an account or else a host's MAC, gets what it had before while that is free; otherwise what was never lent, or what was given
 * back longest ago.
 */
export class Leases {
  readonly #lent = new Map<number, string>();
  /** What was given back, the longest ago first, with its last owner. */
  readonly #returned = new Map<number, string>();
  /** What each owner had last. */
  readonly #last = new Map<string, number>();
  readonly #reserved: ReadonlySet<number>;
  readonly #start: number;
  readonly #end: number;
  #next: number;

  constructor({ start, size, reserved = [], former = [] }: LeaseSettings) {
    this.#start = start;
    this.#next = start;
    this.#end = start + size;
    this.#reserved = new Set(reserved);
    for (const [owner, number] of former) if (this.#isOfPool(number)) this.#return(number, owner);
  }

  /** A number of the pool; undefined when all are lent. */
  take(owner: string): number | undefined {
    const former = this.#last.get(owner);
    if (former !== undefined && this.#returned.has(former)) return this.#lend(former, owner);
    for (; this.#next < this.#end; this.#next++) {
      const number = this.#next;
      if (this.#isOfPool(number) && !this.#lent.has(number) && !this.#returned.has(number)) {
        return this.#lend(number, owner);
      }
    }
    for (const number of this.#returned.keys()) return this.#lend(number, owner);
    return undefined;
  }

  /** This very number, of the pool or not. False while somebody has it. */
  claim(number: number, owner: string): boolean {
    if (this.#lent.has(number)) return false;
    this.#lend(number, owner);
    return true;
  }

  give(number: number): void {
    const owner = this.#lent.get(number);
    if (owner === undefined) return;
    this.#lent.delete(number);
    if (this.#isOfPool(number)) this.#return(number, owner);
  }

  /** Who has or had what of the pool. */
  get record(): LentNumbers {
    return [...this.#returned, ...this.#lent].map(([number, owner]) => [owner, number] as const);
  }

  #isOfPool(number: number): boolean {
    return number >= this.#start && number < this.#end && !this.#reserved.has(number);
  }

  #return(number: number, owner: string): void {
    this.#returned.set(number, owner);
    this.#last.set(owner, number);
  }

  #lend(number: number, owner: string): number {
    const before = this.#returned.get(number);
    this.#returned.delete(number);
    if (before !== undefined && this.#last.get(before) === number) this.#last.delete(before);
    this.#lent.set(number, owner);
    return number;
  }
}
