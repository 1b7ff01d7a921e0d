import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  etherTypeAt,
  pppEnd,
  pppoeOffset,
  protocolOffset,
  SESSION_OVERHEAD,
  SessionFrameTemplate,
  sessionIdAt,
} from '../../src/pppoe/session-frame';
import { decodeEthernet, ETHERTYPE, encodeEthernet, type VlanTag } from '../../src/wire/ethernet';
import { decodePpp, PROTOCOL } from '../../src/wire/ppp';
import { decodePppoe, encodePppoe } from '../../src/wire/pppoe';
import { readCapture } from '../fixtures/pcap';
import { octets, record } from '../wire/codec';
import { AC1, HOST } from './discovery-rig';

const vlan = (vid: number, tpid: number = ETHERTYPE.vlan) => ({ tpid, vid, pcp: 0, dei: false });
const tagsOf = fc.array(
  record<VlanTag>({
    tpid: fc.constantFrom(0x8100, 0x88a8, 0x9100, 0x9200, 0x9300),
    vid: fc.nat(4_095),
    pcp: fc.nat(7),
    dei: fc.boolean(),
  }),
  { maxLength: 2 },
);

test('what the template writes, the codecs read', () => {
  const values = [tagsOf, fc.integer({ min: 1, max: 65_535 }), octets({ maxLength: 100 })] as const;
  fc.assert(
    fc.property(...values, (tags, id, information) => {
      const frame = new SessionFrameTemplate(AC1, HOST, tags, id).frame(PROTOCOL.ipcp, information);
      const ethernet = decodeEthernet(frame);
      assert.deepEqual([ethernet.destination, ethernet.source, ethernet.tags], [AC1, HOST, tags]);
      assert.equal(ethernet.etherType, ETHERTYPE.session);
      const pppoe = decodePppoe(ethernet.payload);
      assert.deepEqual([pppoe.code, pppoe.sessionId], [0, id]);
      assert.deepEqual(decodePpp(pppoe.payload), { protocol: PROTOCOL.ipcp, information });
      assert.equal(ethernet.payload.length, information.length + SESSION_OVERHEAD);
    }),
  );
});

test('frames of one template are independent of each other', () => {
  const template = new SessionFrameTemplate(AC1, HOST, [], 7);
  const first = template.frame(PROTOCOL.ipv4, Buffer.from('first'));
  const copy = Buffer.from(first);
  template.frame(PROTOCOL.lcp, Buffer.from('second one')).fill(0);
  assert.deepEqual(first, copy);
  assert.deepEqual(template.frame(PROTOCOL.ipv4, Buffer.from('first')), copy);
});

test('in place, each session frame of a capture reads as the codecs read it', () => {
  let sessions = 0;
  for (const { bytes } of readCapture('pppd-rp-pppoe-chap')) {
    const ethernet = decodeEthernet(bytes);
    const at = pppoeOffset(bytes);
    assert.equal(at, 14);
    assert.equal(etherTypeAt(bytes, at), ethernet.etherType);
    const { sessionId, payload } = decodePppoe(ethernet.payload);
    assert.equal(sessionIdAt(bytes, at), sessionId);
    if (ethernet.etherType !== ETHERTYPE.session) continue;
    sessions++;
    assert.deepEqual(bytes.subarray(protocolOffset(at), pppEnd(bytes, at)), payload);
  }
  assert.ok(sessions > 0);
});

test('one or two VLAN tags of any kind are passed over, a third is not', () => {
  const payload = encodePppoe({ code: 0, sessionId: 0x1234, payload: Buffer.from('c021', 'hex') });
  for (const [tags, offset, type] of [
    [[], 14, ETHERTYPE.session],
    [[vlan(5)], 18, ETHERTYPE.session],
    [[vlan(5, ETHERTYPE.serviceVlan), vlan(6)], 22, ETHERTYPE.session],
    [[vlan(5, 0x9100), vlan(6, 0x9200)], 22, ETHERTYPE.session],
    [[vlan(5), vlan(6), vlan(7)], 22, ETHERTYPE.vlan],
  ] as const) {
    const frame = encodeEthernet({ destination: HOST, source: AC1, tags, etherType: ETHERTYPE.session, payload });
    assert.equal(pppoeOffset(frame), offset);
    assert.equal(etherTypeAt(frame, offset), type);
    if (type === ETHERTYPE.session) assert.equal(sessionIdAt(frame, offset), 0x1234);
  }
});

test('a frame that is cut before the end of its PPPoE header has none', () => {
  for (const tags of [[], [vlan(5)], [vlan(5), vlan(6)]]) {
    const frame = new SessionFrameTemplate(HOST, AC1, tags, 7).frame(PROTOCOL.lcp, Buffer.alloc(0));
    const header = frame.length - 2;
    for (let length = 0; length < header; length++)
      assert.equal(pppoeOffset(frame.subarray(0, length)), -1, `${length}`);
    assert.equal(pppoeOffset(frame.subarray(0, header)), header - 6);
  }
});

test('the payload ends where the PPPoE length says; padding goes', () => {
  const frame = new SessionFrameTemplate(HOST, AC1, [], 7).frame(PROTOCOL.lcp, Buffer.from('data'));
  assert.equal(pppEnd(Buffer.concat([frame, Buffer.alloc(34)]), 14), frame.length);
});

test('what must be dropped: another version, type or code, a length beyond the frame or without a protocol', () => {
  const good = new SessionFrameTemplate(HOST, AC1, [], 7).frame(PROTOCOL.lcp, Buffer.from('data'));
  const changed = (at: number, value: number) => {
    const frame = Buffer.from(good);
    frame[at] = value;
    return frame;
  };
  assert.equal(pppEnd(good, 14), good.length);
  for (const frame of [changed(14, 0x21), changed(14, 0x12), changed(15, 0xa7), changed(18, 1)]) {
    assert.equal(pppEnd(frame, 14), -1);
  }
  for (const [length, end] of [
    [0, -1],
    [1, -1],
    [2, 22],
    [6, 26],
    [7, -1],
  ] as const) {
    assert.equal(pppEnd(changed(19, length), 14), end, `length ${length}`);
  }
});

test('no octets make the readers go past the end', () => {
  fc.assert(
    fc.property(octets({ maxLength: 64 }), (frame) => {
      const at = pppoeOffset(frame);
      if (at < 0) return;
      assert.ok(at + 6 <= frame.length);
      const end = pppEnd(frame, at);
      assert.ok(end === -1 || (end >= protocolOffset(at) + 2 && end <= frame.length));
    }),
    { numRuns: 1_000 },
  );
});
