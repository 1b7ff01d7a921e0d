import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MalformedPacket } from '../../src/wire/reader';

/** Any octets, as a Buffer. */
export function octets(constraints: fc.IntArrayConstraints): fc.Arbitrary<Buffer> {
  return fc.uint8Array(constraints).map((bytes) => Buffer.from(bytes));
}

/** Plain objects, as the decoders make them. */
export function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

export const u8 = fc.nat(0xff);
export const u16 = fc.nat(0xffff);

export const hex = (text: string) => Buffer.from(text.replaceAll(/[\s:]/g, ''), 'hex');

/** What every failure of a Reader looks like: layer and field, octet, problem. */
const TEXT = /^\w.* at octet \d+: \S.*$/;

/** @returns the decoded value, or undefined when it threw MalformedPacket. Any other error is thrown on. */
export function decodeOrMalformed<T>(decode: (bytes: Buffer) => T, bytes: Buffer): T | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof MalformedPacket)) throw error;
    assert.match(error.message, TEXT);
    assert.equal(error.code, 'malformed');
    return undefined;
  }
}

export function assertMalformed(decode: () => unknown, message: string | RegExp): void {
  assert.throws(decode, (error) => {
    assert.ok(error instanceof MalformedPacket, `${error} is not a MalformedPacket`);
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  });
}

/** A valid packet with some octets overwritten, its end cut off, or more octets after it. */
function damaged(valid: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const edits = fc.array(fc.tuple(fc.nat(), fc.oneof(u8, fc.constantFrom(0, 1, 0xff))), { maxLength: 4 });
  return fc
    .tuple(valid, edits, fc.option(fc.nat(), { nil: undefined }), octets({ maxLength: 8 }))
    .map(([bytes, changes, cut, tail]) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of changes) if (copy.length > 0) copy[at % copy.length] = value;
      return Buffer.concat([copy.subarray(0, cut === undefined ? copy.length : cut % (copy.length + 1)), tail]);
    });
}

export interface Codec<T> {
  readonly values: fc.Arbitrary<T>;
  readonly encode: (value: T) => Buffer;
  readonly decode: (bytes: Buffer) => T;
}

/** Registers the tests that every codec passes. */
export function testCodec<T>(name: string, { values, encode, decode }: Codec<T>): void {
  test(`${name}: what is encoded decodes to the same value`, () => {
    fc.assert(fc.property(values, (value) => assert.deepEqual(decode(encode(value)), value)));
  });

  test(`${name}: any octets give a value that survives encoding, or MalformedPacket`, () => {
    const survives = (bytes: Buffer) => {
      const value = decodeOrMalformed(decode, bytes);
      if (value !== undefined) assert.deepEqual(decode(encode(value)), value);
    };
    fc.assert(fc.property(octets({ maxLength: 96 }), survives), { numRuns: 500 });
    fc.assert(fc.property(damaged(values.map(encode)), survives), { numRuns: 1000 });
  });
}

/** Cuts `packet` at each octet before `end`; each part is malformed. */
export function assertTruncationsMalformed(
  decode: (bytes: Buffer) => unknown,
  packet: Buffer,
  end: number = packet.length,
): void {
  assert.ok(end > 0 && end <= packet.length);
  decode(packet);
  for (let length = 0; length < end; length++) {
    assert.throws(() => decode(packet.subarray(0, length)), MalformedPacket, `${length} of ${packet.length} octets`);
  }
}
