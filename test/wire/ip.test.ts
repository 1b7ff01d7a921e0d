import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  checksum,
  decodeIpv4,
  encodeIpv4,
  formatIpv4,
  formatIpv6,
  IP_PROTOCOL,
  type Ipv4Packet,
  parseIpv4,
  pseudoHeaderSum,
  summarizeIp,
} from '../../src/wire/ip';
import { MalformedPacket } from '../../src/wire/reader';
import { assertMalformed, assertTruncationsMalformed, hex, octets, record, testCodec, u8, u16 } from './codec';

const addresses = octets({ minLength: 4, maxLength: 4 });
const packets: fc.Arbitrary<Ipv4Packet> = record({
  tos: u8,
  identification: u16,
  fragment: u16,
  ttl: u8,
  protocol: u8,
  source: addresses,
  destination: addresses,
  options: fc.nat(10).chain((words) => octets({ minLength: words * 4, maxLength: words * 4 })),
  payload: octets({ maxLength: 64 }),
});

/** A ping of a capture, whose fields tshark prints as the test below has them. */
const PING = hex(`4500 0054 bbf0 4000 4001 68f1 0a63 0101 0a63 0001`);

testCodec('IPv4', { values: packets, encode: encodeIpv4, decode: decodeIpv4 });

// RFC 1071 §3: the sum is ddf2, and the checksum its complement.
test('the checksum of the example of RFC 1071', () => {
  assert.equal(checksum(hex('0001 f203 f4f5 f6f7')), 0xffff - 0xddf2);
});

test('the checksum of nothing, and of zeros, is 0xffff', () => {
  assert.equal(checksum(Buffer.alloc(0)), 0xffff);
  assert.equal(checksum(Buffer.alloc(9)), 0xffff);
});

test('the checksum is the complement of the octets as one number, modulo 65535', () => {
  fc.assert(
    fc.property(octets({ maxLength: 65 }), (bytes) => {
      const even = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.of(0)]);
      const number = BigInt(`0x0${even.toString('hex')}`);
      const rest = Number(number % 65535n);
      const sum = rest === 0 && number !== 0n ? 0xffff : rest;
      assert.equal(checksum(bytes), 0xffff - sum);
    }),
  );
});

test('a large packet of ones does not overflow the sum', () => {
  assert.equal(checksum(Buffer.alloc(65535, 0xff)), 0xff);
});

test('a pseudo-header sum starts a checksum as if its octets stood before the segment', () => {
  fc.assert(
    fc.property(addresses, addresses, u8, octets({ maxLength: 65 }), (source, destination, protocol, segment) => {
      const tail = Buffer.alloc(4);
      tail[1] = protocol;
      tail.writeUInt16BE(segment.length, 2);
      assert.equal(
        checksum(segment, pseudoHeaderSum(source, destination, protocol, segment.length)),
        checksum(Buffer.concat([source, destination, tail, segment])),
      );
    }),
  );
});

test('the header of a captured ping', () => {
  const packet = Buffer.concat([PING, Buffer.alloc(64)]);
  assert.deepEqual(decodeIpv4(packet), {
    tos: 0,
    identification: 0xbbf0,
    fragment: 0x4000,
    ttl: 64,
    protocol: IP_PROTOCOL.icmp,
    source: hex('0a630101'),
    destination: hex('0a630001'),
    options: Buffer.alloc(0),
    payload: Buffer.alloc(64),
  });
  assert.equal(checksum(PING), 0);
  assert.deepEqual(encodeIpv4(decodeIpv4(packet)), packet);
});

test('every encoded header sums to zero', () => {
  fc.assert(
    fc.property(packets, (packet) => {
      const bytes = encodeIpv4(packet);
      assert.equal(checksum(bytes.subarray(0, 20 + packet.options.length)), 0);
    }),
  );
});

test('octets after the total length go', () => {
  fc.assert(
    fc.property(packets, octets({ maxLength: 40 }), (packet, padding) => {
      const bytes = Buffer.concat([encodeIpv4(packet), padding]);
      assert.deepEqual(decodeIpv4(bytes), packet);
      assert.equal(summarizeIp(bytes).length, bytes.length - padding.length);
    }),
  );
});

test('a packet cut at any octet is malformed', () => {
  const packet = Buffer.concat([PING, Buffer.alloc(64)]);
  assertTruncationsMalformed(decodeIpv4, packet);
  assertTruncationsMalformed(summarizeIp, packet);
});

test('lengths and versions that contradict the packet are malformed', () => {
  const broken = (at: number, ...values: number[]) => {
    const packet = Buffer.concat([PING, Buffer.alloc(64)]);
    packet.set(values, at);
    return packet;
  };
  assertMalformed(() => decodeIpv4(broken(0, 0x65)), 'IPv4 at octet 1: version 6');
  assertMalformed(() => decodeIpv4(broken(0, 0x44)), 'IPv4 at octet 1: header length 16');
  assertMalformed(
    () => decodeIpv4(broken(0, 0x4f, 0, 0, 59)),
    "IPv4 at octet 4: total length 59 is less than the header's 60",
  );
  assertMalformed(() => decodeIpv4(broken(2, 0, 85)), 'IPv4 at octet 4: total length 85, 84 octets there');
  for (const bad of [broken(0, 0x44), broken(0, 0x4f, 0, 0, 59), broken(2, 0, 85), broken(2, 0, 19), broken(0, 0x05)]) {
    assert.throws(() => summarizeIp(bad), MalformedPacket);
  }
});

