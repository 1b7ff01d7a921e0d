import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FrameEvent } from '../../../src/client/trace';
import { DHCPV6_STATUS } from '../../../src/wire/dhcpv6';
import { parseIpv6 } from '../../../src/wire/ipv6';
import { PROTOCOL } from '../../../src/wire/ppp';
import { readSequence } from '../mermaid';
import { packet } from '../packets';
import type { Host } from '../stations';
import { fromServer, icmpv6, OWN, ROUTER, routerAdvertisement } from './rig';
import { routed } from './routed';

const ofOurHost = (host: Host): FrameEvent[] =>
  host.session.trace.frames
    .map((frame) => frame.event())
    .filter(({ protocol }) => protocol === 'ICMPv6' || protocol === 'DHCPv6');

const titles = (host: Host) =>
  ofOurHost(host).map(({ direction, protocol, code }) => `${direction} ${protocol} ${code}`);

const gotAddress = (host: Host) => host.snapshot.ipv6?.addresses.some(({ source }) => source === 'dhcpv6') === true;

const solicitation = (target: Buffer) =>
  icmpv6(
    { kind: 'neighbour-solicitation', code: 0, flags: 0, target, options: [] },
    ROUTER,
    Buffer.concat([parseIpv6('ff02::1:ff00:0').subarray(0, 13), target.subarray(13)]),
  );

test('what the session’s own IPv6 host says and hears is in the trace, decoded', () => {
  const { host, ac, world, id } = routed();
  ac.sendPacket(host.address, id, PROTOCOL.ipv6, solicitation(OWN));
  world.runFor(20);
  host.close();
  world.runUntil(() => host.state === 'idle');
  assert.deepEqual(titles(host).sort(), [
    'received DHCPv6 Advertise',
    'received DHCPv6 Reply',
    'received DHCPv6 Reply',
    'received ICMPv6 Neighbour-Solicitation',
    'received ICMPv6 Router-Advertisement',
    'sent DHCPv6 Release',
    'sent DHCPv6 Request',
    'sent DHCPv6 Solicit',
    'sent ICMPv6 Neighbour-Advertisement',
    'sent ICMPv6 Router-Solicitation',
  ]);
  const line = (code: string) => ofOurHost(host).find((event) => event.code === code)?.text ?? '';
  assert.equal(line('Router-Solicitation'), 'sent ICMPv6 Router-Solicitation: Source fe80::2');
  assert.equal(
    line('Router-Advertisement'),
    'received ICMPv6 Router-Advertisement: Source fe80::1, Router-Lifetime 1800 s, Prefix-Information ' +
      '2001:db8:1::/64 preferred 86400 s valid 86400 s on-link autonomous, MTU 1400',
  );
  assert.equal(
    line('Neighbour-Advertisement'),
    'sent ICMPv6 Neighbour-Advertisement: Source fe80::2, Target fe80::2, Flags solicited override',
  );
  assert.match(
    line('Reply'),
    /^received DHCPv6 Reply \d+: Client-Identifier 0x[0-9a-f]+, Server-Identifier 0x736572766572, IA_NA 0x[0-9a-f]{8} T1 0 s T2 0 s \(IA-Address 2001:db8:0:1::100 preferred 3600 s valid 7200 s\), IA_PD .*\(IA-Prefix 2001:db8:1:100::\/56 /,
  );
  const [asked, answered] = ['Solicit', 'Advertise'].map((code) =>
    ofOurHost(host).find((event) => event.code === code),
  );
  assert.equal(asked?.identifier, answered?.identifier, 'the transaction id');
  assert.equal(asked?.sessionId, id);
});

test('it is in the sequence diagram, too', async () => {
  const { host } = routed();
  const { messages } = await readSequence(host.session.describe().sequence);
  for (const code of ['ICMPv6 Router-Solicitation', 'DHCPv6 Solicit', 'DHCPv6 Reply']) {
    assert.ok(
      messages.some(({ message }) => message.startsWith(code)),
      code,
    );
  }
});

test('each comes before what it leads to', () => {
  const { host, ac, world, id } = routed();
  ac.sendPacket(host.address, id, PROTOCOL.ipv6, solicitation(OWN));
  world.runFor(20);
  assert.deepEqual(titles(host).slice(-2), [
    'received ICMPv6 Neighbour-Solicitation',
    'sent ICMPv6 Neighbour-Advertisement',
  ]);
});

test('a server that gives no prefix refuses, and says so', () => {
  const { host } = routed({}, { prefixStatus: DHCPV6_STATUS.noPrefixAvail, address: '2001:db8::7' }, gotAddress);
  const reply = ofOurHost(host).find(({ code }) => code === 'Advertise');
  assert.equal(reply?.mark, 'refused');
  assert.match(reply?.text ?? '', /IA_PD \S+ T1 0 s T2 0 s \(Status-Code NoPrefixAvail no\)/);
});

test('a flow’s packets, however many, take no room in the trace, and what comes from afar neither', () => {
  const { host, ac, world, id } = routed();
  const before = host.session.trace.frames.length;
  world.keepLog = false;
  const data = [
    packet('10.64.0.1', '10.64.0.2'),
    // Of the flow's: a neighbour message about another's address, and DHCPv6 for another.
    solicitation(parseIpv6('2001:db8::9')),
    // Not of this line's: routers have counted the hop limit down.
    routerAdvertisement([], { ipHopLimit: 63 }),
    icmpv6({ kind: 'echo-request', code: 0, identifier: 1, sequence: 1, data: Buffer.alloc(8) }, ROUTER, OWN),
  ];
  for (let round = 0; round < 1_000; round++) {
    for (const octets of data) {
      const protocol = (octets[0] ?? 0) >> 4 === 6 ? PROTOCOL.ipv6 : PROTOCOL.ipv4;
      ac.sendPacket(host.address, id, protocol, octets);
    }
    world.runFor(10);
    host.act((session) => session.sendPackets([packet('10.64.0.2', '10.64.0.1')]));
  }
  assert.equal(host.session.trace.frames.length, before);
  assert.equal(host.packets.length, 3_000);
});

test('a malformed message of the neighbour’s is marked', () => {
  const { host, ac, world, id } = routed();
  const wrong = fromServer({ type: 7, transactionId: 1, options: [] });
  wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1;
  ac.sendPacket(host.address, id, PROTOCOL.ipv6, wrong);
  world.runFor(10);
  const [last] = ofOurHost(host).slice(-1);
  assert.equal(last?.mark, 'malformed');
  assert.match(last?.text ?? '', /^received DHCPv6.*malformed: UDP .*wrong checksum/);
  assert.equal(host.snapshot.counters.malformed, 1);
});
