import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeChapValue, encodeChapValue } from '../../src/wire/chap';
import { CONTROL, decodeControl, decodeOptions, encodeControl, encodeOptions } from '../../src/wire/control';
import { decodeEap, EAP, EAP_TYPE, encodeEap } from '../../src/wire/eap';
import { decodeEthernet, ETHERTYPE, encodeEthernet } from '../../src/wire/ethernet';
import { decodeIcmpEcho, encodeIcmpEcho, ICMP } from '../../src/wire/icmp';
import { checksum, decodeIpv4, encodeIpv4, formatIpv4, IP_PROTOCOL, summarizeIp } from '../../src/wire/ip';
import { IPCP_OPTION } from '../../src/wire/ipcp';
import { authenticationOf, LCP_OPTION } from '../../src/wire/lcp';
import { formatMac } from '../../src/wire/mac-address';
import {
  decodeMsChapFailure,
  decodeMsChapResponse,
  decodeMsChapSuccess,
  encodeMsChapResponse,
  encodeMsChapSuccess,
} from '../../src/wire/ms-chap';
import { decodePapMessage, decodePapRequest, encodePapMessage, encodePapRequest, PAP } from '../../src/wire/pap';
import { decodePpp, encodePpp, PROTOCOL, protocolName } from '../../src/wire/ppp';
import { CODE, decodePppoe, decodeTags, encodePppoe, encodeTags, HEADER_LENGTH, TAG } from '../../src/wire/pppoe';
import { readCapture, readPcap } from '../fixtures/pcap';
import { hex } from './codec';

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

/** The layers of one frame, numbered from 1 as tshark does. The values below are what tshark prints for it. */
function frameOf(name: string, number: number) {
  const frame = readCapture(name)[number - 1];
  assert.ok(frame);
  const ethernet = decodeEthernet(frame.bytes);
  return { ethernet, pppoe: decodePppoe(ethernet.payload) };
}

function tagsOf(name: string, number: number) {
  const { pppoe } = frameOf(name, number);
  const names = new Map<number, string>(Object.entries(TAG).map(([key, type]) => [type, key]));
  const tags = decodeTags(pppoe.payload).map(({ type, value }) => [names.get(type), value] as const);
  return { code: pppoe.code, sessionId: pppoe.sessionId, tags };
}

function pppOf(name: string, number: number) {
  return decodePpp(frameOf(name, number).pppoe.payload);
}

function controlOf(name: string, number: number, protocol: number) {
  const ppp = pppOf(name, number);
  assert.equal(ppp.protocol, protocol);
  return decodeControl(ppp.information, protocolName(protocol));
}

function optionsOf(name: string, number: number, protocol: number) {
  const { code, identifier, data } = controlOf(name, number, protocol);
  return { code, identifier, options: decodeOptions(data, protocolName(protocol)) };
}

test('discovery with rp-pppoe: addresses, tags and session id of PADI, PADO, PADR and PADS', () => {
  const name = 'pppd-rp-pppoe-chap';
  const hostUniq = hex('df020000');
  const cookie = hex('b3cfa1772b59534a9a05f33cf8025325d9020000');
  const { ethernet } = frameOf(name, 1);
  assert.equal(formatMac(ethernet.destination), 'ff:ff:ff:ff:ff:ff');
  assert.equal(formatMac(ethernet.source), '02:50:45:45:52:cc');
  const empty = ['serviceName', Buffer.alloc(0)] as const;
  const isp = ['serviceName', Buffer.from('isp')] as const;
  assert.deepEqual(tagsOf(name, 1), { code: CODE.PADI, sessionId: 0, tags: [empty, ['hostUniq', hostUniq]] });
  assert.deepEqual(tagsOf(name, 2), {
    code: CODE.PADO,
    sessionId: 0,
    tags: [['acName', Buffer.from('LabAC')], isp, empty, ['acCookie', cookie], ['hostUniq', hostUniq]],
  });
  assert.deepEqual(tagsOf(name, 3), {
    code: CODE.PADR,
    sessionId: 0,
    tags: [empty, ['hostUniq', hostUniq], ['acCookie', cookie]],
  });
  assert.deepEqual(tagsOf(name, 4), { code: CODE.PADS, sessionId: 1, tags: [isp, ['hostUniq', hostUniq]] });
});

