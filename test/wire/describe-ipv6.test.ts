import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeFrame, frameLine } from '../../src/wire/describe/frame';
import {
  DHCPV6_MESSAGE,
  DHCPV6_OPTION,
  DHCPV6_STATUS,
  encodeDhcpv6,
  encodeIa,
  encodeIaPrefix,
  encodeStatus,
} from '../../src/wire/dhcpv6';
import { ETHERTYPE, encodeEthernet } from '../../src/wire/ethernet';
import { encodeIcmpv6, ICMPV6, ND_OPTION } from '../../src/wire/icmpv6';
import { encodeIpv6, parseIpv6 } from '../../src/wire/ipv6';
import { encodeMtu, encodePrefixInformation, encodeRdnss, INFINITE } from '../../src/wire/nd-options';
import { encodePpp, PROTOCOL } from '../../src/wire/ppp';
import { CODE, encodePppoe } from '../../src/wire/pppoe';
import { encodeUdp } from '../../src/wire/udp';
import { hex, octets, u8, u16 } from './codec';

const addresses = { source: parseIpv6('fe80::1'), destination: parseIpv6('fe80::2') };

function frame(nextHeader: number, payload: Buffer): Buffer {
  const information = encodeIpv6({ trafficClass: 0, flowLabel: 0, nextHeader, hopLimit: 255, ...addresses, payload });
  const session = { code: CODE.session, sessionId: 7, payload: encodePpp({ protocol: PROTOCOL.ipv6, information }) };
  const [destination, source] = [hex('02 00 00 00 00 01'), hex('02 00 00 00 00 02')];
  return encodeEthernet({ destination, source, tags: [], etherType: ETHERTYPE.session, payload: encodePppoe(session) });
}

const icmpv6 = (message: Parameters<typeof encodeIcmpv6>[0]) => frame(58, encodeIcmpv6(message, addresses));
const dhcpv6 = (data: Buffer, destinationPort = 547) =>
  frame(17, encodeUdp({ sourcePort: 546, destinationPort, data }, addresses));
const line = (bytes: Buffer) => frameLine(describeFrame(bytes));

test('a Router Advertisement is its lifetime, flags and options', () => {
  const prefix = { prefixLength: 64, flags: 0x80, valid: INFINITE, preferred: 60, prefix: parseIpv6('2001:db8::') };
  const options = [
    encodePrefixInformation(prefix),
    encodeMtu(1_480),
    encodeRdnss({ lifetime: 600, servers: [parseIpv6('2001:db8::53'), parseIpv6('2001:db8::54')] }),
    { type: ND_OPTION.sourceLinkLayer, data: hex('0200 0000 0001') },
    { type: 31, data: Buffer.alloc(6) },
  ];
  const times = { hopLimit: 64, reachableTime: 0, retransTimer: 0 };
  assert.equal(
    line(icmpv6({ kind: 'router-advertisement', code: 0, flags: 0xc0, routerLifetime: 0, options, ...times })),
    'ICMPv6 Router-Advertisement: Source fe80::1, Router-Lifetime 0 s, Flags managed other, Prefix-Information ' +
      '2001:db8::/64 preferred 60 s valid infinite on-link, MTU 1480, RDNSS 2001:db8::53 2001:db8::54 for 600 s, ' +
      'Source-Link-Layer-Address 0x020000000001, Option 0x1f 0x000000000000',
  );
});

