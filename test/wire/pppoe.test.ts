import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CODE,
  decodePppoe,
  decodeTags,
  encodePppoe,
  encodeTags,
  findTag,
  HEADER_LENGTH,
  type PppoeFrame,
  TAG,
  type Tag,
} from '../../src/wire/pppoe';
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

const frames: fc.Arbitrary<PppoeFrame> = record({ code: u8, sessionId: u16, payload: octets({ maxLength: 64 }) });
const types = fc.oneof(fc.constantFrom(...Object.values(TAG)), u16).filter((type) => type !== TAG.endOfList);
const tagLists: fc.Arbitrary<Tag[]> = fc.array(record({ type: types, value: octets({ maxLength: 16 }) }), {
  maxLength: 6,
});

testCodec('PPPoE', { values: frames, encode: encodePppoe, decode: decodePppoe });
testCodec<readonly Tag[]>('PPPoE tags', { values: tagLists, encode: encodeTags, decode: decodeTags });

test('a PADI for any service', () => {
  const payload = hex('0101 0000');
  assert.deepEqual(decodePppoe(hex('11 09 0000 0004 0101 0000')), { code: CODE.PADI, sessionId: 0, payload });
  assert.deepEqual(decodeTags(payload), [{ type: TAG.serviceName, value: Buffer.alloc(0) }]);
  assert.deepEqual(
    encodePppoe({
      code: CODE.PADI,
      sessionId: 0,
      payload: encodeTags([{ type: TAG.serviceName, value: Buffer.alloc(0) }]),
    }),
    hex('11 09 0000 0004 0101 0000'),
  );
});

test('a PADO with an empty Service-Name and an AC-Name', () => {
  const bytes = hex(`11 07 0000 0020 0101 0000 0102 0018
    476f 2052 6564 4261 636b 202d 2065 7368 7368 6573 686f 6f74`);
  const { code, payload } = decodePppoe(bytes);
  assert.equal(code, CODE.PADO);
  assert.deepEqual(decodeTags(payload), [
    { type: TAG.serviceName, value: Buffer.alloc(0) },
    { type: TAG.acName, value: Buffer.from('Go RedBack - eshsheshoot') },
  ]);
});

test('octets after LENGTH are padding and go', () => {
  fc.assert(
    fc.property(frames, octets({ maxLength: 46 }), (frame, padding) => {
      assert.deepEqual(decodePppoe(Buffer.concat([encodePppoe(frame), padding])), frame);
    }),
  );
});

test('a frame shorter than LENGTH says is malformed', () => {
  assertMalformed(() => decodePppoe(hex('11 00 0001 00ff')), 'PPPoE payload at octet 6: needs 255 octets, 0 left');
  assertMalformed(
    () => decodePppoe(hex('11 00 0001 ffff c021')),
    'PPPoE payload at octet 6: needs 65535 octets, 2 left',
  );
});

test('every version and type but 0x11 is malformed', () => {
  const bytes = hex('11 00 0001 0002 c021');
  for (let verType = 0; verType < 256; verType++) {
    bytes[0] = verType;
    if (verType === 0x11) assert.equal(decodePppoe(bytes).sessionId, 1);
    else assertMalformed(() => decodePppoe(bytes), /^PPPoE at octet 1: version and type 0x[0-9a-f]+, not 0x11$/);
  }
});

test('a frame cut at any octet is malformed', () => {
  assertTruncationsMalformed(decodePppoe, hex('11 09 0000 000c 0101 0000 0103 0004 deadbeef'));
});

test('a payload longer than LENGTH can say is a RangeError', () => {
  assert.equal(encodePppoe({ code: 0, sessionId: 1, payload: Buffer.alloc(65535) }).length, HEADER_LENGTH + 65535);
  assert.throws(() => encodePppoe({ code: 0, sessionId: 1, payload: Buffer.alloc(65536) }), RangeError);
  assert.throws(() => encodeTags([{ type: TAG.hostUniq, value: Buffer.alloc(65536) }]), RangeError);
});

test('a tag whose length goes past the end is malformed', () => {
  assertMalformed(
    () => decodeTags(hex('0101 0000 0103 0005 deadbeef')),
    'PPPoE tag 0x0103 at octet 8: needs 5 octets, 4 left',
  );
  assertMalformed(() => decodeTags(hex('0103 ffff')), 'PPPoE tag 0x0103 at octet 4: needs 65535 octets, 0 left');
  assertMalformed(() => decodeTags(hex('0103 00')), 'PPPoE tag length at octet 2: needs 2 octets, 1 left');
  assertMalformed(() => decodeTags(hex('01')), 'PPPoE tag type at octet 0: needs 2 octets, 1 left');
});

test('tags cut at their boundaries are fewer tags, anywhere else malformed', () => {
  fc.assert(
    fc.property(tagLists, (tags) => {
      const bytes = encodeTags(tags);
      const boundaries = new Map(tags.map((_, index) => [encodeTags(tags.slice(0, index)).length, index]));
      for (let length = 0; length < bytes.length; length++) {
        const whole = boundaries.get(length);
        const got = decodeOrMalformed(decodeTags, bytes.subarray(0, length));
        assert.deepEqual(got, whole === undefined ? undefined : tags.slice(0, whole));
      }
    }),
  );
});

test('a payload without octets has no tags', () => {
  assert.deepEqual(decodeTags(Buffer.alloc(0)), []);
});

test('tags of length zero never hold the walker up', () => {
  const tags = decodeTags(hex('0101 0000'.repeat(370)));
  assert.equal(tags.length, 370);
  assert.ok(tags.every(({ type, value }) => type === TAG.serviceName && value.length === 0));
});

test('End-Of-List ends the list, whatever follows', () => {
  const end: Tag = { type: TAG.endOfList, value: Buffer.alloc(0) };
  fc.assert(
    fc.property(tagLists, octets({ maxLength: 16 }), (tags, after) => {
      assert.deepEqual(decodeTags(Buffer.concat([encodeTags([...tags, end]), after])), [...tags, end]);
    }),
  );
});

test('the first of several tags of one type is found', () => {
  const tags = decodeTags(hex('0103 0001 aa 0102 0001 41 0103 0001 bb'));
  assert.deepEqual(findTag(tags, TAG.hostUniq), hex('aa'));
  assert.deepEqual(findTag(tags, TAG.acName), hex('41'));
  assert.equal(findTag(tags, TAG.acCookie), undefined);
});

test('codes and tag types are those of RFC 2516, RFC 4638 and rp-pppoe', () => {
  assert.deepEqual(CODE, { session: 0, PADO: 0x07, PADI: 0x09, PADR: 0x19, PADS: 0x65, PADT: 0xa7, PADM: 0xd3 });
  assert.deepEqual(
    Object.values(TAG),
    [0, 0x101, 0x102, 0x103, 0x104, 0x105, 0x110, 0x111, 0x112, 0x120, 0x201, 0x202, 0x203],
  );
});