test('accel-ppp names itself LabAccel, in the PADO and in the PADT of its second session', () => {
  const acName = ['acName', Buffer.from('LabAccel')] as const;
  assert.deepEqual(tagsOf('pppd-accel-ppp-chap', 2).tags[0], acName);
  const padt = tagsOf('pppd-accel-ppp-chap', 99);
  assert.equal(padt.code, CODE.PADT);
  assert.equal(padt.sessionId, 0x40);
  assert.deepEqual(padt.tags, [acName, ['serviceName', Buffer.alloc(0)]]);
});

test('PPP-Max-Payload 1500 is asked for and echoed, and LCP then goes without an MRU', () => {
  const name = 'pppd-rp-pppoe-rfc4638';
  const tag = ['pppMaxPayload', hex('05dc')] as const;
  for (const number of [1, 2, 3, 4]) {
    const { tags } = tagsOf(name, number);
    assert.deepEqual(
      tags.find(([type]) => type === 'pppMaxPayload'),
      tag,
    );
  }
  assert.deepEqual(optionsOf(name, 5, PROTOCOL.lcp), {
    code: CONTROL.configureRequest,
    identifier: 1,
    options: [{ type: LCP_OPTION.magicNumber, data: hex('5b435026') }],
  });
});

test('PADM carries a URL and a message', () => {
  const name = 'pppd-rp-pppoe-padm';
  assert.deepEqual(tagsOf(name, 6), {
    code: CODE.PADM,
    sessionId: 1,
    tags: [['hurl', Buffer.from('http://lab.example/')]],
  });
  assert.deepEqual(tagsOf(name, 7), {
    code: CODE.PADM,
    sessionId: 1,
    tags: [['motm', Buffer.from('Hello from LabAC')]],
  });
});

test('PADT carries a Generic-Error text', () => {
  assert.deepEqual(tagsOf('pppd-rp-pppoe-ac-stops', 35), {
    code: CODE.PADT,
    sessionId: 1,
    tags: [['genericError', Buffer.from('RP-PPPoE: Child pppd process terminated')]],
  });
  assert.deepEqual(tagsOf('pppd-user-mode-rp-pppoe-chap', 58).tags, [
    ['genericError', Buffer.from('RP-PPPoE: System call error: Input/output error')],
    ['acCookie', hex('9a90bbe8c1a376ec280c29819d6de815db020000')],
  ]);
});

test('LCP of accel-ppp asks for CHAP-MD5, MRU 1492 and a Magic-Number', () => {
  const { code, identifier, options } = optionsOf('pppd-accel-ppp-chap', 5, PROTOCOL.lcp);
  assert.deepEqual([code, identifier], [CONTROL.configureRequest, 19]);
  assert.deepEqual(options, [
    { type: LCP_OPTION.authentication, data: hex('c22305') },
    { type: LCP_OPTION.mru, data: hex('05d4') },
    { type: LCP_OPTION.magicNumber, data: hex('66746acd') },
  ]);
  const [authentication] = options;
  assert.ok(authentication);
  assert.equal(authenticationOf(authentication), 'chap-md5');
});

test('LCP in user mode asks for an Async-Control-Character-Map', () => {
  const { options } = optionsOf('pppd-user-mode-rp-pppoe-chap', 5, PROTOCOL.lcp);
  assert.deepEqual(
    options.map(({ type }) => type),
    [LCP_OPTION.mru, 2, LCP_OPTION.magicNumber],
  );
  assert.deepEqual(options[1]?.data, hex('00000000'));
});

test('LCP Echo-Request carries a Magic-Number, Terminate-Request a text', () => {
  assert.deepEqual(controlOf('pppd-rp-pppoe-chap', 10, PROTOCOL.lcp), {
    code: CONTROL.echoRequest,
    identifier: 0,
    data: hex('8b26d0ba'),
  });
  assert.deepEqual(controlOf('pppd-accel-ppp-chap', 50, PROTOCOL.lcp), {
    code: CONTROL.terminateRequest,
    identifier: 2,
    data: Buffer.from('User request'),
  });
  assert.match(
    controlOf('pppd-rp-pppoe-wrong-password-pap', 17, PROTOCOL.lcp).data.toString(),
    /^Failed to authenticate ourselves to /,
  );
});

