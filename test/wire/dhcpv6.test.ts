import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  DHCPV6_OPTION,
  type Dhcpv6Message,
  type Dhcpv6Option,
  decodeAddresses,
  decodeDhcpv6,
  decodeIa,
  decodeIaAddress,
  decodeIaPrefix,
  decodeStatus,
  encodeDhcpv6,
  encodeIa,
  encodeIaAddress,
  encodeIaPrefix,
  encodeStatus,
  type IaAddress,
  type IaPrefix,
  type IdentityAssociation,
  type Status,
} from '../../src/wire/dhcpv6';
import { parseIpv6 } from '../../src/wire/ipv6';
import { assertMalformed, assertTruncationsMalformed, hex, octets, record, testCodec, u16 } from './codec';

const u32 = fc.nat(0xffffffff);
const address = octets({ minLength: 16, maxLength: 16 });
const options = fc.array(record<Dhcpv6Option>({ code: u16, data: octets({ maxLength: 12 }) }), { maxLength: 4 });

testCodec<Dhcpv6Message>('DHCPv6', {
  values: record({ type: fc.constantFrom(1, 2, 3, 5, 6, 7, 8, 10), transactionId: fc.nat(0xffffff), options }),
  encode: encodeDhcpv6,
  decode: decodeDhcpv6,
});

testCodec<IdentityAssociation>('DHCPv6 IA', {
  values: record({ iaid: u32, t1: u32, t2: u32, options }),
  encode: encodeIa,
  decode: decodeIa,
});

testCodec<IaAddress>('DHCPv6 IAADDR', {
  values: record({ address, preferred: u32, valid: u32, options }),
  encode: encodeIaAddress,
  decode: decodeIaAddress,
});

testCodec<IaPrefix>('DHCPv6 IAPREFIX', {
  values: record({ prefix: address, length: fc.nat(128), preferred: u32, valid: u32, options }),
  encode: encodeIaPrefix,
  decode: decodeIaPrefix,
});

testCodec<Status>('DHCPv6 status', {
  values: record({ code: u16, text: fc.string({ unit: 'grapheme', maxLength: 20 }) }),
  encode: encodeStatus,
  decode: decodeStatus,
});

test('a Solicit for a prefix is as RFC 8415 §8, §21 draw it', () => {
  const prefix = { prefix: parseIpv6('::'), length: 56, preferred: 0, valid: 0, options: [] };
  const message: Dhcpv6Message = {
    type: 1,
    transactionId: 0xabcdef,
    options: [
      { code: DHCPV6_OPTION.clientId, data: hex('0003 0001 02005e005301') },
      { code: DHCPV6_OPTION.elapsedTime, data: hex('0000') },
      {
        code: DHCPV6_OPTION.iaPd,
        data: encodeIa({
          iaid: 1,
          t1: 0,
          t2: 0,
          options: [{ code: DHCPV6_OPTION.iaPrefix, data: encodeIaPrefix(prefix) }],
        }),
      },
    ],
  };
  const bytes = hex(
    `01 abcdef
     0001 000a 0003 0001 02005e005301
     0008 0002 0000
     0019 0029 00000001 00000000 00000000
       001a 0019 00000000 00000000 38 00000000000000000000000000000000`,
  );
  assert.deepEqual(encodeDhcpv6(message), bytes);
  assert.deepEqual(decodeDhcpv6(bytes), message);
  for (const length of [0, 1, 2, 3, 5, 7, 17, bytes.length - 1]) {
    assert.throws(() => decodeDhcpv6(bytes.subarray(0, length)), /DHCPv6/);
  }
});

test('an IAADDR is as RFC 8415 §21.6 draws it', () => {
  const bytes = hex('20010db8000000000000000000000001 00000e10 00001c20');
  assert.deepEqual(decodeIaAddress(bytes), {
    address: parseIpv6('2001:db8::1'),
    preferred: 3_600,
    valid: 7_200,
    options: [],
  });
  assertTruncationsMalformed(decodeIaAddress, bytes);
});

test('messages of relay agents, prefixes beyond 128 bits and half addresses are malformed', () => {
  assertMalformed(() => decodeDhcpv6(Buffer.alloc(40, 12)), 'DHCPv6 at octet 1: relay message 12');
  const prefix = encodeIaPrefix({ prefix: Buffer.alloc(16), length: 129, preferred: 0, valid: 0, options: [] });
  assertMalformed(() => decodeIaPrefix(prefix), 'DHCPv6 IAPREFIX at octet 9: prefix length 129');
  assert.equal(decodeAddresses(Buffer.alloc(32)).length, 2);
  assertMalformed(() => decodeAddresses(Buffer.alloc(17)), /needs 16 octets, 1 left/);
});
