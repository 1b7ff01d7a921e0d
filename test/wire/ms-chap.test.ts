import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeMsChapFailure,
  decodeMsChapResponse,
  decodeMsChapSuccess,
  encodeMsChapFailure,
  encodeMsChapResponse,
  encodeMsChapSuccess,
  type MsChapFailure,
} from '../../src/wire/ms-chap';
import { assertMalformed, assertTruncationsMalformed, hex, octets, record, testCodec } from './codec';

const exactly = (length: number) => octets({ minLength: length, maxLength: length });
const message = octets({ maxLength: 60 });

testCodec('MS-CHAPv2 Response', {
  values: record({ peerChallenge: exactly(16), ntResponse: exactly(24) }),
  encode: encodeMsChapResponse,
  decode: decodeMsChapResponse,
});

test('MS-CHAPv2 Success: what is encoded decodes to the same value', () => {
  fc.assert(
    fc.property(exactly(20), message, (authenticatorResponse, text) => {
      const value = { authenticatorResponse, message: text };
      assert.deepEqual(decodeMsChapSuccess(encodeMsChapSuccess(value)), value);
    }),
  );
});

test('MS-CHAPv2 Failure: what is encoded decodes to the same value, whichever parts there are', () => {
  const values = fc.record(
    {
      error: fc.nat(9_999_999),
      retry: fc.boolean(),
      challenge: exactly(16),
      version: fc.nat(9),
      message,
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  fc.assert(
    fc.property(values, (value) => {
      const failure = value as MsChapFailure;
      assert.deepEqual(decodeMsChapFailure(encodeMsChapFailure(failure)), failure);
    }),
  );
});

test('MS-CHAPv2 Success and Failure: no octets make the decoders throw, and decoding ends', () => {
  const any = fc.oneof(octets({ maxLength: 200 }), fc.string({ unit: fc.constantFrom(...'ES=RCVM 0691aF\0') }));
  fc.assert(
    fc.property(any, (data) => {
      decodeMsChapSuccess(Buffer.from(data));
      decodeMsChapFailure(Buffer.from(data));
    }),
    { numRuns: 2_000 },
  );
});

test('a Response shorter than its type needs, or longer, is malformed', () => {
  assertTruncationsMalformed(decodeMsChapResponse, Buffer.alloc(49, 1));
  assertMalformed(() => decodeMsChapResponse(Buffer.alloc(50)), 'MS-CHAPv2 Response at octet 49: 1 octets too many');
});

test("the RFC's own Success decodes, and its octets are made from the value", () => {
  const octetsOfIt = hex('407A5589115FD0D6209F510FE9C04566932CDA56');
  const data = Buffer.from('S=407A5589115FD0D6209F510FE9C04566932CDA56 M=Welcome');
  const value = { authenticatorResponse: octetsOfIt, message: Buffer.from('Welcome') };
  assert.deepEqual(decodeMsChapSuccess(data), value);
  assert.deepEqual(encodeMsChapSuccess(value), data);
});

test('a Success without a whole S= at its begin has no authenticator response', () => {
  const digits = '407A5589115FD0D6209F510FE9C04566932CDA56';
  for (const text of [
    '',
    'M=Welcome',
    'S=',
    `S=${digits.slice(1)}`,
    `S=${digits}0`,
    `S=${digits.slice(1)}G`,
    `M=S=${digits}`,
    `Welcome S=${digits}`,
    ` S=${digits}`,
  ]) {
    assert.equal(decodeMsChapSuccess(Buffer.from(text)).authenticatorResponse, undefined, text);
  }
  assert.ok(decodeMsChapSuccess(Buffer.from(`S=${digits}`)).authenticatorResponse);
  assert.ok(decodeMsChapSuccess(Buffer.from(`S=${digits.toLowerCase()} M=x`)).authenticatorResponse);
  assert.throws(() => encodeMsChapSuccess({ message: Buffer.from('x') }), RangeError);
});

test('a Failure that is cut off anywhere gives what came whole', () => {
  const whole = 'E=648 R=0 C=EA335A772A4FE28FE712F777EC293602 V=3 M=Password expired';
  assert.deepEqual(decodeMsChapFailure(Buffer.from(whole)), {
    error: 648,
    retry: false,
    challenge: hex('EA335A772A4FE28FE712F777EC293602'),
    version: 3,
    message: Buffer.from('Password expired'),
  });
  for (let length = 0; length <= whole.length; length++) {
    const { error, challenge, message: text } = decodeMsChapFailure(Buffer.from(whole.slice(0, length)));
    if (length >= 'E=648'.length) assert.equal(error, 648);
    if (challenge) assert.equal(challenge.length, 16);
    const at = whole.indexOf('M=') + 2;
    assert.equal(text?.toString(), length >= at ? whole.slice(at, length) : undefined);
  }
});

test('what looks like a field within the text is text', () => {
  const failure = decodeMsChapFailure(Buffer.from('E=691 M=see E=647 M=x'));
  assert.deepEqual(failure, { error: 691, message: Buffer.from('see E=647 M=x') });
});
