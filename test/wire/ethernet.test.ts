import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeEthernet,
  ETHERTYPE,
  type EthernetFrame,
  encodeEthernet,
  encodeEthernetHeader,
  MIN_FRAME,
  type VlanTag,
} from '../../src/wire/ethernet';
import { parseMac } from '../../src/wire/mac-address';
import { decodePppoe, encodePppoe } from '../../src/wire/pppoe';
import { assertMalformed, assertTruncationsMalformed, hex, octets, record, testCodec, u16 } from './codec';

const DESTINATION = parseMac('02:50:45:45:52:aa');
const SOURCE = parseMac('02:50:45:45:52:cc');
const ADDRESSES = '02504545 52aa 02504545 52cc';

const tpids = fc.constantFrom(0x8100, 0x88a8, 0x9100, 0x9200, 0x9300);
const vlanTags: fc.Arbitrary<VlanTag> = record({
  tpid: tpids,
  vid: fc.nat(4095),
  pcp: fc.nat(7),
  dei: fc.boolean(),
});
const macs = octets({ minLength: 6, maxLength: 6 });

testCodec<EthernetFrame>('Ethernet', {
  values: record({
    destination: macs,
    source: macs,
    tags: fc.array(vlanTags, { maxLength: 2 }),
    etherType: u16.filter((type) => ![0x8100, 0x88a8, 0x9100, 0x9200, 0x9300].includes(type)),
    payload: octets({ maxLength: 64 }),
  }),
  encode: encodeEthernet,
  decode: decodeEthernet,
});

function frame(tags: readonly VlanTag[]): EthernetFrame {
  return { destination: DESTINATION, source: SOURCE, tags, etherType: ETHERTYPE.discovery, payload: hex('cafe') };
}

test('an untagged frame is destination, source, type, payload', () => {
  const bytes = hex(`${ADDRESSES} 8863 cafe`);
  assert.deepEqual(decodeEthernet(bytes), frame([]));
  assert.deepEqual(encodeEthernet(frame([])), bytes);
});

test('one IEEE 802.1Q tag', () => {
  const bytes = hex(`${ADDRESSES} 8100 0007 8863 cafe`);
  const value = frame([{ tpid: ETHERTYPE.vlan, vid: 7, pcp: 0, dei: false }]);
  assert.deepEqual(decodeEthernet(bytes), value);
  assert.deepEqual(encodeEthernet(value), bytes);
});

test('two tags, the IEEE 802.1ad one outermost', () => {
  const bytes = hex(`${ADDRESSES} 88a8 6064 8100 0fff 8863 cafe`);
  const value = frame([
    { tpid: ETHERTYPE.serviceVlan, vid: 100, pcp: 3, dei: false },
    { tpid: ETHERTYPE.vlan, vid: 4095, pcp: 0, dei: false },
  ]);
  assert.deepEqual(decodeEthernet(bytes), value);
  assert.deepEqual(encodeEthernet(value), bytes);
});

test('VID 0 with a priority is a tag of its own', () => {
  const bytes = hex(`${ADDRESSES} 8100 e000 8863 cafe`);
  const value = frame([{ tpid: ETHERTYPE.vlan, vid: 0, pcp: 7, dei: false }]);
  assert.deepEqual(decodeEthernet(bytes), value);
  assert.deepEqual(encodeEthernet(value), bytes);
});

test('PCP, DEI and VID share 16 bits without touching each other', () => {
  for (let pcp = 0; pcp < 8; pcp++) {
    for (const dei of [false, true]) {
      for (const vid of [0, 1, 0x555, 0xaaa, 4094, 4095]) {
        const tag: VlanTag = { tpid: ETHERTYPE.vlan, vid, pcp, dei };
        const bytes = encodeEthernet(frame([tag]));
        assert.equal(bytes.readUInt16BE(14), pcp * 0x2000 + (dei ? 0x1000 : 0) + vid);
        assert.deepEqual(decodeEthernet(bytes).tags, [tag]);
      }
    }
  }
});

test('a third tag stays in the payload, and the frame keeps its octets', () => {
  const bytes = hex(`${ADDRESSES} 88a8 0001 8100 0002 8100 0003 8863 cafe`);
  const value = decodeEthernet(bytes);
  assert.deepEqual(
    value.tags.map((tag) => tag.vid),
    [1, 2],
  );
  assert.equal(value.etherType, ETHERTYPE.vlan);
  assert.deepEqual(value.payload, hex('0003 8863 cafe'));
  assert.deepEqual(encodeEthernet(value), bytes);
});

test('a VLAN Identifier or priority that does not fit is a RangeError, not another VLAN', () => {
  const good: VlanTag = { tpid: ETHERTYPE.vlan, vid: 1, pcp: 0, dei: false };
  for (const wrong of [{ vid: 4096 }, { vid: -1 }, { vid: 1.5 }, { pcp: 8 }, { pcp: -1 }]) {
    assert.throws(() => encodeEthernetHeader(frame([{ ...good, ...wrong }])), RangeError, JSON.stringify(wrong));
  }
});

test('a header cut at any octet is malformed', () => {
  for (const tags of ['', '8100 0007', '88a8 0001 8100 0002']) {
    const packet = hex(`${ADDRESSES} ${tags} 8863 cafe`);
    assertTruncationsMalformed(decodeEthernet, packet, packet.length - 2);
  }
  assertMalformed(
    () => decodeEthernet(hex(`${ADDRESSES} 8100 00`)),
    'Ethernet VLAN tag at octet 14: needs 2 octets, 1 left',
  );
  assertMalformed(() => decodeEthernet(hex('0250')), 'Ethernet destination at octet 0: needs 6 octets, 2 left');
});

test('padding to the shortest Ethernet frame is trimmed by the PPPoE length', () => {
  fc.assert(
    fc.property(octets({ maxLength: 40 }), u16, (payload, sessionId) => {
      const inner = encodePppoe({ code: 0, sessionId, payload });
      const short = encodeEthernet({ ...frame([]), etherType: ETHERTYPE.session, payload: inner });
      const padded = Buffer.concat([short, Buffer.alloc(MIN_FRAME - short.length, 0xa5)]);
      assert.equal(padded.length, 60);
      assert.deepEqual(decodePppoe(decodeEthernet(padded).payload), { code: 0, sessionId, payload });
    }),
  );
});