test('IPCP: the AC offers VJ compression and its address, and naks ours and both DNS servers', () => {
  const name = 'pppd-rp-pppoe-chap';
  assert.deepEqual(optionsOf(name, 19, PROTOCOL.ipcp), {
    code: CONTROL.configureRequest,
    identifier: 1,
    options: [
      { type: IPCP_OPTION.ipCompression, data: hex('002d 0f 01') },
      { type: IPCP_OPTION.ipAddress, data: Buffer.of(10, 99, 0, 1) },
    ],
  });
  const options = [
    { type: IPCP_OPTION.ipAddress, data: Buffer.of(10, 99, 1, 1) },
    { type: IPCP_OPTION.primaryDns, data: Buffer.of(10, 99, 0, 53) },
    { type: IPCP_OPTION.secondaryDns, data: Buffer.of(10, 99, 0, 54) },
  ];
  assert.deepEqual(optionsOf(name, 29, PROTOCOL.ipcp), { code: CONTROL.configureAck, identifier: 2, options });
  assert.deepEqual(optionsOf('pppd-accel-ppp-chap', 18, PROTOCOL.ipcp), {
    code: CONTROL.configureNak,
    identifier: 1,
    options,
  });
});

test('IPV6CP naks with an Interface-Identifier', () => {
  assert.deepEqual(optionsOf('pppd-rp-pppoe-chap', 22, PROTOCOL.ipv6cp), {
    code: CONTROL.configureNak,
    identifier: 1,
    options: [{ type: 1, data: hex('0000000000000002') }],
  });
});

test('PAP: credentials, the Ack and the Nak with their messages', () => {
  const request = controlOf('pppd-rp-pppoe-pap', 13, PROTOCOL.pap);
  assert.equal(request.code, PAP.authenticateRequest);
  assert.deepEqual(decodePapRequest(request.data), { peerId: Buffer.from('test'), password: Buffer.from('secret') });
  const ack = controlOf('pppd-rp-pppoe-pap', 15, PROTOCOL.pap);
  assert.equal(ack.code, PAP.authenticateAck);
  assert.equal(decodePapMessage(ack.data).toString(), 'Login ok');

  const wrong = controlOf('pppd-rp-pppoe-wrong-password-pap', 12, PROTOCOL.pap);
  assert.deepEqual(decodePapRequest(wrong.data), { peerId: Buffer.from('test'), password: Buffer.from('wrong') });
  const nak = controlOf('pppd-rp-pppoe-wrong-password-pap', 15, PROTOCOL.pap);
  assert.deepEqual([nak.code, nak.identifier], [PAP.authenticateNak, 1]);
  assert.equal(decodePapMessage(nak.data).toString(), 'Login incorrect');
});

test('CHAP: challenges of 16, 17 and 22 octets, the response and the success', () => {
  assert.deepEqual(decodeChapValue(controlOf('pppd-accel-ppp-chap', 10, PROTOCOL.chap).data), {
    value: hex('113406f06c71238a701b38b596f044ea'),
    name: Buffer.from('accel-ppp'),
  });
  const vanishing = decodeChapValue(controlOf('pppd-rp-pppoe-client-vanishes', 13, PROTOCOL.chap).data);
  assert.deepEqual(vanishing.value, hex('9722f0b570bfa56fdfea61782f79174efe'));
  const challenge = controlOf('pppd-rp-pppoe-ac-stops', 12, PROTOCOL.chap);
  assert.deepEqual([challenge.code, challenge.identifier], [1, 185]);
  assert.deepEqual(decodeChapValue(challenge.data), {
    value: hex('397ba62c445223f9a6e6675914ff75345f07891b4776'),
    name: Buffer.from('(none)'),
  });
  const response = controlOf('pppd-rp-pppoe-ac-stops', 15, PROTOCOL.chap);
  assert.equal(response.code, 2);
  assert.deepEqual(decodeChapValue(response.data), {
    value: hex('3b5e7bf8539ac5832160fbdf86b419b5'),
    name: Buffer.from('test'),
  });
  const success = controlOf('pppd-rp-pppoe-ac-stops', 16, PROTOCOL.chap);
  assert.equal(success.code, 3);
  assert.equal(success.data.toString(), 'Access granted');
});

