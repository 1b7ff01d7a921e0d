import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodePpp, encodePpp, PROTOCOL, protocolName } from '../../src/wire/ppp';
import { assertMalformed, assertTruncationsMalformed, hex, octets, record, testCodec, u8 } from './codec';

// RFC 1661 §2: the first octet even, the second odd.
const protocols = fc.oneof(
  fc.constantFrom(...Object.values(PROTOCOL)),
  fc.tuple(u8, u8).map(([high, low]) => ((high & 0xfe) << 8) | low | 1),
);

testCodec('PPP', {
  values: record({ protocol: protocols, information: octets({ maxLength: 64 }) }),
  encode: encodePpp,
  decode: decodePpp,
});

test('a protocol without information is a packet', () => {
  assert.deepEqual(decodePpp(hex('c021')), { protocol: PROTOCOL.lcp, information: Buffer.alloc(0) });
});

test('a packet cut inside the protocol field is malformed', () => {
  assertTruncationsMalformed(decodePpp, hex('0021 45'), 2);
  assertMalformed(() => decodePpp(hex('c0')), 'PPP protocol at octet 0: needs 2 octets, 1 left');
});

test('Protocol-Field-Compression, which was never negotiated, is malformed', () => {
  assertMalformed(() => decodePpp(hex('21 4500 0054')), /^PPP at octet 2: protocol 0x2145 is compressed or not/);
  assertMalformed(() => decodePpp(hex('57 6000 0000')), /^PPP at octet 2: protocol 0x5760 is compressed or not/);
});

test('an HDLC address and control field is malformed', () => {
  assertMalformed(() => decodePpp(hex('ff03 c021 0101 0004')), /^PPP at octet 2: HDLC address and control field/);
});

test('every field that is no protocol number is malformed, every other one is a protocol', () => {
  const bytes = Buffer.alloc(3);
  for (let protocol = 0; protocol < 0x10000; protocol++) {
    bytes.writeUInt16BE(protocol, 0);
    const valid = protocol % 2 === 1 && Math.floor(protocol / 256) % 2 === 0;
    if (valid) assert.equal(decodePpp(bytes).protocol, protocol);
    else if (protocol % 251 === 0) assertMalformed(() => decodePpp(bytes), /^PPP at octet 2: /);
  }
});

test('protocols have the names that users know, or their number', () => {
  assert.equal(protocolName(0xc021), 'LCP');
  assert.equal(protocolName(0xc227), 'EAP');
  assert.equal(protocolName(0x8057), 'IPV6CP');
  assert.equal(protocolName(0x8281), '0x8281');
  assert.equal(protocolName(0x0029), '0x0029');
});
