import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatIpv6, IP_PROTOCOL } from '../../src/wire/ip';
import {
  decodeIpv6,
  encodeIpv6,
  type Ipv6Packet,
  isLinkLocal,
  linkLocalAddress,
  networkOf,
  parseIpv6,
  upperLayerChecksum,
} from '../../src/wire/ipv6';
import { decodeUdp, encodeUdp, type UdpDatagram } from '../../src/wire/udp';
import { assertMalformed, assertTruncationsMalformed, hex, octets, record, testCodec, u8, u16 } from './codec';

const address = octets({ minLength: 16, maxLength: 16 });

testCodec<Ipv6Packet>('IPv6', {
  values: record({
    trafficClass: u8,
    flowLabel: fc.nat(0xfffff),
    nextHeader: u8,
    hopLimit: u8,
    source: address,
    destination: address,
    payload: octets({ maxLength: 40 }),
  }),
  encode: encodeIpv6,
  decode: decodeIpv6,
});

const ENDS = { source: parseIpv6('fe80::1'), destination: parseIpv6('ff02::1:2') };

testCodec<UdpDatagram>('UDP over IPv6', {
  values: record({ sourcePort: u16, destinationPort: u16, data: octets({ maxLength: 40 }) }),
  encode: (datagram) => encodeUdp(datagram, ENDS),
  decode: (bytes) => decodeUdp(bytes, ENDS),
});

test('the fixed header is as RFC 8200 §3 draws it', () => {
  const packet: Ipv6Packet = {
    trafficClass: 0xc0,
    flowLabel: 0x12345,
    nextHeader: 58,
    hopLimit: 255,
    source: parseIpv6('fe80::1'),
    destination: parseIpv6('2001:db8::2'),
    payload: hex('abcd'),
  };
  const bytes = hex(
    '6c012345 0002 3a ff fe80 0000 0000 0000 0000 0000 0000 0001 2001 0db8 0000 0000 0000 0000 0000 0002 abcd',
  );
  assert.deepEqual(encodeIpv6(packet), bytes);
  assert.deepEqual(decodeIpv6(Buffer.concat([bytes, hex('ffff')])), packet);
  assertTruncationsMalformed(decodeIpv6, bytes);
  assertMalformed(() => decodeIpv6(hex('45000014')), 'IPv6 at octet 4: version 4');
  assert.throws(() => encodeIpv6({ ...packet, source: Buffer.alloc(4) }), RangeError);
});

test('a UDP checksum is there and right, and is never sent as zero', () => {
  const bytes = encodeUdp({ sourcePort: 546, destinationPort: 547, data: Buffer.alloc(0) }, ENDS);
  assert.equal(upperLayerChecksum(ENDS, IP_PROTOCOL.udp, bytes), 0);
  bytes.writeUInt16BE(0, 6);
  assertMalformed(() => decodeUdp(bytes, ENDS), 'UDP at octet 8: no checksum');
  bytes.writeUInt16BE(1, 6);
  assertMalformed(() => decodeUdp(bytes, ENDS), 'UDP at octet 8: wrong checksum');
  // With the data that makes the sum 0xffff, its complement is zero.
  const sum = upperLayerChecksum(ENDS, IP_PROTOCOL.udp, encodeWithout(ENDS, Buffer.alloc(2)));
  const data = Buffer.alloc(2);
  data.writeUInt16BE(sum);
  assert.equal(encodeUdp({ sourcePort: 546, destinationPort: 547, data }, ENDS).readUInt16BE(6), 0xffff);
});

function encodeWithout(ends: typeof ENDS, data: Buffer): Buffer {
  const bytes = encodeUdp({ sourcePort: 546, destinationPort: 547, data }, ends);
  bytes.writeUInt16BE(0, 6);
  return bytes;
}

test('addresses are parsed as RFC 4291 §2.2 writes them', () => {
  for (const [text, octetsOf] of [
    ['2001:db8:0:0:8:800:200c:417a', '20010db80000000000080800200c417a'],
    ['2001:db8::8:800:200c:417a', '20010db80000000000080800200c417a'],
    ['ff01::101', 'ff010000000000000000000000000101'],
    ['::1', '00000000000000000000000000000001'],
    ['::', '00000000000000000000000000000000'],
    ['1::', '00010000000000000000000000000000'],
    ['::ffff:129.144.52.38', '00000000000000000000ffff81903426'],
    ['0:0:0:0:0:0:13.1.68.3', '0000000000000000000000000d014403'],
  ] as const) {
    assert.deepEqual(parseIpv6(text), Buffer.from(octetsOf, 'hex'), text);
  }
  for (const text of ['', '1', '::1%eth0', '1::2::3', '192.0.2.1', '2001:db8::/32']) {
    assert.throws(() => parseIpv6(text), RangeError, text);
  }
});

test('an address that is formatted parses to itself', () => {
  fc.assert(fc.property(address, (octetsOf) => assert.deepEqual(parseIpv6(formatIpv6(octetsOf)), octetsOf)));
});

test('a network is its address with the bits after the prefix cleared', () => {
  const full = parseIpv6('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff');
  for (const [length, text] of [
    [0, '::'],
    [1, '8000::'],
    [56, 'ffff:ffff:ffff:ff00::'],
    [61, 'ffff:ffff:ffff:fff8::'],
    [64, 'ffff:ffff:ffff:ffff::'],
    [128, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ] as const) {
    assert.equal(formatIpv6(networkOf(full, length)), text);
  }
});

test('the link-local address of an Interface-Identifier', () => {
  const own = linkLocalAddress(hex('61c5e6f5a5f44658'));
  assert.equal(formatIpv6(own), 'fe80::61c5:e6f5:a5f4:4658');
  assert.equal(isLinkLocal(own), true);
  assert.equal(isLinkLocal(parseIpv6('febf::1')), true);
  for (const text of ['fec0::1', '2001:db8::1', '::']) assert.equal(isLinkLocal(parseIpv6(text)), false);
});
