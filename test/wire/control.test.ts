import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CONTROL,
  decodeControl,
  decodeOptions,
  encodeControl,
  encodeOptions,
  type Option,
  option16,
  option32,
} from '../../src/wire/control';
import {
  assertMalformed,
  assertTruncationsMalformed,
  decodeOrMalformed,
  hex,
  octets,
  record,
  testCodec,
  u8,
  u16,
} from './codec';

const packets = record({ code: u8, identifier: u8, data: octets({ maxLength: 64 }) });
const optionLists: fc.Arbitrary<Option[]> = fc.array(
  record({ type: u8, data: fc.oneof(octets({ maxLength: 8 }), octets({ minLength: 250, maxLength: 253 })) }),
  { maxLength: 6 },
);
const lcp = (bytes: Buffer) => decodeControl(bytes, 'LCP');
const lcpOptions = (bytes: Buffer) => decodeOptions(bytes, 'LCP');

testCodec('control packet', { values: packets, encode: encodeControl, decode: lcp });
testCodec<readonly Option[]>('options', { values: optionLists, encode: encodeOptions, decode: lcpOptions });

test('a Configure-Request is code, identifier, length and options', () => {
  const bytes = hex('01 07 000e 0104 05d4 0506 deadbeef');
  const packet = lcp(bytes);
  assert.equal(packet.code, CONTROL.configureRequest);
  assert.equal(packet.identifier, 7);
  assert.deepEqual(lcpOptions(packet.data), [
    { type: 1, data: hex('05d4') },
    { type: 5, data: hex('deadbeef') },
  ]);
  assert.deepEqual(encodeControl({ code: 1, identifier: 7, data: encodeOptions(lcpOptions(packet.data)) }), bytes);
});

test('padding after the packet, inside its carrier, goes', () => {
  fc.assert(
    fc.property(packets, octets({ minLength: 1, maxLength: 40 }), (packet, padding) => {
      assert.deepEqual(lcp(Buffer.concat([encodeControl(packet), padding])), packet);
    }),
  );
});

test('a length below the header is malformed, never negative', () => {
  for (const length of [0, 1, 2, 3]) {
    assertMalformed(
      () => lcp(Buffer.from([1, 1, 0, length, 0, 0])),
      `LCP at octet 4: length ${length} is less than the header`,
    );
  }
});

test('a length past the end is malformed, and the error has the name of the layer', () => {
  assertMalformed(() => lcp(hex('01 01 0008 0104')), 'LCP data at octet 4: needs 4 octets, 2 left');
  assertMalformed(() => decodeControl(hex('01 01 ffff'), 'IPCP'), 'IPCP data at octet 4: needs 65531 octets, 0 left');
});

test('a packet cut at any octet is malformed', () => {
  assertTruncationsMalformed(lcp, hex('01 07 000e 0104 05d4 0506 deadbeef'));
});

test('an option length below 2 is malformed and ends the walk', () => {
  for (const length of [0, 1]) {
    assertMalformed(
      () => lcpOptions(Buffer.from([1, 4, 5, 0xd4, 5, length, 0, 0])),
      `LCP option at octet 6: length ${length} is less than 2`,
    );
  }
});

test('an option past the end is malformed', () => {
  assertMalformed(() => lcpOptions(hex('0506 dead')), 'LCP option 5 at octet 2: needs 4 octets, 2 left');
  assertMalformed(() => decodeOptions(hex('03ff'), 'IPCP'), 'IPCP option 3 at octet 2: needs 253 octets, 0 left');
  assertMalformed(() => lcpOptions(hex('07')), 'LCP option length at octet 1: needs 1 octet, 0 left');
});

test('options cut at their boundaries are fewer options, anywhere else malformed', () => {
  fc.assert(
    fc.property(fc.array(record({ type: u8, data: octets({ maxLength: 8 }) }), { maxLength: 6 }), (options) => {
      const bytes = encodeOptions(options);
      const boundaries = new Map(options.map((_, index) => [encodeOptions(options.slice(0, index)).length, index]));
      for (let length = 0; length < bytes.length; length++) {
        const whole = boundaries.get(length);
        const got = decodeOrMalformed(lcpOptions, bytes.subarray(0, length));
        assert.deepEqual(got, whole === undefined ? undefined : options.slice(0, whole));
      }
    }),
  );
});

test('the same option twice stays twice, in order', () => {
  assert.deepEqual(lcpOptions(hex('0104 05d4 0104 05dc')), [option16(1, 1492), option16(1, 1500)]);
});

test('options without data never hold the walker up', () => {
  assert.equal(lcpOptions(hex('0702'.repeat(740))).length, 740);
});

test('an option longer than its length octet can say is a RangeError', () => {
  assert.deepEqual(lcpOptions(encodeOptions([{ type: 19, data: Buffer.alloc(253) }])), [
    { type: 19, data: Buffer.alloc(253) },
  ]);
  assert.throws(() => encodeOptions([{ type: 19, data: Buffer.alloc(254) }]), {
    name: 'RangeError',
    message: 'option 19 has 254 octets of data, at most 253 fit',
  });
});

test('a packet longer than its length can say is a RangeError', () => {
  assert.throws(() => encodeControl({ code: 1, identifier: 1, data: Buffer.alloc(65532) }), RangeError);
});

test('number options are in network byte order', () => {
  fc.assert(
    fc.property(u8, u16, fc.nat(0xffffffff), (type, small, large) => {
      assert.deepEqual(option16(type, small), { type, data: hex(small.toString(16).padStart(4, '0')) });
      assert.deepEqual(option32(type, large), { type, data: hex(large.toString(16).padStart(8, '0')) });
    }),
  );
  assert.throws(() => option16(1, 65536), RangeError);
});

test('an EAP packet, whatever its type, is a control packet', () => {
  // RFC 3748 §4: Success has no data; a Request of type 4 has a value size, value and name of its own.
  assert.deepEqual(decodeControl(hex('03 0a 0004'), 'EAP'), { code: 3, identifier: 10, data: Buffer.alloc(0) });
  assert.deepEqual(decodeControl(hex('01 08 0005 01'), 'EAP'), { code: 1, identifier: 8, data: hex('01') });
  assert.deepEqual(decodeControl(hex('02 09 0009 fe 000000 00'), 'EAP').data, hex('fe00000000'));
  assertMalformed(() => decodeControl(hex('01 09 0020 04 10'), 'EAP'), 'EAP data at octet 4: needs 28 octets, 2 left');
});
