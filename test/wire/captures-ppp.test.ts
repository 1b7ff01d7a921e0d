import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeChapValue } from '../../src/wire/chap';
import { CONTROL, decodeControl, decodeOptions } from '../../src/wire/control';
import { decodeEap, EAP, EAP_TYPE } from '../../src/wire/eap';
import { decodeEthernet, ETHERTYPE } from '../../src/wire/ethernet';
import { decodeIcmpEcho, ICMP } from '../../src/wire/icmp';
import { decodeIpv4, formatIpv4, IP_PROTOCOL, summarizeIp } from '../../src/wire/ip';
import { IPCP_OPTION } from '../../src/wire/ipcp';
import { IPV6CP_OPTION } from '../../src/wire/ipv6cp';
import { authenticationOf, LCP_OPTION } from '../../src/wire/lcp';
import {
  decodeMsChapFailure,
  decodeMsChapResponse,
  decodeMsChapSuccess,
  encodeMsChapResponse,
  encodeMsChapSuccess,
} from '../../src/wire/ms-chap';
import { decodePapMessage, decodePapRequest, PAP } from '../../src/wire/pap';
import { decodePpp, PROTOCOL } from '../../src/wire/ppp';
import { decodePppoe } from '../../src/wire/pppoe';
import { readCapture } from '../fixtures/pcap';
import { controlOf, optionsOf, pppOf } from './capture-layers';
import { hex } from './codec';

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

test('IPV6CP: an Interface-Identifier of 8 octets in each Configure-Request', () => {
  const identifiers = readCapture('pppd-accel-ppp-chap').flatMap(({ bytes }) => {
    const { etherType, payload } = decodeEthernet(bytes);
    if (etherType !== ETHERTYPE.session) return [];
    const { protocol, information } = decodePpp(decodePppoe(payload).payload);
    if (protocol !== PROTOCOL.ipv6cp) return [];
    const packet = decodeControl(information, 'IPV6CP');
    return packet.code === CONTROL.configureRequest ? decodeOptions(packet.data, 'IPV6CP') : [];
  });
  assert.equal(identifiers.length, 4);
  for (const { type, data } of identifiers) {
    assert.equal(type, IPV6CP_OPTION.interfaceIdentifier);
    assert.equal(data.length, 8);
  }
  assert.ok(
    identifiers.some(({ data }) => data.equals(hex('61c5e6f5a5f44658'))),
    'that of the ping below',
  );
});
