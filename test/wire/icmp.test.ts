import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeIcmpEcho, decodeUnreachable, encodeIcmpEcho, ICMP, unreachableText } from '../../src/wire/icmp';
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

/** An ICMP message with the right checksum. */
function icmp(text: string): Buffer {
  const bytes = hex(text);
  bytes.writeUInt16BE(checksum(bytes), 2);
  return bytes;
}

const ORIGINAL = '45000060 00004000 402f0000 c0000202 c0000201';

test('Destination Unreachable tells whose packet it is about', () => {
  assert.deepEqual(decodeUnreachable(icmp(`03020000 00000000 ${ORIGINAL} 20006558 00000007`)), {
    code: 2,
    original: {
      protocol: 47,
      source: hex('c0000202'),
      destination: hex('c0000201'),
      payload: hex('20006558 00000007'),
    },
  });
});

test('the next-hop MTU of RFC 1191 is that of code 4, where it is not zero', () => {
  assert.equal(decodeUnreachable(icmp(`03040000 000005d4 ${ORIGINAL}`)).nextHopMtu, 1_492);
  assert.equal(decodeUnreachable(icmp(`03040000 00000000 ${ORIGINAL}`)).nextHopMtu, undefined);
  assert.equal(decodeUnreachable(icmp(`03010000 000005d4 ${ORIGINAL}`)).nextHopMtu, undefined);
});

test('other messages, wrong checksums and cut originals are malformed', () => {
  assertMalformed(() => decodeUnreachable(icmp(`0b000000 00000000 ${ORIGINAL}`)), /type 11/);
  assertMalformed(() => decodeUnreachable(hex(`03020000 00000000 ${ORIGINAL}`)), /wrong checksum/);
  assertMalformed(() => decodeUnreachable(icmp(`03020000 00000000 6${ORIGINAL.slice(1)}`)), /original header 0x65/);
  assertMalformed(() => decodeUnreachable(icmp(`03020000 00000000 ${ORIGINAL.slice(0, -2)}`)), /needs 19 octets/);
});

test('the codes are told in words', () => {
  assert.equal(unreachableText(3), 'nobody listens at the port');
  assert.equal(unreachableText(13), 'an administrator forbids it');
  assert.equal(unreachableText(77), 'code 77');
});
