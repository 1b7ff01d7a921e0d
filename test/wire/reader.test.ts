import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MalformedPacket, Reader } from '../../src/wire/reader';
import { assertMalformed, hex, octets } from './codec';

test('numbers are read in network byte order, and the position follows', () => {
  const reader = new Reader(hex('01 0203 04050607 ff'), 'Test');
  assert.equal(reader.u8('a'), 1);
  assert.equal(reader.u16('b'), 0x0203);
  assert.equal(reader.position, 3);
  assert.equal(reader.u32('c'), 0x04050607);
  assert.equal(reader.left, 1);
  assert.deepEqual(reader.rest(), hex('ff'));
  assert.equal(reader.left, 0);
  assert.deepEqual(reader.rest(), Buffer.alloc(0));
});

test('a 32-bit number above 2^31 stays positive', () => {
  assert.equal(new Reader(hex('ffffffff'), 'Test').u32('n'), 4294967295);
});

test('the failure names layer, field, octet and both lengths', () => {
  const reader = new Reader(hex('112233'), 'Layer');
  reader.u8('first');
  assertMalformed(() => reader.slice(255, 'payload'), 'Layer payload at octet 1: needs 255 octets, 2 left');
  assertMalformed(() => reader.u32('number'), 'Layer number at octet 1: needs 4 octets, 2 left');
  reader.u16('second');
  assertMalformed(() => reader.u8('third'), 'Layer third at octet 3: needs 1 octet, 0 left');
  assertMalformed(() => reader.fail('is bad'), 'Layer at octet 3: is bad');
});

test('a failed read leaves the position where it was', () => {
  const reader = new Reader(hex('1122'), 'Test');
  assert.throws(() => reader.u32('n'), MalformedPacket);
  assert.equal(reader.position, 0);
  assert.equal(reader.u16('n'), 0x1122);
});

test('a negative length is malformed, never a step back', () => {
  const reader = new Reader(hex('1122'), 'Test');
  reader.u8('a');
  assertMalformed(() => reader.slice(-1, 'b'), 'Test b at octet 1: needs -1 octets, 1 left');
});

test('slices cover the octets in order without a copy', () => {
  fc.assert(
    fc.property(octets({ maxLength: 64 }), fc.array(fc.nat(16)), (bytes, lengths) => {
      const reader = new Reader(bytes, 'Test');
      const slices: Buffer[] = [];
      for (const length of lengths) if (length <= reader.left) slices.push(reader.slice(length, 'part'));
      slices.push(reader.rest());
      assert.deepEqual(Buffer.concat(slices), bytes);
      for (const slice of slices) assert.equal(slice.buffer, bytes.buffer);
    }),
  );
});
