import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeEoip, encodeEoip } from '../../src/wire/eoip';
import { decodeEtherip, encodeEtherip } from '../../src/wire/etherip';
import { decodeGre, encodeGre, type GrePacket, TRANSPARENT_ETHERNET } from '../../src/wire/gre';
import { decodeVxlan, encodeVxlan } from '../../src/wire/vxlan';
import { assertMalformed, assertTruncationsMalformed, hex, octets, record, testCodec, u16 } from './codec';

const u32 = fc.nat(0xffffffff);
const payload = octets({ maxLength: 64 });

/** The PADI of a host, padded to the least length of an Ethernet frame. */
const PADI = Buffer.concat([
  hex('ff:ff:ff:ff:ff:ff 02:00:5e:10:00:01 8863 11 09 0000 000c 0101 0000 0103 0004 00000001'),
  Buffer.alloc(28),
]);

testCodec<GrePacket>('GRE', {
  values: fc
    .tuple(record({ protocol: u16, payload }), fc.option(u32, { nil: undefined }), fc.option(u32, { nil: undefined }))
    .map(([rest, key, sequence]) => ({
      ...(key === undefined ? {} : { key }),
      ...(sequence === undefined ? {} : { sequence }),
      ...rest,
    })),
  encode: encodeGre,
  decode: decodeGre,
});
testCodec('EoIP', { values: record({ tunnelId: u16, payload }), encode: encodeEoip, decode: decodeEoip });
testCodec('EtherIP', { values: payload, encode: encodeEtherip, decode: decodeEtherip });
testCodec('VXLAN', { values: record({ vni: fc.nat(0xffffff), payload }), encode: encodeVxlan, decode: decodeVxlan });

test('GRE: RFC 2784 §2, and with the key of RFC 2890 §2, octet for octet', () => {
  const plain = Buffer.concat([hex('0000 6558'), PADI]);
  assert.deepEqual(encodeGre({ protocol: TRANSPARENT_ETHERNET, payload: PADI }), plain);
  assert.deepEqual(decodeGre(plain), { protocol: 0x6558, payload: PADI });
  const keyed = Buffer.concat([hex('2000 6558 00000102'), PADI]);
  assert.deepEqual(encodeGre({ key: 258, protocol: TRANSPARENT_ETHERNET, payload: PADI }), keyed);
  assert.deepEqual(decodeGre(keyed), { key: 258, protocol: 0x6558, payload: PADI });
});

test('GRE: a checksum is checked, a sequence number read, and reserved bits that may be set are ignored', () => {
  // One's complement of 0xb000 + 0x6558 + 0 + 0 + 0x0000 + 0x0007 + 0x0000 + 0x0009 + 0xabcd, the carries added.
  const sum = 0xb000 + 0x6558 + 7 + 9 + 0xabcd;
  const checksum = (~((sum & 0xffff) + (sum >> 16)) & 0xffff).toString(16).padStart(4, '0');
  const packet = hex(`b000 6558 ${checksum} 0000 00000007 00000009 abcd`);
  assert.deepEqual(decodeGre(packet), { key: 7, sequence: 9, protocol: 0x6558, payload: hex('abcd') });
  packet[packet.length - 1] = 0xce;
  assertMalformed(() => decodeGre(packet), /wrong checksum/);
  assert.deepEqual(decodeGre(hex('03f8 6558 01')), { protocol: 0x6558, payload: hex('01') });
});

test('GRE: another version, and what RFC 2784 took out, is malformed', () => {
  assertMalformed(() => decodeGre(hex('2001 6400 0000 0000')), 'GRE at octet 2: version 1');
  for (const flags of ['4000', '0800', '0400']) assertMalformed(() => decodeGre(hex(`${flags} 6558`)), /RFC 1701/);
  assertTruncationsMalformed(decodeGre, hex('3000 6558 00000001 00000002'));
});

// MikroTik has published no specification. The layout is that of github.com/Nat-Lab/eoip (readme, "Protocol"), which speaks to
// RouterOS: 20 01 64 00, then the length of the frame big-endian, then the tunnel id little-endian, then the frame.
test('EoIP: octet for octet', () => {
  const packet = Buffer.concat([hex('2001 6400 003c 0201'), PADI]);
  assert.equal(PADI.length, 0x3c);
  assert.deepEqual(encodeEoip({ tunnelId: 258, payload: PADI }), packet);
  assert.deepEqual(decodeEoip(packet), { tunnelId: 258, payload: PADI });
  assert.deepEqual(decodeEoip(Buffer.concat([packet, hex('000000')])), { tunnelId: 258, payload: PADI });
  assert.deepEqual(encodeEoip({ tunnelId: 42, payload: Buffer.alloc(0) }), hex('2001 6400 0000 2a00'));
});

test('EoIP: other flags or types, and a frame shorter than its length, are malformed', () => {
  assertMalformed(() => decodeEoip(hex('2000 6400 0000 0000')), /flags 0x2000/);
  assertMalformed(() => decodeEoip(hex('2001 880b 0000 0000')), /protocol type 0x880b/);
  assertTruncationsMalformed(decodeEoip, Buffer.concat([hex('2001 6400 003c 0201'), PADI]));
  assert.throws(() => encodeEoip({ tunnelId: 0x10000, payload: PADI }), RangeError);
});

// RFC 3378 §3: 16 bits, of which bits 0-3 are the version, 3, and bits 4-15 are reserved and zero; then the frame.
test('EtherIP: octet for octet', () => {
  const packet = Buffer.concat([hex('3000'), PADI]);
  assert.deepEqual(encodeEtherip(PADI), packet);
  assert.deepEqual(decodeEtherip(packet), PADI);
});

test('EtherIP: another version and set reserved bits are malformed', () => {
  assertMalformed(() => decodeEtherip(hex('4000 00')), 'EtherIP at octet 2: version 4');
  assertMalformed(() => decodeEtherip(hex('3001 00')), 'EtherIP at octet 2: reserved bits 0x1');
  assertTruncationsMalformed(decodeEtherip, hex('3000'));
});

test('VXLAN: RFC 7348 §5, octet for octet; reserved bits are ignored', () => {
  const packet = Buffer.concat([hex('08000000 00002a 00'), PADI]);
  assert.deepEqual(encodeVxlan({ vni: 42, payload: PADI }), packet);
  assert.deepEqual(decodeVxlan(packet), { vni: 42, payload: PADI });
  assert.deepEqual(decodeVxlan(hex('ffffffff ffffff ff 01')), { vni: 0xffffff, payload: hex('01') });
});

test('VXLAN: without its I flag it is malformed', () => {
  assertMalformed(() => decodeVxlan(hex('f7000000 00002a 00')), 'VXLAN at octet 4: flags 0xf7: no VNI');
  assertTruncationsMalformed(decodeVxlan, hex('08000000 00002a00'));
  assert.throws(() => encodeVxlan({ vni: 0x1000000, payload: PADI }), RangeError);
});
