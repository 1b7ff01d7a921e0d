import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeControl } from '../../src/wire/control';
import { describeFrame, type FrameDescription, frameLine } from '../../src/wire/describe/frame';
import { ETHERTYPE, encodeEthernet, type VlanTag } from '../../src/wire/ethernet';
import { encodePpp, PROTOCOL } from '../../src/wire/ppp';
import { CODE, encodePppoe, encodeTags, TAG, type Tag } from '../../src/wire/pppoe';
import { readCapture } from '../fixtures/pcap';
import { hex, octets, u8, u16 } from './codec';

const HOST = hex('02 00 00 00 00 01');
const AC = hex('02 00 00 00 00 02');

function ethernet(etherType: number, payload: Buffer, tags: readonly VlanTag[] = []): Buffer {
  return encodeEthernet({ destination: HOST, source: AC, tags, etherType, payload });
}

function session(payload: Buffer): Buffer {
  return ethernet(ETHERTYPE.session, encodePppoe({ code: CODE.session, sessionId: 7, payload }));
}

function control(protocol: number, code: number, data: Buffer): Buffer {
  return session(encodePpp({ protocol, information: encodeControl({ code, identifier: 9, data }) }));
}

function discovery(code: number, sessionId: number, tags: readonly Tag[]): Buffer {
  return ethernet(ETHERTYPE.discovery, encodePppoe({ code, sessionId, payload: encodeTags(tags) }));
}

const line = (frame: Buffer) => frameLine(describeFrame(frame));

test('discovery tags have the names and values of RFC 2516 and RFC 4638', () => {
  const tags = [
    { type: TAG.serviceName, value: Buffer.alloc(0) },
    { type: TAG.acName, value: Buffer.from('Düsseldorf\n1') },
    { type: TAG.acCookie, value: hex('c0ffee') },
    { type: TAG.vendorSpecific, value: hex('00 000de9 0102') },
    { type: TAG.relaySessionId, value: hex('01') },
    { type: TAG.pppMaxPayload, value: hex('05dc') },
    { type: 0x0199, value: hex('ff') },
    { type: TAG.endOfList, value: Buffer.alloc(0) },
  ];
  assert.equal(
    line(discovery(CODE.PADO, 0, tags)),
    'PADO: Service-Name, AC-Name Düsseldorf 1, AC-Cookie 0xc0ffee, Vendor-Specific vendor 3561 0x0102, ' +
      'Relay-Session-Id 0x01, PPP-Max-Payload 1500, 0x0199 0xff, End-Of-List',
  );
});

test('a PADS with session id 0 or an error tag refuses, and so does a PADO with an error tag', () => {
  const error = [{ type: TAG.serviceNameError, value: Buffer.from('no such service') }];
  const refuses = (frame: Buffer) => describeFrame(frame).refuses === true;
  assert.ok(refuses(discovery(CODE.PADS, 0, [])));
  assert.ok(refuses(discovery(CODE.PADS, 3, error)));
  assert.ok(refuses(discovery(CODE.PADO, 0, error)));
  assert.ok(!refuses(discovery(CODE.PADS, 3, [])));
  assert.ok(!refuses(discovery(CODE.PADI, 0, [])));
  assert.ok(!refuses(discovery(CODE.PADT, 3, [{ type: TAG.genericError, value: Buffer.from('bye') }])));
  assert.equal(line(discovery(CODE.PADS, 3, error)), 'PADS session 3: Service-Name-Error no such service');
});

test('LCP options have the names of their RFCs; a value of the wrong length and an unknown option are in hexadecimal', () => {
  const options =
    '0104 05d4 0206 000a0000 0305 c22381 0408 c025 00000bb8 0506 01020304 0702 0802 0d03 06 1104 05dc ' +
    '1307 02 c0000201 1305 01 abcd 0103 05 6304 beef';
  assert.equal(
    line(control(PROTOCOL.lcp, 1, hex(options))),
    'LCP Configure-Request 9: MRU 1492, Async-Control-Character-Map 0x000a0000, ' +
      'Authentication-Protocol CHAP with MS-CHAPv2, Quality-Protocol Link-Quality-Report every 30 s, ' +
      'Magic-Number 0x01020304, Protocol-Field-Compression, Address-and-Control-Field-Compression, ' +
      'Callback by CBCP, Multilink-MRRU 1500, Endpoint-Discriminator IPv4 192.0.2.1, ' +
      'Endpoint-Discriminator local 0xabcd, MRU 0x05, 0x63 0xbeef',
  );
});

