/** Who had which IPv4 address, the number of its four octets: handed from a concentrator to its successor. */
export type LeaseRecord = readonly (readonly [owner: string, address: number])[];

export interface LeaseSettings {
  /** The first address of the pool, 4 octets. */
  readonly poolStart: Buffer;
  readonly poolSize: number;
  /** Addresses that are nobody's to have: our own. */
  readonly excluded: readonly Buffer[];
  /** Addresses outside the pool's reach that belong to accounts. */
  readonly fixed: readonly Buffer[];
  /** What a concentrator before this one has lent. */
  readonly former?: LeaseRecord;
}

/**
 * The IPv4 addresses of a concentrator's sessions. Nobody has an address that another has. An owner, an account or else a
 * host's MAC, gets the address that it had before while that is free; otherwise one never lent, or the one given back longest ago.
 */
export class Leases {
  readonly #lent = new Map<number, string>();
  /** Addresses given back, the longest ago first, with their last owner. */
  readonly #returned = new Map<number, string>();
  /** What each owner had last. */
  readonly #last = new Map<string, number>();
  readonly #reserved: ReadonlySet<number>;
  readonly #start: number;
  readonly #end: number;
  #next: number;

  constructor({ poolStart, poolSize, excluded, fixed, former = [] }: LeaseSettings) {
    this.#start = poolStart.readUInt32BE();
    this.#next = this.#start;
    this.#end = Math.min(this.#start + poolSize, 2 ** 32);
    this.#reserved = new Set([...excluded, ...fixed].map((address) => address.readUInt32BE()));
    for (const [owner, address] of former) {
      if (this.#isOfPool(address)) this.#return(address, owner);
    }
  }

  /** An address of the pool, 4 octets; undefined when all are lent. */
  take(owner: string): Buffer | undefined {
    const former = this.#last.get(owner);
    if (former !== undefined && this.#returned.has(former)) return this.#lend(former, owner);
    for (; this.#next < this.#end; this.#next++) {
      const address = this.#next;
      if (this.#isOfPool(address) && !this.#lent.has(address) && !this.#returned.has(address)) {
        return this.#lend(address, owner);
      }
    }
    for (const address of this.#returned.keys()) return this.#lend(address, owner);
    return undefined;
  }

  /** This very address, of the pool or not. False while another session has it. */
  claim(address: Buffer, owner: string): boolean {
    const number = address.readUInt32BE();
    if (this.#lent.has(number)) return false;
    this.#lend(number, owner);
    return true;
  }

  give(address: Buffer): void {
    const number = address.readUInt32BE();
    const owner = this.#lent.get(number);
    if (owner === undefined) return;
    this.#lent.delete(number);
    if (this.#isOfPool(number)) this.#return(number, owner);
  }

  /** Who has or had which address of the pool. */
  get record(): LeaseRecord {
    return [...this.#returned, ...this.#lent].map(([address, owner]) => [owner, address] as const);
  }

  #isOfPool(address: number): boolean {
    return address >= this.#start && address < this.#end && !this.#reserved.has(address);
  }

  #return(address: number, owner: string): void {
    this.#returned.set(address, owner);
    this.#last.set(owner, address);
  }

  #lend(number: number, owner: string): Buffer {
    const before = this.#returned.get(number);
    this.#returned.delete(number);
    if (before !== undefined && this.#last.get(before) === number) this.#last.delete(before);
    this.#lent.set(number, owner);
    const address = Buffer.alloc(4);
    address.writeUInt32BE(number);
    return address;
  }
}
