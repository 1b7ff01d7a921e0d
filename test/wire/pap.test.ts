import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodePapMessage, decodePapRequest, encodePapMessage, encodePapRequest } from '../../src/wire/pap';
import { assertMalformed, assertTruncationsMalformed, hex, octets, record, testCodec } from './codec';

const fields = fc.oneof(octets({ maxLength: 16 }), octets({ minLength: 250, maxLength: 255 }));

testCodec('PAP Authenticate-Request', {
  values: record({ peerId: fields, password: fields }),
  encode: encodePapRequest,
  decode: decodePapRequest,
});
testCodec('PAP Message', { values: fields, encode: encodePapMessage, decode: decodePapMessage });

test('an Authenticate-Request is two fields, each after its length', () => {
  const bytes = hex('04 74657374 06 736563726574');
  assert.deepEqual(decodePapRequest(bytes), { peerId: Buffer.from('test'), password: Buffer.from('secret') });
  assert.deepEqual(encodePapRequest({ peerId: Buffer.from('test'), password: Buffer.from('secret') }), bytes);
});

test('fields of length zero decode', () => {
  const empty = Buffer.alloc(0);
  assert.deepEqual(decodePapRequest(hex('00 00')), { peerId: empty, password: empty });
  assert.deepEqual(decodePapRequest(hex('00 01 41')), { peerId: empty, password: Buffer.from('A') });
  assert.deepEqual(decodePapRequest(hex('01 41 00')), { peerId: Buffer.from('A'), password: empty });
});

test('octets that are not UTF-8 stay as they are', () => {
  assert.deepEqual(decodePapRequest(hex('02 ff00 01 80')), { peerId: hex('ff00'), password: hex('80') });
});

test('a field past the end is malformed', () => {
  assertMalformed(
    () => decodePapRequest(hex('05 74657374')),
    'PAP Authenticate-Request Peer-ID at octet 1: needs 5 octets, 4 left',
  );
  assertMalformed(
    () => decodePapRequest(hex('04 74657374 ff 73')),
    'PAP Authenticate-Request Password at octet 6: needs 255 octets, 1 left',
  );
  assertMalformed(
    () => decodePapRequest(hex('04 74657374')),
    'PAP Authenticate-Request Passwd length at octet 5: needs 1 octet, 0 left',
  );
  assertMalformed(() => decodePapMessage(hex('05 4f4b')), 'PAP Message text at octet 1: needs 5 octets, 2 left');
});

test('a request cut at any octet is malformed', () => {
  assertTruncationsMalformed(decodePapRequest, hex('04 74657374 06 736563726574'));
});

test('a field longer than 255 octets is a RangeError', () => {
  const ok = Buffer.alloc(1);
  const long = Buffer.alloc(256);
  assert.throws(() => encodePapRequest({ peerId: long, password: ok }), RangeError);
  assert.throws(() => encodePapRequest({ peerId: ok, password: long }), RangeError);
});

test('a message without even its length octet is empty', () => {
  assert.deepEqual(decodePapMessage(Buffer.alloc(0)), Buffer.alloc(0));
  assert.deepEqual(decodePapMessage(hex('00')), Buffer.alloc(0));
});

test('octets after a message go, and a message of our own is cut to 255 octets', () => {
  assert.deepEqual(decodePapMessage(hex('02 4f4b 00 00')), Buffer.from('OK'));
  assert.deepEqual(decodePapMessage(encodePapMessage(Buffer.alloc(300, 0x41))), Buffer.alloc(255, 0x41));
});
