import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionSettings } from '../../src/client/settings';
import { sessionSettings } from '../../src/client/settings';
import { PppoeError } from '../../src/errors';
import { AUTOMATON_DEFAULTS } from '../../src/ppp/control-protocol';
import { encodeIpv6, parseIpv6 } from '../../src/wire/ipv6';
import { PROTOCOL } from '../../src/wire/ppp';
import { IDENTIFIER, routerAdvertisement } from './ipv6/rig';
import { dual, routed, V4, V6 } from './ipv6/routed';
import { packet } from './packets';
import { type Script, ScriptedAc } from './scripted-ac';
import { Ac, connected, Host } from './stations';
import { World } from './world';

const NO_SERVERS = { dhcpv6: { addresses: false, prefixDelegation: false } };

/** A host that is up at an access concentrator with these network protocols. */
function up(ppp: NonNullable<Script['ppp']>, settings: Partial<SessionSettings> = {}) {
  const world = new World({ delay: 5 });
  const ac = new ScriptedAc(world, { ppp });
  const host = new Host(world, { interfaceIdentifier: IDENTIFIER, ...NO_SERVERS, ...settings }).open();
  world.runUntil(() => host.state === 'up');
  world.runFor(1_000);
  const id = host.snapshot.sessionId ?? 0;
  return { world, ac, host, id };
}

const linkLocal = (host: Host) => host.snapshot.ipv6?.linkLocal;

function ipv6(from: string, to: string, octets = 100): Buffer {
  return encodeIpv6({
    trafficClass: 0,
    flowLabel: 0,
    nextHeader: 17,
    hopLimit: 64,
    source: parseIpv6(from),
    destination: parseIpv6(to),
    payload: Buffer.alloc(octets - 40),
  });
}

test('a session with both has an IPv4 address and both link-local addresses', () => {
  const { host } = up(dual);
  assert.equal(host.snapshot.localAddress, '10.64.0.2');
  assert.deepEqual(host.snapshot.ipv6, {
    linkLocal: 'fe80::2',
    remoteLinkLocal: 'fe80::1',
    addresses: [],
    prefixes: [],
    dns: [],
  });
  assert.deepEqual(host.states.slice(-2), ['configuring', 'up']);
});

test('when the state becomes up there is an IPv4 address, though IPv6 was first', () => {
  const world = new World({ delay: 5 });
  new ScriptedAc(world, { ppp: dual });
  const host = new Host(world, { interfaceIdentifier: IDENTIFIER, ...NO_SERVERS });
  let seen: unknown;
  host.onEvent = (event) => {
    if (event.type === 'state' && event.state === 'up') seen = [host.snapshot.localAddress, linkLocal(host)];
  };
  host.open();
  world.runUntil(() => host.state === 'up');
  assert.deepEqual(seen, ['10.64.0.2', 'fe80::2']);
});

test('IPv6 that comes up later changes no state, but is told', () => {
  const world = new World({ delay: 5 });
  new ScriptedAc(world, { ppp: dual });
  const host = new Host(world, { interfaceIdentifier: IDENTIFIER, ...NO_SERVERS }).open();
  world.tap = ({ text }) => (text.startsWith('IPV6CP') ? 'drop' : undefined);
  world.runUntil(() => host.state === 'up');
  world.tap = () => undefined;
  const states = host.states.length;
  world.runUntil(() => linkLocal(host) !== undefined);
  assert.equal(host.states.length, states);
  assert.deepEqual(
    host.events.filter(({ type }) => type === 'addresses'),
    [{ type: 'addresses' }],
  );
});

test('the Interface-Identifier is drawn once, and the same in the next connection', () => {
  const world = new World();
  new ScriptedAc(world, { ppp: dual });
  const host = new Host(world, NO_SERVERS).open();
  world.runUntil(() => host.snapshot.ipv6 !== undefined);
  const first = linkLocal(host);
  host.act((session, now) => session.reopen(now));
  world.runUntil(() => host.state !== 'up');
  assert.equal(linkLocal(host), undefined);
  world.runUntil(() => linkLocal(host) !== undefined);
  assert.equal(linkLocal(host), first);
  const other = new Host(world, NO_SERVERS, 'other').open();
  world.runUntil(() => linkLocal(other) !== undefined);
  assert.notEqual(linkLocal(other), first);
});

