import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checksum, encodeIpv4, IP_PROTOCOL, pseudoHeaderSum } from '../../src/wire/ip';
import { clampMss } from '../../src/wire/tcp-mss';
import { octets } from './codec';

const SYN = 0x02;
const ACK = 0x10;

interface Segment {
  readonly flags: number;
  readonly options: Buffer;
  readonly data: Buffer;
  readonly addresses: Buffer;
}

/** Options with an MSS behind `before`, filled up to whole words. */
function optionsWith(mss: number, before: Buffer = Buffer.alloc(0), after: Buffer = Buffer.alloc(0)): Buffer {
  const value = Buffer.from([2, 4, mss >> 8, mss & 0xff]);
  const all = Buffer.concat([before, value, after]);
  return Buffer.concat([all, Buffer.alloc((4 - (all.length % 4)) % 4)]);
}

/** A TCP segment whose checksum is computed over all of it (RFC 9293 §3.1), given the sum of its pseudo-header. */
function tcp({ flags, options, data }: Segment, pseudo: (length: number) => number): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(40_000, 0);
  header.writeUInt16BE(443, 2);
  header.writeUInt32BE(0x12345678, 4);
  header[12] = ((20 + options.length) / 4) << 4;
  header[13] = flags;
  header.writeUInt16BE(64_240, 14);
  const segment = Buffer.concat([header, options, data]);
  segment.writeUInt16BE(checksum(segment, pseudo(segment.length)), 16);
  return segment;
}

function v4(segment: Segment): Buffer {
  const [source, destination] = [segment.addresses.subarray(0, 4), segment.addresses.subarray(16, 20)];
  const payload = tcp(segment, (length) => pseudoHeaderSum(source, destination, IP_PROTOCOL.tcp, length));
  const header = { tos: 0, identification: 1, fragment: 0x4000, ttl: 64, protocol: IP_PROTOCOL.tcp };
  return encodeIpv4({ ...header, source, destination, options: Buffer.alloc(0), payload });
}

/** With a Destination Options header before TCP, if asked for. */
function v6(segment: Segment, extension = false): Buffer {
  const words = Array.from({ length: 16 }, (_, index) => segment.addresses.readUInt16BE(2 * index));
  const payload = tcp(segment, (length) => words.reduce((sum, word) => sum + word, IP_PROTOCOL.tcp + length));
  const destination = Buffer.from([IP_PROTOCOL.tcp, 0, 1, 4, 0, 0, 0, 0]);
  const rest = extension ? Buffer.concat([destination, payload]) : payload;
  const header = Buffer.alloc(8);
  header[0] = 0x60;
  header.writeUInt16BE(rest.length, 4);
  header[6] = extension ? 60 : IP_PROTOCOL.tcp;
  header[7] = 64;
  return Buffer.concat([header, segment.addresses, rest]);
}

const BUILD = {
  IPv4: v4,
  IPv6: (segment: Segment) => v6(segment),
  'IPv6 with an extension': (s: Segment) => v6(s, true),
};
const ROOM = { IPv4: 40, IPv6: 60, 'IPv6 with an extension': 60 };
const ADDRESSES = Buffer.from('20010db800000000000000000000000120010db8000000000000000000000002', 'hex');
const plain = { flags: SYN, data: Buffer.alloc(0), addresses: ADDRESSES };
/** Each option that a SYN has in practice; three No-Operations put what follows at an odd octet. */
const BEFORE = [[], [1], [1, 1], [1, 1, 1], [3, 3, 7], [8, 10, 1, 2, 3, 4, 5, 6, 7, 8], [4, 2]];