test('a DHCPv6 message is its transaction id and options, those inside in brackets', () => {
  const option = (code: number, data: Buffer) => ({ code, data });
  const prefix = encodeIaPrefix({
    prefix: parseIpv6('2001:db8::'),
    length: 56,
    preferred: 60,
    valid: 120,
    options: [option(DHCPV6_OPTION.statusCode, encodeStatus({ code: 0, text: '' }))],
  });
  const inside = [option(DHCPV6_OPTION.iaPrefix, prefix)];
  const message = {
    type: DHCPV6_MESSAGE.solicit,
    transactionId: 0x123456,
    options: [
      option(DHCPV6_OPTION.clientId, hex('0003 0001 0200')),
      option(DHCPV6_OPTION.requested, hex('0017 0052 00ff')),
      option(DHCPV6_OPTION.elapsedTime, hex('0064')),
      option(DHCPV6_OPTION.rapidCommit, Buffer.alloc(0)),
      option(DHCPV6_OPTION.preference, hex('ff')),
      option(DHCPV6_OPTION.solMaxRt, hex('00000e10')),
      option(DHCPV6_OPTION.dnsServers, parseIpv6('2001:db8::53')),
      option(DHCPV6_OPTION.iaPd, encodeIa({ iaid: 1, t1: 30, t2: INFINITE, options: inside })),
      option(17, hex('0000 0de9')),
    ],
  };
  assert.equal(
    line(dhcpv6(encodeDhcpv6(message))),
    'DHCPv6 Solicit 1193046: Client-Identifier 0x000300010200, Option-Request DNS-Servers SOL_MAX_RT 255, ' +
      'Elapsed-Time 1 s, Rapid-Commit, Preference 255, SOL_MAX_RT 3600 s, DNS-Servers 2001:db8::53, ' +
      'IA_PD 0x00000001 T1 30 s T2 infinite (IA-Prefix 2001:db8::/56 preferred 60 s valid 120 s (Status-Code Success)), ' +
      'Option 0x11 0x00000de9',
  );
});

test('a Status-Code other than Success refuses, also inside an identity association', () => {
  const status = (code: number) => ({ code: DHCPV6_OPTION.statusCode, data: encodeStatus({ code, text: 'no' }) });
  const refuses = (options: Parameters<typeof encodeDhcpv6>[0]['options']) =>
    describeFrame(dhcpv6(encodeDhcpv6({ type: DHCPV6_MESSAGE.reply, transactionId: 1, options }), 546)).refuses ===
    true;
  const association = (code: number) => ({
    code: DHCPV6_OPTION.iaNa,
    data: encodeIa({ iaid: 1, t1: 0, t2: 0, options: [status(code)] }),
  });
  assert.equal(refuses([status(DHCPV6_STATUS.noBinding)]), true);
  assert.equal(refuses([association(DHCPV6_STATUS.noAddrsAvail)]), true);
  assert.equal(refuses([status(DHCPV6_STATUS.success), association(DHCPV6_STATUS.success)]), false);
});

test('other IPv6 packets are data', () => {
  const echo = icmpv6({ kind: 'echo-request', code: 0, identifier: 1, sequence: 1, data: Buffer.alloc(4) });
  for (const bytes of [echo, frame(17, Buffer.of(0, 53, 0, 53, 0, 8, 0, 0)), frame(6, Buffer.alloc(20))]) {
    assert.match(line(bytes), /^IPv6: Source fe80::1, Destination fe80::2, Length \d+$/);
  }
});

test('any message whose checksum is right is described, on one line, and none throws', () => {
  const describe = (bytes: Buffer) => assert.doesNotMatch(line(bytes), /[\p{C}\p{Zl}\p{Zp}]/u);
  const options = fc.array(fc.tuple(fc.constantFrom(...Object.values(DHCPV6_OPTION)), octets({ maxLength: 48 })));
  fc.assert(
    fc.property(u8, u16, options, (type, id, list) => {
      const named = list.map(([code, data]) => ({ code, data }));
      describe(dhcpv6(encodeDhcpv6({ type, transactionId: id, options: named })));
    }),
    { numRuns: 3_000 },
  );
  const kinds = fc.constantFrom(...Object.values(ICMPV6));
  fc.assert(
    fc.property(kinds, u8, octets({ maxLength: 80 }), (type, code, body) =>
      describe(icmpv6({ kind: 'other', type, code, body })),
    ),
    { numRuns: 3_000 },
  );
});