test('IPv6 packets go both ways under their own protocol number', () => {
  const { world, ac, host, id } = up(dual);
  const out = ipv6('fe80::2', 'fe80::1');
  const begin = world.log.length;
  host.act((session) => session.sendPackets([packet('10.64.0.2', '10.64.0.1'), out]));
  const protocols = world.log.slice(begin).map(({ frame }) => frame.readUInt16BE(20));
  assert.deepEqual(protocols, [PROTOCOL.ipv4, PROTOCOL.ipv6]);
  assert.deepEqual(world.log.at(-1)?.frame.subarray(22), out);
  const back = ipv6('fe80::1', 'fe80::2');
  ac.sendPacket(host.address, id, PROTOCOL.ipv6, back);
  world.runFor(10);
  assert.deepEqual(host.packets, [back]);
});

test('a version that is not up is not sent, and not handed on', () => {
  for (const [ppp, bad, good, protocol] of [
    [{ ipcp: V4 }, ipv6('fe80::2', 'fe80::1'), packet('10.64.0.2', '10.64.0.1'), PROTOCOL.ipv6],
    [{ ipcp: undefined, ipv6cp: V6 }, packet('10.64.0.2', '10.64.0.1'), ipv6('fe80::2', 'fe80::1'), PROTOCOL.ipv4],
  ] as const) {
    const { world, ac, host, id } = up(ppp);
    const begin = world.log.length;
    assert.throws(
      () => host.session.sendPackets([good, bad]),
      (error) => error instanceof PppoeError && error.code === 'not-up',
    );
    assert.equal(world.log.length, begin);
    host.session.sendPackets([good]);
    assert.equal(world.log.length, begin + 1);
    ac.sendPacket(host.address, id, protocol, bad);
    world.runFor(10);
    assert.deepEqual(host.packets, []);
    assert.equal(host.snapshot.counters.ignored, 1);
  }
});

test('IPv6 alone is a session that is up', () => {
  for (const settings of [{}, { ipv4: false }]) {
    const { host } = up({ ipcp: undefined, ipv6cp: V6 }, settings);
    assert.equal(host.snapshot.localAddress, undefined);
    assert.deepEqual(host.snapshot.dns, []);
    assert.equal(host.snapshot.ipv6?.linkLocal, 'fe80::2');
  }
});

test('IPv6 that is off asks for nothing, and is rejected when the peer asks', () => {
  const { world, host } = up(dual, { ipv6: false });
  assert.equal(host.snapshot.ipv6, undefined);
  assert.ok(!world.sentBy('host').some((text) => text.startsWith('IPV6CP')));
  assert.ok(world.sentBy('host').includes('LCP Protocol-Reject'));
});

test('an IPv4 that is off, and IPv6 that the peer refuses: negotiation-failed', () => {
  const world = new World();
  new Ac(world);
  const host = new Host(world, { ipv4: false }).open();
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'negotiation-failed');
});

test('IPV6CP refused (Protocol-Reject) is not even noticed at up', () => {
  const times = [true, false].map((ipv6) => {
    const world = new World({ delay: 20 });
    const { host } = connected(world, { ipv6 });
    assert.equal(host.snapshot.ipv6, undefined);
    assert.equal(host.snapshot.localAddress, '10.64.0.2');
    return world.now;
  });
  assert.equal(times[0], times[1]);
});

test('IPV6CP closed: IPv4 stays up, and the change is told', () => {
  const { world, ac, host, id } = up(dual);
  const told = host.events.length;
  ac.sendPacket(host.address, id, PROTOCOL.ipv6cp, Buffer.from('05090004', 'hex'));
  world.runFor(AUTOMATON_DEFAULTS.restartTimer);
  assert.equal(host.state, 'up');
  assert.deepEqual(
    host.events.slice(told).filter(({ type }) => type !== 'progress'),
    [{ type: 'addresses' }],
  );
  assert.equal(host.snapshot.ipv6, undefined);
  assert.equal(host.snapshot.localAddress, '10.64.0.2');
});

test('settings that no session could work with are refused', () => {
  for (const bad of [
    { ipv4: false, ipv6: false },
    { interfaceIdentifier: Buffer.alloc(8) },
    { interfaceIdentifier: Buffer.alloc(7, 1) },
    { dhcpv6: { addresses: true, prefixDelegation: true, prefixLengthHint: 0 } },
    { dhcpv6: { addresses: true, prefixDelegation: true, prefixLengthHint: 129 } },
  ]) {
    assert.throws(() => sessionSettings(bad), RangeError, JSON.stringify(bad));
  }
});

const PREFIX = '2001:db8:1:100::/56';
const prefixEvents = (host: Host) =>
  host.events.filter(({ type }) => type === 'prefix-delegated' || type === 'prefix-lost');

