import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeIcmpEcho, encodeIcmpEcho, ICMP } from '../../src/wire/icmp';
import { checksum } from '../../src/wire/ip';
import { MalformedPacket } from '../../src/wire/reader';
import { assertMalformed, hex, octets, record, testCodec, u8, u16 } from './codec';

const echoes = record({
  type: fc.constantFrom(ICMP.echoRequest, ICMP.echoReply),
  code: u8,
  identifier: u16,
  sequence: u16,
  data: octets({ maxLength: 65 }),
});

testCodec<ReturnType<typeof decodeIcmpEcho>>('ICMP echo', {
  values: echoes,
  encode: encodeIcmpEcho,
  decode: decodeIcmpEcho,
});

test('an Echo is type, code, checksum, identifier, sequence number and data', () => {
  const bytes = encodeIcmpEcho({ type: ICMP.echoRequest, code: 0, identifier: 0x02e8, sequence: 1, data: hex('abcd') });
  // 0800 + 02e8 + 0001 + abcd = b6b6, and its complement is 4949.
  assert.deepEqual(bytes, hex('08 00 4949 02e8 0001 abcd'));
});

test('every encoded Echo sums to zero, of even and of odd length', () => {
  fc.assert(fc.property(echoes, (echo) => assert.equal(checksum(encodeIcmpEcho(echo)), 0)));
});

test('a wrong checksum is malformed', () => {
  assertMalformed(() => decodeIcmpEcho(hex('08 00 4948 02e8 0001 abcd')), 'ICMP at octet 4: wrong checksum');
  const good = hex('08 00 4949 02e8 0001 abcd');
  for (let bit = 0; bit < good.length * 8; bit++) {
    const bad = Buffer.from(good);
    bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7));
    assert.throws(() => decodeIcmpEcho(bad), MalformedPacket, `bit ${bit}`);
  }
});

test('a header cut at any octet is malformed, even when what is left sums to zero', () => {
  const zero = hex('0000 ffff 0000 0000');
  assert.equal(decodeIcmpEcho(zero).sequence, 0);
  for (let length = 0; length < zero.length; length++) {
    assertMalformed(
      () => decodeIcmpEcho(zero.subarray(0, length)),
      /^ICMP \S.* at octet \d: needs \d octets?, \d left$/,
    );
  }
});
