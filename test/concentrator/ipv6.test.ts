import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConcentratorSettings } from '../../src/concentrator/settings';
import { decodeIcmpv6, encodeIcmpv6 } from '../../src/wire/icmpv6';
import { formatIpv6, IP_PROTOCOL } from '../../src/wire/ip';
import { decodeIpv6, encodeIpv6, parseIpv6 } from '../../src/wire/ipv6';
import { Ac, Host } from '../client/stations';
import { World } from '../client/world';
import { IPV6 } from './ipv6-settings';

const DUAL = { ipv4: true, ipv6: true } as const;

/** Hosts of these users that are up, with all that their routers tell them. */
function settled(users: readonly string[], settings: Partial<ConcentratorSettings> = {}) {
  const world = new World({ delay: 1 });
  const accounts = users.map((username) => ({ username, password: 'pw' }));
  const ac = new Ac(world, { accounts, ipv6: IPV6, ...settings });
  const hosts = users.map((username) => new Host(world, { ...DUAL, username, password: 'pw' }, username).open());
  world.runUntil(() => hosts.every(({ snapshot }) => (snapshot.ipv6?.prefixes.length ?? 0) > 0));
  return { world, ac, hosts };
}

const slaac = ({ snapshot }: Host) => snapshot.ipv6?.addresses.find(({ source }) => source === 'slaac')?.address ?? '';

function ping6(from: string, to: string, hopLimit = 64): Buffer {
  const addresses = { source: parseIpv6(from), destination: parseIpv6(to) };
  const echo = { kind: 'echo-request', code: 0, identifier: 5, sequence: 6, data: Buffer.from('abc') } as const;
  const payload = encodeIcmpv6(echo, addresses);
  return encodeIpv6({ trafficClass: 0, flowLabel: 0, nextHeader: IP_PROTOCOL.icmpv6, hopLimit, ...addresses, payload });
}

/** What came back for a packet of a host's. */
function sent(world: World, host: Host, packet: Buffer) {
  host.packets.length = 0;
  host.act((session) => session.sendPackets([packet]));
  world.runFor(10);
  return host.packets.map((one) => {
    const ip = decodeIpv6(one);
    return { from: formatIpv6(ip.source), to: formatIpv6(ip.destination), message: decodeIcmpv6(ip.payload, ip) };
  });
}

test('each session gets a prefix of its own, an address of it, a delegated prefix, name servers, a router and an MTU', () => {
  const { ac, hosts } = settled(['anna', 'bert']);
  const seen = hosts.map(({ snapshot }) => snapshot.ipv6);
  assert.deepEqual(
    seen.map((ipv6) => ipv6?.prefixes.map(({ prefix, length }) => `${prefix}/${length}`)),
    [['2001:db8:f000::/48'], ['2001:db8:f001::/48']],
  );
  for (const [index, ipv6] of seen.entries()) {
    assert.ok(slaac(hosts[index] as Host).startsWith(`2001:db8:aa:${index + 1}:`));
    assert.deepEqual([ipv6?.dns, ipv6?.mtu, ipv6?.router], [['2001:db8::53'], 1_492, ipv6?.remoteLinkLocal]);
  }
  assert.deepEqual(
    ac.subscribers.map(({ prefix, delegated }) => [prefix, delegated]),
    [
      ['2001:db8:aa:1::/64', '2001:db8:f000::/48'],
      ['2001:db8:aa:2::/64', '2001:db8:f001::/48'],
    ],
  );
});

test('a delegated prefix is told when it is given, and a user gets the same in the next session', () => {
  const { world, ac, hosts } = settled(['anna', 'bert']);
  const told = ac.events.flatMap((event) => (event.type === 'subscriber-changed' ? [event.subscriber.delegated] : []));
  assert.deepEqual(told, ['2001:db8:f000::/48', '2001:db8:f001::/48']);
  const before = hosts.map((host) => [host.snapshot.localAddress, host.snapshot.ipv6?.prefixes[0]?.prefix]);
  for (const host of hosts) host.close();
  world.runUntil(() => ac.subscribers.length === 0);
  for (const host of hosts.toReversed()) {
    host.open();
    world.runUntil(() => (host.snapshot.ipv6?.prefixes.length ?? 0) > 0);
  }
  assert.deepEqual(
    hosts.map((host) => [host.snapshot.localAddress, host.snapshot.ipv6?.prefixes[0]?.prefix]),
    before,
  );
});