test('router and DHCPv6 server: addresses, prefix and MTU in the session’s data, and nothing of it in the flow', () => {
  const { host } = routed();
  const { addresses = [], prefixes = [], mtu, router } = host.snapshot.ipv6 ?? {};
  assert.deepEqual(
    addresses.map(({ address, prefixLength, source }) => [address, prefixLength, source]),
    [
      ['2001:db8:1::2', 64, 'slaac'],
      ['2001:db8:0:1::100', 128, 'dhcpv6'],
    ],
  );
  assert.deepEqual(
    prefixes.map(({ prefix, length }) => `${prefix}/${length}`),
    [PREFIX],
  );
  assert.deepEqual([mtu, router], [1_400, 'fe80::1']);
  assert.deepEqual(prefixEvents(host), [{ type: 'prefix-delegated', prefix: PREFIX }]);
  assert.deepEqual(host.packets, []);
  assert.equal(host.snapshot.counters.packetsReceived, 0);
  assert.equal(host.snapshot.counters.malformed, 0);
  const long = ipv6('2001:db8:1::2', '2001:db8::9', 1_401);
  assert.throws(
    () => host.session.sendPackets([long]),
    (error) => error instanceof PppoeError && error.code === 'too-long',
  );
  host.session.sendPackets([ipv6('2001:db8:1::2', '2001:db8::9', 1_400)]);
  host.session.sendPackets([packet('10.64.0.2', '10.64.0.1', 1_492)]);
});

test('a disconnect releases the prefix first, and ends PPP when the server has answered', () => {
  const { host, world, messages } = routed();
  const begin = world.log.length;
  host.close();
  assert.equal(host.state, 'terminating');
  assert.deepEqual(prefixEvents(host).at(-1), { type: 'prefix-lost', prefix: PREFIX });
  world.runUntil(() => host.state === 'idle');
  const sent = world.log.slice(begin).filter(({ from }) => from === 'host');
  assert.deepEqual(
    sent.map(({ text }) => text),
    ['IPv6', 'LCP Terminate-Request', 'PADT'],
  );
  assert.equal((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0), 10);
  assert.equal(messages.at(-1), '8');
});

test('a server that does not answer the Release delays the end by a second at most', () => {
  const { host, world, silence } = routed();
  silence();
  const begin = world.log.length;
  const closedAt = world.now;
  host.close();
  world.runUntil(() => host.state === 'idle');
  const terminate = world.log.slice(begin).find(({ text }) => text === 'LCP Terminate-Request');
  const waited = (terminate?.at ?? 0) - closedAt;
  assert.ok(waited >= 900 && waited <= 1_000, `${waited} ms`);
});

test('a second disconnect does not wait for the server either', () => {
  const { host, world, silence } = routed();
  silence();
  host.close().close();
  assert.equal(host.state, 'idle');
  assert.ok(world.sentBy('host').includes('PADT'));
});

test('a reconnect releases, and gets its prefix again', () => {
  const { host, world } = routed();
  host.act((session, now) => session.reopen(now));
  world.runUntil(() => prefixEvents(host).length === 3);
  assert.deepEqual(
    prefixEvents(host).map(({ type }) => type),
    ['prefix-delegated', 'prefix-lost', 'prefix-delegated'],
  );
});

test('whatever ends the session takes the prefix away, with an event before the state’s', () => {
  for (const end of ['padt', 'unplug', 'lcp'] as const) {
    const { host, ac, world, id } = routed();
    if (end === 'padt') ac.padt(host.address, id);
    if (end === 'unplug') host.unplug();
    if (end === 'lcp') ac.sendPacket(host.address, id, PROTOCOL.lcp, Buffer.from('05090004', 'hex'));
    world.runUntil(() => host.state !== 'up');
    assert.deepEqual(prefixEvents(host).at(-1), { type: 'prefix-lost', prefix: PREFIX }, end);
    assert.equal(host.snapshot.ipv6, undefined);
    world.runFor(10_000);
    assert.equal(prefixEvents(host).filter(({ type }) => type === 'prefix-lost').length, 1);
  }
});

test('an advertisement that is malformed is dropped and counted', () => {
  const { host, ac, world, id } = routed();
  ac.sendPacket(host.address, id, PROTOCOL.ipv6, routerAdvertisement([], { ipHopLimit: 64 }));
  world.runFor(10);
  assert.equal(host.snapshot.counters.malformed, 1);
  assert.deepEqual(host.packets, []);
});
