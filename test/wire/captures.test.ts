import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeChapValue, encodeChapValue } from '../../src/wire/chap';
import { CONTROL, decodeControl, decodeOptions, encodeControl, encodeOptions } from '../../src/wire/control';
import { decodeEap, EAP_TYPE, encodeEap } from '../../src/wire/eap';
import { decodeEthernet, ETHERTYPE, encodeEthernet } from '../../src/wire/ethernet';
import { decodeIcmpEcho, encodeIcmpEcho } from '../../src/wire/icmp';
import { decodeIcmpv6, encodeIcmpv6 } from '../../src/wire/icmpv6';
import { checksum, decodeIpv4, encodeIpv4, formatIpv4, IP_PROTOCOL, summarizeIp } from '../../src/wire/ip';
import { decodeIpv6, encodeIpv6 } from '../../src/wire/ipv6';
import { decodePapMessage, decodePapRequest, encodePapMessage, encodePapRequest, PAP } from '../../src/wire/pap';
import { decodePpp, encodePpp, PROTOCOL, protocolName } from '../../src/wire/ppp';
import { CODE, decodePppoe, decodeTags, encodePppoe, encodeTags, HEADER_LENGTH } from '../../src/wire/pppoe';
import { readCapture, readPcap } from '../fixtures/pcap';

/** Frames by kind, as tshark counts them; a Configure-* code's frames are of LCP, IPCP and IPV6CP together. */
interface Contents {
  readonly frames: number;
  readonly kinds: Readonly<Record<string, number>>;
  /** LCP, IPCP and IPV6CP packets by code. */
  readonly codes: Readonly<Record<number, number>>;
}

const DISCOVERY_ONCE = { PADI: 1, PADO: 1, PADR: 1, PADS: 1, PADT: 1 };
const DISCOVERY_TWICE = { PADI: 2, PADO: 2, PADR: 2, PADS: 2, PADT: 2 };
const DATA = { IPv4: 20, IPv6: 18, IPCP: 16, IPV6CP: 12 };
const REFUSED_CODES = { 1: 6, 2: 4, 5: 4, 6: 4, 9: 4, 10: 4 };

const CAPTURES: Readonly<Record<string, Contents>> = {
  'pppd-accel-ppp-chap': {
    frames: 99,
    kinds: { ...DISCOVERY_TWICE, IPv4: 20, IPv6: 23, IPCP: 12, IPV6CP: 8, LCP: 20, CHAP: 6 },
    codes: { 1: 14, 2: 12, 3: 2, 5: 2, 6: 2, 9: 4, 10: 4 },
  },
  'pppd-rp-pppoe-ac-stops': {
    frames: 35,
    kinds: { ...DISCOVERY_ONCE, IPv6: 2, IPCP: 8, IPV6CP: 6, LCP: 11, CHAP: 3 },
    codes: { 1: 10, 2: 6, 3: 2, 4: 1, 5: 1, 6: 1, 9: 2, 10: 2 },
  },
  'pppd-rp-pppoe-chap': {
    frames: 110,
    kinds: { ...DISCOVERY_TWICE, ...DATA, LCP: 28, CHAP: 6 },
    codes: { 1: 20, 2: 12, 3: 4, 4: 2, 5: 2, 6: 2, 9: 7, 10: 7 },
  },
  'pppd-rp-pppoe-client-vanishes': {
    frames: 39,
    kinds: { ...DISCOVERY_ONCE, IPv6: 3, IPCP: 8, IPV6CP: 6, LCP: 14, CHAP: 3 },
    codes: { 1: 10, 2: 6, 3: 2, 4: 1, 5: 2, 9: 5, 10: 2 },
  },
  'pppd-rp-pppoe-eap': {
    frames: 114,
    kinds: { ...DISCOVERY_TWICE, ...DATA, LCP: 28, EAP: 10 },
    codes: { 1: 20, 2: 12, 3: 4, 4: 2, 5: 2, 6: 2, 9: 7, 10: 7 },
  },
  'pppd-rp-pppoe-mschapv2': {
    frames: 109,
    kinds: { ...DISCOVERY_TWICE, ...DATA, LCP: 27, CHAP: 6 },
    codes: { 1: 20, 2: 12, 3: 4, 4: 2, 5: 2, 6: 2, 9: 7, 10: 6 },
  },
  'pppd-rp-pppoe-padm': {
    frames: 116,
    kinds: { ...DISCOVERY_TWICE, PADM: 4, ...DATA, LCP: 30, CHAP: 6 },
    codes: { 1: 20, 2: 12, 3: 4, 4: 2, 5: 2, 6: 2, 9: 8, 10: 8 },
  },
  'pppd-rp-pppoe-pap': {
    frames: 108,
    kinds: { ...DISCOVERY_TWICE, ...DATA, LCP: 28, PAP: 4 },
    codes: { 1: 20, 2: 12, 3: 4, 4: 2, 5: 2, 6: 2, 9: 7, 10: 7 },
  },
  'pppd-rp-pppoe-rfc4638': {
    frames: 109,
    kinds: { ...DISCOVERY_TWICE, ...DATA, LCP: 27, CHAP: 6 },
    codes: { 1: 20, 2: 12, 3: 4, 4: 2, 5: 2, 6: 2, 9: 7, 10: 6 },
  },
  'pppd-rp-pppoe-wrong-password-chap': {
    frames: 42,
    kinds: { ...DISCOVERY_TWICE, LCP: 26, CHAP: 6 },
    codes: REFUSED_CODES,
  },
  'pppd-rp-pppoe-wrong-password-mschapv2': {
    frames: 42,
    kinds: { ...DISCOVERY_TWICE, LCP: 26, CHAP: 6 },
    codes: REFUSED_CODES,
  },
  'pppd-rp-pppoe-wrong-password-pap': {
    frames: 40,
    kinds: { ...DISCOVERY_TWICE, LCP: 26, PAP: 4 },
    codes: REFUSED_CODES,
  },
  'pppd-user-mode-rp-pppoe-chap': {
    frames: 115,
    kinds: { ...DISCOVERY_TWICE, PADT: 4, ...DATA, LCP: 31, CHAP: 6 },
    codes: { 1: 21, 2: 12, 3: 4, 4: 4, 5: 2, 6: 2, 9: 7, 10: 7 },
  },
};

