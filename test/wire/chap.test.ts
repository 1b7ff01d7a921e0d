import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeChapValue, encodeChapValue } from '../../src/wire/chap';
import { assertMalformed, assertTruncationsMalformed, hex, octets, record, testCodec } from './codec';

testCodec('CHAP value', {
  values: record({
    value: fc.oneof(octets({ minLength: 1, maxLength: 24 }), octets({ minLength: 250, maxLength: 255 })),
    name: octets({ maxLength: 32 }),
  }),
  encode: encodeChapValue,
  decode: decodeChapValue,
});

test('a value is its size, its octets and the name behind them', () => {
  assert.deepEqual(decodeChapValue(hex('03 aabbcc 74657374')), { value: hex('aabbcc'), name: Buffer.from('test') });
  assert.deepEqual(decodeChapValue(hex('01 aa')), { value: hex('aa'), name: Buffer.alloc(0) });
});

test('Challenges of every length from 1 to 255 decode', () => {
  for (let size = 1; size <= 255; size++) {
    const value = Buffer.alloc(size, size);
    assert.deepEqual(decodeChapValue(Buffer.concat([Buffer.of(size), value])).value, value);
  }
});

test('Value-Size 0 is malformed', () => {
  assertMalformed(() => decodeChapValue(hex('00 74657374')), 'CHAP at octet 1: Value-Size is 0');
});

test('a value past the end is malformed', () => {
  assertMalformed(() => decodeChapValue(hex('10 aabb')), 'CHAP Value at octet 1: needs 16 octets, 2 left');
  assertMalformed(() => decodeChapValue(Buffer.alloc(0)), 'CHAP Value-Size at octet 0: needs 1 octet, 0 left');
});

test('a value cut at any octet is malformed', () => {
  assertTruncationsMalformed(decodeChapValue, hex('04 aabbccdd 74657374'), 5);
});

test('a value of no octets, or of more than 255, is a RangeError', () => {
  const name = Buffer.from('test');
  for (const length of [0, 256]) {
    assert.throws(() => encodeChapValue({ value: Buffer.alloc(length), name }), {
      name: 'RangeError',
      message: `CHAP Value has ${length} octets, not 1 to 255`,
    });
  }
});