test('every code of LCP has a name, and its fields', () => {
  const lines = [
    control(PROTOCOL.lcp, 5, Buffer.from('User request')),
    control(PROTOCOL.lcp, 6, Buffer.alloc(0)),
    control(PROTOCOL.lcp, 7, encodeControl({ code: 14, identifier: 3, data: hex('0102') })),
    control(PROTOCOL.lcp, 7, hex('01')),
    control(PROTOCOL.lcp, 8, hex('8057 0101000e')),
    control(PROTOCOL.lcp, 9, hex('01020304')),
    control(PROTOCOL.lcp, 10, hex('01020304 0506')),
    control(PROTOCOL.lcp, 11, hex('')),
    control(PROTOCOL.lcp, 12, Buffer.concat([hex('01020304'), Buffer.from('MikroTik')])),
    control(PROTOCOL.lcp, 13, hex('01020304 0000003c')),
    control(PROTOCOL.lcp, 13, hex('01020304 ffffffff')),
    control(PROTOCOL.lcp, 0x42, hex('ff')),
  ].map(line);
  assert.deepEqual(lines, [
    'LCP Terminate-Request 9: Text User request',
    'LCP Terminate-Ack 9',
    'LCP Code-Reject 9: Rejected-Packet 0x0e 3',
    'LCP Code-Reject 9: Rejected-Packet 1 octet',
    'LCP Protocol-Reject 9: Rejected-Protocol IPV6CP, Rejected-Information 4 octets',
    'LCP Echo-Request 9: Magic-Number 0x01020304',
    'LCP Echo-Reply 9: Magic-Number 0x01020304, Data 0x0506',
    'LCP Discard-Request 9',
    'LCP Identification 9: Magic-Number 0x01020304, Message MikroTik',
    'LCP Time-Remaining 9: Magic-Number 0x01020304, Seconds-Remaining 60',
    'LCP Time-Remaining 9: Magic-Number 0x01020304, Seconds-Remaining forever',
    'LCP 0x42 9: Data 0xff',
  ]);
});

test('options of IPCP, IPV6CP and CCP have names', () => {
  const ipcp = '0206 002d 0f01 0306 c0000201 8106 01010101 8206 02020202 8306 03030303 8406 04040404';
  const lines = [
    control(PROTOCOL.ipcp, 3, hex(ipcp)),
    control(PROTOCOL.ipv6cp, 1, hex('010a 0000000000000002 0204 004f')),
    control(PROTOCOL.ccp, 4, hex('1206 01000040 1504 bd0c 1a04 7800')),
    control(PROTOCOL.ccp, 14, hex('')),
  ].map(line);
  assert.deepEqual(lines, [
    'IPCP Configure-Nak 9: IP-Compression-Protocol VJ compressed TCP, Max-Slot-Id 15, Comp-Slot-Id 1, ' +
      'IP-Address 192.0.2.1, Primary-DNS-Address 1.1.1.1, Primary-NBNS-Address 2.2.2.2, ' +
      'Secondary-DNS-Address 3.3.3.3, Secondary-NBNS-Address 4.4.4.4',
    'IPV6CP Configure-Request 9: Interface-Identifier 0000:0000:0000:0002, IPv6-Compression-Protocol 0x004f',
    'CCP Configure-Reject 9: MPPC-and-MPPE 0x01000040, BSD-Compress 0xbd0c, Deflate 0x7800',
    'CCP Reset-Request 9',
  ]);
});

test('PAP, CHAP and EAP are told without password and response', () => {
  const lines = [
    control(PROTOCOL.pap, 1, Buffer.from('\x04test\x06secret')),
    control(PROTOCOL.pap, 3, Buffer.from('\x0fLogin incorrect')),
    control(PROTOCOL.chap, 1, Buffer.from('\x02\xaa\xbbac', 'latin1')),
    control(PROTOCOL.chap, 2, Buffer.from('\x02\xaa\xbbtest', 'latin1')),
    control(PROTOCOL.chap, 3, Buffer.from('S=407A5589115FD0D6209F510FE9C04566932CDA56')),
    control(PROTOCOL.chap, 4, Buffer.from('E=648 R=0')),
    control(PROTOCOL.chap, 4, Buffer.from('E=12 M=odd')),
    control(PROTOCOL.chap, 4, Buffer.from('E=691R')),
    control(PROTOCOL.eap, 1, hex('01')),
    control(PROTOCOL.eap, 2, Buffer.from('\x01test')),
    control(PROTOCOL.eap, 1, Buffer.from('\x04\x02\xaa\xbb', 'latin1')),
    control(PROTOCOL.eap, 2, Buffer.from('\x04\x02\xaa\xbbtest', 'latin1')),
    control(PROTOCOL.eap, 2, hex('03 04 1a')),
    control(PROTOCOL.eap, 2, Buffer.from('\x06secret')),
    control(PROTOCOL.eap, 3, hex('')),
    control(PROTOCOL.eap, 4, hex('')),
  ].map(line);
  assert.deepEqual(lines, [
    'PAP Authenticate-Request 9: Peer-ID test, Password hidden (6 octets)',
    'PAP Authenticate-Nak 9: Message Login incorrect',
    'CHAP Challenge 9: Value-Size 2, Challenge 0xaabb, Name ac',
    'CHAP Response 9: Value-Size 2, Response hidden (2 octets), Name test',
    'CHAP Success 9: Authenticator-Response 0x407a5589115fd0d6209f510fe9c04566932cda56',
    'CHAP Failure 9: Error 648 (password expired), Retry not allowed',
    'CHAP Failure 9: Error 12, Message odd',
    'CHAP Failure 9: Message E=691R',
    'EAP Request 9: Type Identity',
    'EAP Response 9: Type Identity, Identity test',
    'EAP Request 9: Type MD5-Challenge, Value-Size 2, Challenge 0xaabb, Name',
    'EAP Response 9: Type MD5-Challenge, Value-Size 2, Response hidden (2 octets), Name test',
    'EAP Response 9: Type Nak, Desired-Types MD5-Challenge, MS-CHAPv2',
    'EAP Response 9: Type Generic-Token-Card, Type-Data hidden (6 octets)',
    'EAP Success 9',
    'EAP Failure 9',
  ]);
});