test('MS-CHAPv2: a response of 49 octets, the authenticator response and the refusal', () => {
  const response = decodeChapValue(controlOf('pppd-rp-pppoe-mschapv2', 15, PROTOCOL.chap).data);
  assert.equal(response.value.length, 49);
  const parts = decodeMsChapResponse(response.value);
  assert.deepEqual(parts.peerChallenge, hex('7cd2c1602a3869efb29f05529b921a7e'));
  assert.deepEqual(encodeMsChapResponse(parts), response.value);
  const success = controlOf('pppd-rp-pppoe-mschapv2', 16, PROTOCOL.chap).data;
  assert.equal(success.toString(), 'S=F4F6F664323F26DA463E8E1C08ADE15CC4CA45C0 M=Access granted');
  assert.deepEqual(encodeMsChapSuccess(decodeMsChapSuccess(success)), success);
  const failure = controlOf('pppd-rp-pppoe-wrong-password-mschapv2', 16, PROTOCOL.chap);
  assert.equal(failure.code, 4);
  assert.equal(failure.data.toString(), 'E=691 R=1 C=ea335a772a4fe28fe712f777ec293602 V=0 M=Access denied');
  assert.deepEqual(decodeMsChapFailure(failure.data), {
    error: 691,
    retry: true,
    challenge: hex('ea335a772a4fe28fe712f777ec293602'),
    version: 0,
    message: Buffer.from('Access denied'),
  });
});

test('EAP: Identity, MD5-Challenge and Success', () => {
  const name = 'pppd-rp-pppoe-eap';
  const packet = (number: number) => decodeEap(pppOf(name, number).information);
  assert.deepEqual(packet(11), {
    code: EAP.request,
    identifier: 8,
    type: EAP_TYPE.identity,
    data: Buffer.from('Name'),
  });
  assert.deepEqual(packet(14), {
    code: EAP.response,
    identifier: 8,
    type: EAP_TYPE.identity,
    data: Buffer.from('test'),
  });
  const challenge = packet(16);
  assert.ok('type' in challenge);
  assert.deepEqual([challenge.code, challenge.identifier, challenge.type], [EAP.request, 9, EAP_TYPE.md5Challenge]);
  assert.deepEqual(decodeChapValue(challenge.data), {
    value: hex('b5038404cf8a4ec774529d142f6dac86d1c4c3cd'),
    name: Buffer.from('(none)'),
  });
  assert.deepEqual(packet(18), { code: EAP.success, identifier: 10 });
});

test('ping over IPv4: addresses, identifiers and sequence numbers of request and reply', () => {
  const request = decodeIpv4(pppOf('pppd-accel-ppp-chap', 28).information);
  assert.equal(formatIpv4(request.source), '10.99.1.1');
  assert.equal(formatIpv4(request.destination), '10.99.0.1');
  assert.deepEqual([request.identification, request.fragment, request.ttl], [0xbbf0, 0x4000, 64]);
  const echo = decodeIcmpEcho(request.payload);
  assert.deepEqual([echo.type, echo.code, echo.identifier, echo.sequence], [ICMP.echoRequest, 0, 0x02e8, 1]);
  assert.equal(echo.data.length, 56);

  const reply = decodeIpv4(pppOf('pppd-accel-ppp-chap', 29).information);
  assert.equal(formatIpv4(reply.source), '10.99.0.1');
  assert.equal(formatIpv4(reply.destination), '10.99.1.1');
  assert.deepEqual(decodeIcmpEcho(reply.payload), { ...echo, type: ICMP.echoReply });
});

test('ping over IPv6: the summary has what the fixed header says', () => {
  assert.deepEqual(summarizeIp(pppOf('pppd-accel-ppp-chap', 39).information), {
    version: 6,
    source: 'fe80::61c5:e6f5:a5f4:4658',
    destination: 'fe80::1',
    protocol: IP_PROTOCOL.icmpv6,
    ttl: 64,
    length: 104,
  });
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
