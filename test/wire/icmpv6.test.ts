import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeIcmpv6, encodeIcmpv6, type Icmpv6Message, type NdOption } from '../../src/wire/icmpv6';
import { IP_PROTOCOL } from '../../src/wire/ip';
import { parseIpv6, upperLayerChecksum } from '../../src/wire/ipv6';
import {
  decodeMtu,
  decodePrefixInformation,
  decodeRdnss,
  encodeMtu,
  encodePrefixInformation,
  encodeRdnss,
  type PrefixInformation,
  type RecursiveDnsServers,
} from '../../src/wire/nd-options';
import { MalformedPacket } from '../../src/wire/reader';
import { assertMalformed, hex, octets, record, testCodec, u8, u16 } from './codec';

const ENDS = { source: parseIpv6('fe80::1'), destination: parseIpv6('ff02::1') };
const encode = (message: Icmpv6Message) => encodeIcmpv6(message, ENDS);
const decode = (bytes: Buffer) => decodeIcmpv6(bytes, ENDS);
const u32 = fc.nat(0xffffffff);
const address = octets({ minLength: 16, maxLength: 16 });

const option: fc.Arbitrary<NdOption> = fc
  .tuple(u8, fc.integer({ min: 1, max: 4 }))
  .chain(([type, length]) =>
    octets({ minLength: 8 * length - 2, maxLength: 8 * length - 2 }).map((data) => ({ type, data })),
  );
const options = fc.array(option, { maxLength: 4 });
const KNOWN = [128, 129, 133, 134, 135, 136];

const messages: fc.Arbitrary<Icmpv6Message> = fc.oneof(
  record<Extract<Icmpv6Message, { kind: 'echo-request' | 'echo-reply' }>>({
    kind: fc.constantFrom('echo-request', 'echo-reply'),
    code: u8,
    identifier: u16,
    sequence: u16,
    data: octets({ maxLength: 20 }),
  }),
  record<Extract<Icmpv6Message, { kind: 'router-solicitation' }>>({
    kind: fc.constant('router-solicitation'),
    code: u8,
    options,
  }),
  record<Extract<Icmpv6Message, { kind: 'router-advertisement' }>>({
    kind: fc.constant('router-advertisement'),
    code: u8,
    hopLimit: u8,
    flags: u8,
    routerLifetime: u16,
    reachableTime: u32,
    retransTimer: u32,
    options,
  }),
  record<Extract<Icmpv6Message, { kind: 'neighbour-solicitation' | 'neighbour-advertisement' }>>({
    kind: fc.constant('neighbour-advertisement'),
    code: u8,
    flags: u8,
    target: address,
    options,
  }),
  record<Extract<Icmpv6Message, { kind: 'other' }>>({
    kind: fc.constant('other'),
    type: u8.filter((type) => !KNOWN.includes(type)),
    code: u8,
    body: octets({ maxLength: 20 }),
  }),
);

testCodec<Icmpv6Message>('ICMPv6', { values: messages, encode, decode });

testCodec<PrefixInformation>('Prefix Information', {
  values: record({ prefixLength: fc.nat(128), flags: u8, valid: u32, preferred: u32, prefix: address }),
  encode: (value) => encodePrefixInformation(value).data,
  decode: decodePrefixInformation,
});

testCodec<RecursiveDnsServers>('RDNSS', {
  values: record({ lifetime: u32, servers: fc.array(address, { minLength: 1, maxLength: 3 }) }),
  encode: (value) => encodeRdnss(value).data,
  decode: decodeRdnss,
});

testCodec<number>('MTU option', { values: u32, encode: (mtu) => encodeMtu(mtu).data, decode: decodeMtu });

test('a Router Advertisement is as RFC 4861 §4.2 draws it', () => {
  const message: Icmpv6Message = {
    kind: 'router-advertisement',
    code: 0,
    hopLimit: 64,
    flags: 0xc0,
    routerLifetime: 1_800,
    reachableTime: 1,
    retransTimer: 2,
    options: [
      encodeMtu(1_492),
      encodePrefixInformation({
        prefixLength: 64,
        flags: 0xc0,
        valid: 86_400,
        preferred: 14_400,
        prefix: parseIpv6('2001:db8:1::'),
      }),
      encodeRdnss({ lifetime: 600, servers: [parseIpv6('2001:db8::53')] }),
    ],
  };
  const bytes = encode(message);
  const expected = hex(
    `86 00 0000 40 c0 0708 00000001 00000002
     05 01 0000 000005d4
     03 04 40 c0 00015180 00003840 00000000 20010db8000100000000000000000000
     19 03 0000 00000258 20010db8000000000000000000000053`,
  );
  bytes.copy(expected, 2, 2, 4);
  assert.deepEqual(bytes, expected);
  assert.equal(upperLayerChecksum(ENDS, IP_PROTOCOL.icmpv6, bytes), 0);
  assert.deepEqual(decode(bytes), message);
});

test('an option of length 0 is malformed, so is one past the end', () => {
  const good = encode({ kind: 'router-solicitation', code: 0, options: [{ type: 1, data: hex('020000000001') }] });
  for (const length of [0, 2, 255]) {
    const bad = Buffer.from(good);
    bad[9] = length;
    bad.writeUInt16BE(0, 2);
    bad.writeUInt16BE(upperLayerChecksum(ENDS, IP_PROTOCOL.icmpv6, bad), 2);
    assert.throws(() => decode(bad), MalformedPacket);
  }
});

test('the checksum covers the addresses', () => {
  const bytes = encode({ kind: 'echo-request', code: 0, identifier: 1, sequence: 2, data: hex('abc0') });
  assertMalformed(
    () => decodeIcmpv6(bytes, { ...ENDS, source: parseIpv6('fe80::2') }),
    'ICMPv6 at octet 4: wrong checksum',
  );
});

test('an option that would be no multiple of 8 octets is refused', () => {
  const bad: Icmpv6Message = { kind: 'router-solicitation', code: 0, options: [{ type: 1, data: Buffer.alloc(7) }] };
  assert.throws(() => encode(bad), RangeError);
});
