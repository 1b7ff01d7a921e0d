import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeEap, EAP, EAP_TYPE, type EapPacket, encodeEap } from '../../src/wire/eap';
import { assertMalformed, assertTruncationsMalformed, hex, octets, record, testCodec, u8 } from './codec';

const exchange = record({
  code: fc.constantFrom(EAP.request, EAP.response),
  identifier: u8,
  type: u8,
  data: octets({ maxLength: 40 }),
});
const verdict = record({ code: fc.constantFrom(EAP.success, EAP.failure), identifier: u8 });

testCodec<EapPacket>('EAP', { values: fc.oneof(exchange, verdict), encode: encodeEap, decode: decodeEap });

test('a Request has a type and data, a Success is its header', () => {
  assert.deepEqual(decodeEap(hex('01 08 0009 01 4e616d65')), {
    code: EAP.request,
    identifier: 8,
    type: EAP_TYPE.identity,
    data: Buffer.from('Name'),
  });
  assert.deepEqual(decodeEap(hex('03 0a 0004')), { code: EAP.success, identifier: 10 });
});

test('octets after the Length are padding, also after a Success', () => {
  assert.deepEqual(decodeEap(hex('02 01 0005 03 0000')), {
    code: EAP.response,
    identifier: 1,
    type: EAP_TYPE.nak,
    data: Buffer.alloc(0),
  });
  assert.deepEqual(encodeEap(decodeEap(hex('04 0a 0006 abcd'))), hex('04 0a 0004'));
});

test('a Request cut at any octet, or without a type, is malformed', () => {
  assertTruncationsMalformed(decodeEap, hex('01 09 000a 04 04 aabbccdd'));
  assertMalformed(() => decodeEap(hex('01 09 0004')), 'EAP type at octet 0: needs 1 octet, 0 left');
});

test('a code that EAP does not have is malformed', () => {
  for (const code of [0, 5, 255]) assertMalformed(() => decodeEap(Buffer.of(code, 1, 0, 5, 1)), /is none of EAP/);
});