/** Counts by key, in an object. */
class Tally {
  readonly counts: Record<string, number> = {};

  add(key: string | number): void {
    this.counts[key] = (this.counts[key] ?? 0) + 1;
  }
}

/** Decodes one PPP packet to its innermost layer and checks that encoding gives the same octets at each. */
function roundTripPpp(protocol: number, information: Buffer, codes: Tally): void {
  if (protocol === PROTOCOL.ipv6) {
    const summary = summarizeIp(information);
    assert.equal(summary.version, 6);
    assert.equal(summary.length, information.length);
    const packet = decodeIpv6(information);
    assert.deepEqual(encodeIpv6(packet), information);
    if (packet.nextHeader === IP_PROTOCOL.icmpv6) {
      assert.deepEqual(encodeIcmpv6(decodeIcmpv6(packet.payload, packet), packet), packet.payload);
    }
    return;
  }
  if (protocol === PROTOCOL.ipv4) {
    const packet = decodeIpv4(information);
    assert.equal(checksum(information.subarray(0, 20 + packet.options.length)), 0);
    assert.equal(packet.protocol, IP_PROTOCOL.icmp);
    assert.deepEqual(encodeIcmpEcho(decodeIcmpEcho(packet.payload)), packet.payload);
    assert.deepEqual(encodeIpv4(packet), information);
    const summary = summarizeIp(information);
    assert.deepEqual(
      [summary.source, summary.destination, summary.protocol, summary.ttl, summary.length],
      [formatIpv4(packet.source), formatIpv4(packet.destination), packet.protocol, packet.ttl, information.length],
    );
    return;
  }
  const packet = decodeControl(information, protocolName(protocol));
  assert.deepEqual(encodeControl(packet), information);
  if (protocol === PROTOCOL.lcp || protocol === PROTOCOL.ipcp || protocol === PROTOCOL.ipv6cp) {
    codes.add(packet.code);
    if (packet.code <= CONTROL.configureReject) {
      const options = decodeOptions(packet.data, protocolName(protocol));
      assert.ok(options.length > 0);
      assert.deepEqual(encodeOptions(options), packet.data);
    }
  } else if (protocol === PROTOCOL.pap) {
    const again =
      packet.code === PAP.authenticateRequest
        ? encodePapRequest(decodePapRequest(packet.data))
        : encodePapMessage(decodePapMessage(packet.data));
    assert.deepEqual(again, packet.data);
  } else if (protocol === PROTOCOL.chap) {
    if (packet.code <= 2) assert.deepEqual(encodeChapValue(decodeChapValue(packet.data)), packet.data);
  } else {
    assert.equal(protocol, PROTOCOL.eap);
    const eap = decodeEap(information);
    assert.deepEqual(encodeEap(eap), information);
    if (!('type' in eap) || eap.type !== EAP_TYPE.md5Challenge) return;
    assert.deepEqual(encodeChapValue(decodeChapValue(eap.data)), eap.data);
  }
}