// RFC 791 §3.1: a datagram whose header checksum fails is discarded at once.
test('a wrong header checksum is malformed', () => {
  for (let bit = 0; bit < PING.length * 8; bit++) {
    const packet = Buffer.concat([PING, Buffer.alloc(64)]);
    const at = bit >> 3;
    packet[at] = (packet[at] as number) ^ (1 << (bit & 7));
    assert.throws(() => decodeIpv4(packet), MalformedPacket, `bit ${bit}`);
  }
});

test('options that do not fill whole words, or do not fit, are a RangeError', () => {
  const packet = decodeIpv4(Buffer.concat([PING, Buffer.alloc(64)]));
  for (const length of [1, 2, 3, 5, 41, 44]) {
    assert.throws(() => encodeIpv4({ ...packet, options: Buffer.alloc(length) }), RangeError, String(length));
  }
  assert.throws(() => encodeIpv4({ ...packet, payload: Buffer.alloc(65516) }), RangeError);
  assert.equal(encodeIpv4({ ...packet, payload: Buffer.alloc(65515) }).length, 65535);
});

test('the summary of an IPv4 packet', () => {
  assert.deepEqual(summarizeIp(Buffer.concat([PING, Buffer.alloc(64)])), {
    version: 4,
    source: '10.99.1.1',
    destination: '10.99.0.1',
    protocol: 1,
    ttl: 64,
    length: 84,
  });
});

test('the summary of an IPv6 packet, cut at no octet of it', () => {
  const packet = hex(`6000 0000 0008 3aff fe80 0000 0000 0000 61c5 e6f5 a5f4 4658
    ff02 0000 0000 0000 0000 0000 0000 0002 8500 0000 0000 0000`);
  assert.deepEqual(summarizeIp(packet), {
    version: 6,
    source: 'fe80::61c5:e6f5:a5f4:4658',
    destination: 'ff02::2',
    protocol: IP_PROTOCOL.icmpv6,
    ttl: 255,
    length: 48,
  });
  assert.equal(summarizeIp(Buffer.concat([packet, Buffer.alloc(5)])).length, 48);
  assertTruncationsMalformed(summarizeIp, packet);
});

test('what is neither IPv4 nor IPv6 has no summary', () => {
  assertMalformed(() => summarizeIp(Buffer.alloc(0)), 'no IP packet: version 0, 0 octets');
  assertMalformed(() => summarizeIp(Buffer.alloc(60, 0x55)), 'no IP packet: version 5, 60 octets');
  assertMalformed(() => summarizeIp(hex('45')), 'no IP packet: version 4, 1 octets');
});

test('any octets have a summary within their length, or are malformed', () => {
  const ip = fc
    .tuple(fc.constantFrom(0x45, 0x46, 0x60, 0x40), octets({ maxLength: 96 }))
    .map(([first, rest]) => Buffer.concat([Buffer.of(first, 0, 0), rest]));
  const property = (bytes: Buffer) => {
    try {
      const summary = summarizeIp(bytes);
      assert.ok(summary.length <= bytes.length);
      assert.ok(summary.length >= (summary.version === 4 ? 20 : 40));
    } catch (error) {
      assert.ok(error instanceof MalformedPacket, String(error));
    }
  };
  fc.assert(fc.property(octets({ maxLength: 96 }), property));
  fc.assert(fc.property(ip, property), { numRuns: 1000 });
});

test('IPv4 addresses are dotted quads', () => {
  fc.assert(fc.property(addresses, (address) => assert.deepEqual(parseIpv4(formatIpv4(address)), address)));
  fc.assert(fc.property(fc.ipV4(), (text) => assert.equal(formatIpv4(parseIpv4(text)), text)));
  for (const text of ['', '10.0.0', '10.0.0.256', '10.0.0.1.2', '010.0.0.1', '10.0.0.1 ', '::1', '0x0a000001']) {
    assert.throws(() => parseIpv4(text), { message: `'${text}' is not an IPv4 address, like 192.0.2.1` }, text);
  }
});

test('IPv6 addresses are as RFC 5952 §4 writes them', () => {
  const examples = {
    '2001:0db8:0000:0000:0000:0000:0000:0001': '2001:db8::1',
    '2001:0db8:0000:0000:0000:0000:0002:0001': '2001:db8::2:1',
    '2001:0db8:0000:0001:0001:0001:0001:0001': '2001:db8:0:1:1:1:1:1',
    '2001:0000:0000:0001:0000:0000:0000:0001': '2001:0:0:1::1',
    '2001:0db8:0000:0000:0001:0000:0000:0001': '2001:db8::1:0:0:1',
    '2001:0DB8:AAAA:BBBB:CCCC:DDDD:EEEE:0AAA': '2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaa',
    '0000:0000:0000:0000:0000:0000:0000:0000': '::',
    '0000:0000:0000:0000:0000:0000:0000:0001': '::1',
    '0001:0000:0000:0000:0000:0000:0000:0000': '1::',
  };
  for (const [full, text] of Object.entries(examples)) assert.equal(formatIpv6(hex(full)), text, full);
});

test('IPv6 addresses are as the URL parser of the platform writes them', () => {
  const group = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: u16 });
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const full = groups.map((value) => value.toString(16).padStart(4, '0')).join(':');
      assert.equal(`[${formatIpv6(hex(full))}]`, new URL(`http://[${full}]`).hostname);
    }),
    { numRuns: 2000 },
  );
});
