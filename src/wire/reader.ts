/** What a decoder throws for octets that are not the packet they should be. Caught once, where an engine receives. */
export class MalformedPacket extends Error {
  override readonly name = 'MalformedPacket';
  readonly code = 'malformed';
}

/**
 * A cursor over octets that never reads past its end.
 *
 * Every failure names the layer, the octet and the lengths: `PPPoE payload at octet 6: needs 255 octets, 0 left`.
 * Slices share memory with what was read.
 */
export class Reader {
  #at = 0;

  constructor(
    readonly bytes: Buffer,
    readonly layer: string,
  ) {}

  /** Octets read so far. */
  get position(): number {
    return this.#at;
  }

  /** Octets not yet read. */
  get left(): number {
    return this.bytes.length - this.#at;
  }

  u8(what: string): number {
    const at = this.#take(1, what);
    return this.bytes.readUInt8(at);
  }

  u16(what: string): number {
    const at = this.#take(2, what);
    return this.bytes.readUInt16BE(at);
  }

  u32(what: string): number {
    const at = this.#take(4, what);
    return this.bytes.readUInt32BE(at);
  }

  slice(length: number, what: string): Buffer {
    const at = this.#take(length, what);
    return this.bytes.subarray(at, at + length);
  }

  rest(): Buffer {
    return this.slice(this.left, 'rest');
  }

  /** Throws, with this reader's layer and position in the message. */
  fail(problem: string): never {
    throw new MalformedPacket(`${this.layer} at octet ${this.#at}: ${problem}`);
  }

  #take(length: number, what: string): number {
    const at = this.#at;
    if (length < 0 || length > this.left) {
      throw new MalformedPacket(
        `${this.layer} ${what} at octet ${at}: needs ${length} octet${length === 1 ? '' : 's'}, ${this.left} left`,
      );
    }
    this.#at = at + length;
    return at;
  }
}