test('behind one and two VLAN tags of any TPID the frame is found, and behind other Ethernet types when they are named', () => {
  const tag = (tpid: number) => ({ tpid, vid: 7, pcp: 0, dei: false });
  const padi = encodePppoe({ code: CODE.PADI, sessionId: 0, payload: Buffer.alloc(0) });
  for (const tags of [[], [tag(0x8100)], [tag(0x88a8), tag(0x8100)], [tag(0x9100)], [tag(0x1234)]]) {
    assert.equal(describeFrame(ethernet(ETHERTYPE.discovery, padi, tags)).code, 'PADI');
  }
  const others = { discovery: 0x3c12, session: 0x3c13 };
  assert.equal(describeFrame(ethernet(0x3c12, padi), others).code, 'PADI');
  assert.match(describeFrame(ethernet(0x3c12, padi)).malformed ?? '', /no PPPoE header/);
});

test('what is malformed says why, after what is known of it', () => {
  const request = control(PROTOCOL.lcp, 1, hex('0104 05d4'));
  request[14 + 6 + 2 + 4 + 1] = 9;
  assert.equal(line(request), 'LCP Configure-Request 9 (malformed: LCP option 1 at octet 2: needs 7 octets, 2 left)');
  assert.equal(line(request.subarray(0, 28)), 'PPPoE (malformed: PPPoE payload at octet 6: needs 10 octets, 8 left)');
  assert.match(line(Buffer.alloc(0)), /^Ethernet \(malformed: /);
  assert.match(line(session(hex('2145'))), /compressed or not a PPP protocol/);
  assert.match(line(ethernet(ETHERTYPE.session, encodePppoe({ code: 0x42, sessionId: 1, payload: hex('') }))), /0x42/);
  assert.match(line(discovery(CODE.PADO, 0, []).fill(0x21, 14, 15)), /^PADO \(malformed: .*version and type 0x21/);
});

test('an IP packet is its addresses and its length; a protocol that is not spoken here is its octets', () => {
  const [ping] = readCapture('pppd-accel-ppp-chap').slice(27, 28);
  assert.ok(ping);
  assert.equal(line(ping.bytes), 'IPv4: Source 10.99.1.1, Destination 10.99.0.1, Length 84');
  assert.equal(line(session(hex('8281 0101'))), 'MPLSCP: Data 0x0101');
  assert.equal(line(session(hex('9a91 0101'))), '0x9a91: Data 0x0101');
});

/** Everything in it is one line of text. */
function assertReadable(description: FrameDescription): void {
  const texts = [frameLine(description), ...description.options.flatMap(({ name, value }) => [name, value])];
  for (const text of texts) assert.doesNotMatch(text, /[\p{C}\p{Zl}\p{Zp}]/u);
}

test('any octets are described, on one line, and none throws', () => {
  const describe = (frame: Buffer) => assertReadable(describeFrame(frame));
  fc.assert(fc.property(octets({ maxLength: 96 }), describe), { numRuns: 2_000 });
  const tail = octets({ maxLength: 80 });
  fc.assert(
    fc.property(tail, (payload) => describe(ethernet(ETHERTYPE.discovery, payload))),
    { numRuns: 2_000 },
  );
  const protocols = fc.oneof(fc.constantFrom(...Object.values(PROTOCOL)), u16);
  fc.assert(
    fc.property(protocols, tail, (protocol, information) => describe(session(encodePpp({ protocol, information })))),
    { numRuns: 5_000 },
  );
  fc.assert(
    fc.property(protocols, fc.nat(16), tail, (protocol, code, data) => describe(control(protocol, code, data))),
    { numRuns: 5_000 },
  );
});

test('any damage to a real frame is described', () => {
  const frames = ['pppd-rp-pppoe-eap', 'pppd-rp-pppoe-mschapv2', 'pppd-rp-pppoe-pap', 'pppd-rp-pppoe-padm']
    .flatMap((name) => readCapture(name))
    .map(({ bytes }) => bytes);
  const changes = fc.array(fc.tuple(fc.nat(200), u8), { maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...frames), changes, fc.nat(200), (frame, edits, cut) => {
      const copy = Buffer.from(frame);
      for (const [at, value] of edits) copy[at % copy.length] = value;
      assertReadable(describeFrame(copy.subarray(0, Math.max(0, copy.length - (cut > 60 ? 0 : cut)))));
    }),
    { numRuns: 5_000 },
  );
});
