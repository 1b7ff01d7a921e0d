/** IPv4 addresses to lend, one after the other; the one given back longest ago is lent again first. */
export class AddressPool {
  readonly #free: number[] = [];
  readonly #lent = new Set<number>();
  #next: number;
  readonly #end: number;

  /**
   * @param start the first address, 4 octets.
   * @param excluded addresses that are never lent: our own and those of accounts.
   */
  constructor(
    start: Buffer,
    size: number,
    private readonly excluded: readonly Buffer[],
  ) {
    this.#next = start.readUInt32BE();
    this.#end = Math.min(this.#next + size, 2 ** 32);
  }

  /** An address of 4 octets, or undefined when all are lent. */
  take(): Buffer | undefined {
    while (this.#next < this.#end) {
      const address = toAddress(this.#next++);
      if (!this.excluded.some((other) => other.equals(address))) return this.#lend(address.readUInt32BE());
    }
    const number = this.#free.shift();
    return number === undefined ? undefined : this.#lend(number);
  }

  /** Takes an address back; one that was not lent here is left alone. */
  give(address: Buffer): void {
    const number = address.readUInt32BE();
    if (this.#lent.delete(number)) this.#free.push(number);
  }

  #lend(number: number): Buffer {
    this.#lent.add(number);
    return toAddress(number);
  }
}

function toAddress(number: number): Buffer {
  const address = Buffer.alloc(4);
  address.writeUInt32BE(number);
  return address;
}