for (const kind of ['IPv4', 'IPv6', 'IPv6 with an extension'] as const) {
  test(`${kind}: a clamped SYN is the one that has the smaller MSS, with its checksum computed anew`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff }),
        fc.integer({ min: 100, max: 9_000 }),
        fc.constantFrom(...BEFORE),
        fc.constantFrom(SYN, SYN | ACK, SYN | 0xc0),
        octets({ maxLength: 40 }),
        octets({ minLength: 32, maxLength: 32 }),
        (mss, mtu, before, flags, data, addresses) => {
          const most = mtu - ROOM[kind];
          const make = (value: number) =>
            BUILD[kind]({ flags, data, addresses, options: optionsWith(value, Buffer.from(before)) });
          const packet = make(mss);
          assert.equal(clampMss(packet, mtu), mss > most);
          assert.deepEqual(packet, make(Math.min(mss, most)));
        },
      ),
      { numRuns: 500 },
    );
  });

  test(`${kind}: only SYN segments are touched`, () => {
    for (const flags of [0, ACK, ACK | 0x08, 0x04, 0x11]) {
      const packet = BUILD[kind]({ ...plain, flags, options: optionsWith(1_460) });
      const copy = Buffer.from(packet);
      assert.equal(clampMss(packet, 1_400), false);
      assert.deepEqual(packet, copy);
    }
  });

  test(`${kind}: a SYN without an MSS, or with options that are malformed before it, is left alone`, () => {
    const mss = Buffer.from([2, 4, 5, 0xb4]);
    for (const options of [
      [],
      [0, 0, 0, 0, ...mss],
      [3, 0, 0, 0, ...mss],
      [3, 1, 0, 0, ...mss],
      [3, 60, 0, 0, ...mss],
      [2, 3, 5, 0],
      [2, 6, 5, 0xb4, 0, 0, 0, 0],
      [1, 1, 1, 2],
      [1, 1, 2, 4],
      [1, 2, 4, 5],
    ]) {
      const packet = BUILD[kind]({ ...plain, options: Buffer.from(options) });
      const copy = Buffer.from(packet);
      assert.equal(clampMss(packet, 1_400), false, String(options));
      assert.deepEqual(packet, copy);
    }
  });

  test(`${kind}: no octets make it fail, and what it changes is two octets of MSS and two of checksum`, () => {
    const base = BUILD[kind]({ ...plain, options: optionsWith(1_460, Buffer.from([1, 1, 1])) });
    const changes = fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(changes, fc.nat(base.length), fc.integer({ min: 0, max: 2_000 }), (edits, length, mtu) => {
        const packet = Buffer.from(base);
        for (const [at, value] of edits) packet[at] = value;
        const cut = packet.subarray(0, length);
        const copy = Buffer.from(cut);
        const changed = clampMss(cut, mtu);
        const differing = [...cut.keys()].filter((at) => cut[at] !== copy[at]).length;
        assert.ok(changed ? differing <= 4 : differing === 0, `${differing} octets`);
      }),
      { numRuns: 2_000 },
    );
  });
}

test('fragments behind the first, other protocols and headers that do not fit are left alone', () => {
  const packet = v4({ ...plain, options: optionsWith(1_460) });
  const changed = (edit: (copy: Buffer) => void): Buffer => {
    const copy = Buffer.from(packet);
    edit(copy);
    return copy;
  };
  for (const other of [
    changed((copy) => copy.writeUInt16BE(1, 6)),
    changed((copy) => copy.writeUInt8(IP_PROTOCOL.udp, 9)),
    changed((copy) => copy.writeUInt8(0x44, 0)),
    changed((copy) => copy.writeUInt16BE(copy.length + 1, 2)),
    changed((copy) => copy.writeUInt16BE(30, 2)),
    changed((copy) => copy.writeUInt8(0x40, 20 + 12)),
    changed((copy) => copy.writeUInt8(0xf0, 20 + 12)),
    changed((copy) => copy.writeUInt8(0x55, 0)),
    Buffer.alloc(0),
  ]) {
    const copy = Buffer.from(other);
    assert.equal(clampMss(other, 1_400), false);
    assert.deepEqual(other, copy);
  }
});

test('an IPv6 fragment header before TCP: the first fragment is clamped, a later one is not', () => {
  const segment = v6({ ...plain, options: optionsWith(1_460) });
  for (const [offset, clamped] of [
    [1, true],
    [8, false],
  ] as const) {
    const fragment = Buffer.from([IP_PROTOCOL.tcp, 0, 0, offset, 0, 0, 0, 1]);
    const packet = Buffer.concat([segment.subarray(0, 40), fragment, segment.subarray(40)]);
    packet[6] = 44;
    packet.writeUInt16BE(packet.length - 40, 4);
    assert.equal(clampMss(packet, 1_400), clamped);
  }
});