function roundTrip(frame: Buffer, kinds: Tally, codes: Tally): void {
  const ethernet = decodeEthernet(frame);
  assert.deepEqual(ethernet.tags, []);
  const pppoe = decodePppoe(ethernet.payload);
  const unpadded = frame.subarray(0, 14 + HEADER_LENGTH + pppoe.payload.length);
  assert.deepEqual(encodeEthernet({ ...ethernet, payload: encodePppoe(pppoe) }), unpadded);
  if (ethernet.etherType === ETHERTYPE.discovery) {
    const name = Object.entries(CODE).find(([, code]) => code === pppoe.code)?.[0];
    assert.ok(name, `code ${pppoe.code}`);
    kinds.add(name);
    assert.deepEqual(encodeTags(decodeTags(pppoe.payload)), pppoe.payload);
  } else {
    assert.equal(ethernet.etherType, ETHERTYPE.session);
    assert.equal(pppoe.code, CODE.session);
    const ppp = decodePpp(pppoe.payload);
    assert.deepEqual(encodePpp(ppp), pppoe.payload);
    kinds.add(protocolName(ppp.protocol));
    roundTripPpp(ppp.protocol, ppp.information, codes);
  }
}

for (const [name, contents] of Object.entries(CAPTURES)) {
  test(`every frame of ${name} decodes through all its layers and encodes to the same octets`, () => {
    const frames = readCapture(name);
    assert.ok(frames.length > 0);
    assert.equal(frames.length, contents.frames);
    const kinds = new Tally();
    const codes = new Tally();
    for (const { bytes } of frames) roundTrip(bytes, kinds, codes);
    assert.deepEqual(kinds.counts, contents.kinds);
    assert.deepEqual(codes.counts, contents.codes);
  });
}

test('every capture has its test', () => {
  const files = readdirSync(join(__dirname, '../fixtures')).filter((file) => file.endsWith('.pcap'));
  assert.deepEqual(
    files.sort(),
    Object.keys(CAPTURES)
      .map((name) => `${name}.pcap`)
      .sort(),
  );
});

test('the capture reader gives the times of the first and the last frame', () => {
  const frames = readCapture('pppd-rp-pppoe-chap');
  assert.equal(frames[0]?.time, Date.UTC(2026, 10, 22, 7, 45, 54) * 1000 + 581080);
  assert.equal(frames.at(-1)?.time, Date.UTC(2026, 10, 22, 7, 46, 16) * 1000 + 466243);
});

test('the capture reader refuses what it cannot read', () => {
  const file = Buffer.alloc(24 + 16 + 14);
  file.writeUInt32LE(0xa1b2c3d4, 0);
  file.writeUInt32LE(1, 20);
  file.writeUInt32LE(14, 24 + 8);
  file.writeUInt32LE(14, 24 + 12);
  assert.equal(readPcap(file).length, 1);
  assert.throws(() => readPcap(file.subarray(0, 23)), /not a little-endian pcap file/);
  assert.throws(() => readPcap(Buffer.from(file.subarray(0, 24)).swap32()), /not a little-endian pcap file/);
  assert.throws(() => readPcap(file.subarray(0, 39)), /record header cut off at octet 24/);
  assert.throws(() => readPcap(file.subarray(0, 53)), /frame cut off at octet 40/);
  const other = Buffer.from(file);
  other.writeUInt32LE(113, 20);
  assert.throws(() => readPcap(other), /link type 113, not Ethernet/);
  const snapped = Buffer.from(file);
  snapped.writeUInt32LE(60, 24 + 12);
  assert.throws(() => readPcap(snapped), /frame of 60 octets, 14 captured/);
});