test('the router answers pings at its own address and at its link-local one', () => {
  const { world, hosts } = settled(['anna']);
  const [host] = hosts as [Host];
  const router = host.snapshot.ipv6?.remoteLinkLocal ?? '';
  for (const [from, to] of [
    [slaac(host), '2001:db8:aa::1'],
    [host.snapshot.ipv6?.linkLocal ?? '', router],
  ] as const) {
    const [reply, ...others] = sent(world, host, ping6(from, to));
    assert.deepEqual(others, []);
    assert.deepEqual([reply?.from, reply?.to, reply?.message.kind], [to, from, 'echo-reply']);
  }
});

test('sessions reach each other, at their own and at their delegated prefixes, with one hop less', () => {
  const { world, ac, hosts } = settled(['anna', 'bert']);
  const [anna, bert] = hosts as [Host, Host];
  for (const to of [slaac(bert), '2001:db8:f001:77::9']) {
    bert.packets.length = 0;
    const packet = ping6(slaac(anna), to);
    assert.deepEqual(sent(world, anna, packet), []);
    packet[7] = 63;
    assert.deepEqual(bert.packets, [packet]);
  }
  assert.deepEqual(ac.packets, []);
});

test('a packet whose hops are used up, or that its receiver cannot take, is answered with an error', () => {
  const { world, hosts } = settled(['anna', 'bert']);
  const [anna, bert] = hosts as [Host, Host];
  bert.packets.length = 0;
  const [exceeded] = sent(world, anna, ping6(slaac(anna), slaac(bert), 1));
  assert.equal(exceeded?.from, '2001:db8:aa::1');
  assert.ok(exceeded?.message.kind === 'other' && exceeded.message.type === 3);
  assert.deepEqual(bert.packets, []);
});

test('nobody sends in the name of another, and what is for elsewhere goes to the flow', () => {
  const { world, ac, hosts } = settled(['anna', 'bert']);
  const [anna, bert] = hosts as [Host, Host];
  sent(world, anna, ping6(slaac(bert), '2001:db8:bb::1'));
  sent(world, anna, ping6('2001:db8:f001::1', slaac(bert)));
  assert.deepEqual([ac.packets, ac.concentrator.counters.spoofed], [[], 2]);
  const packet = ping6('2001:db8:f000::1', '2001:db8:bb::1');
  sent(world, anna, packet);
  assert.deepEqual(ac.packets, [{ sessionId: anna.snapshot.sessionId, packet }]);
});

test('IPv6 alone is enough, and without IPv6 at the concentrator the session has IPv4', () => {
  const world = new World({ delay: 1 });
  const ac = new Ac(world, { ipv6: IPV6 });
  const only6 = new Host(world, { ipv4: false, ipv6: true }).open();
  world.runUntil(() => slaac(only6) !== '');
  assert.equal(only6.snapshot.localAddress, undefined);
  only6.close();
  world.runUntil(() => ac.subscribers.length === 0);
  const plain = new World({ delay: 1 });
  new Ac(plain);
  const only4 = new Host(plain, DUAL).open();
  plain.runUntil(() => only4.state === 'up');
  plain.runFor(5_000);
  assert.deepEqual([only4.snapshot.localAddress, only4.snapshot.ipv6], ['10.64.0.2', undefined]);
});

test('prefixes that are all given away leave the session without, not without a session', () => {
  const accounts = ['a', 'b', 'c', 'd'].map((username) => ({ username, password: 'pw' }));
  const { world, ac } = settled(['a', 'b', 'c'], { accounts });
  const late = new Host(world, { ...DUAL, username: 'd', password: 'pw' }, 'late').open();
  world.runUntil(() => (late.snapshot.ipv6?.prefixes.length ?? 0) > 0);
  assert.equal(slaac(late), '');
  assert.equal(ac.subscribers.find(({ username }) => username === 'd')?.prefix, undefined);
});

test('leases are renewed for as long as the session lasts, and the router goes on advertising', () => {
  const { world, hosts } = settled(['anna']);
  const [host] = hosts as [Host];
  world.keepLog = false;
  const untilOf = () => [host.snapshot.ipv6?.prefixes[0]?.validUntil, host.snapshot.ipv6?.addresses[0]?.validUntil];
  const first = untilOf();
  world.runFor(24 * 3_600_000);
  assert.equal(host.state, 'up');
  assert.equal(host.snapshot.ipv6?.prefixes[0]?.prefix, '2001:db8:f000::');
  for (const [index, until] of untilOf().entries()) assert.ok((until ?? 0) > (first[index] ?? 0) + 20 * 3_600_000);
});
