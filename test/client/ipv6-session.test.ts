import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionSettings } from '../../src/client/settings';
import { sessionSettings } from '../../src/client/settings';
import { PppoeError } from '../../src/errors';
import { AUTOMATON_DEFAULTS } from '../../src/ppp/control-protocol';
import { encodeIpv6, parseIpv6 } from '../../src/wire/ipv6';
import { PROTOCOL } from '../../src/wire/ppp';
import { packet } from './packets';
import { type Script, ScriptedAc } from './scripted-ac';
import { Ac, connected, Host } from './stations';
import { World } from './world';

const IDENTIFIER = Buffer.from('0000000000000002', 'hex');
const V4 = () => ({ address: Buffer.of(10, 64, 0, 1), askDns: false, peerAddress: Buffer.of(10, 64, 0, 2) });
const V6 = { identifier: Buffer.from('0000000000000001', 'hex') };
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

const dual = { ipcp: V4, ipv6cp: V6 };

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
  assert.deepEqual(host.states.slice(-2), ['configuring', 'up'], 'what comes up second changes no state');
  assert.equal(host.events.filter(({ type }) => type === 'addresses').length, 1, 'but is told');
});

test('the Interface-Identifier is drawn once, and the same in the next connection', () => {
  const world = new World();
  new ScriptedAc(world, { ppp: dual });
  const host = new Host(world, NO_SERVERS).open();
  world.runUntil(() => host.snapshot.ipv6 !== undefined);
  const first = host.snapshot.ipv6?.linkLocal;
  host.act((session, now) => session.reopen(now));
  world.runUntil(() => host.state !== 'up');
  assert.ok(!('ipv6' in host.snapshot));
  world.runUntil(() => host.snapshot.ipv6 !== undefined);
  assert.equal(host.snapshot.ipv6?.linkLocal, first);
  const other = new Host(world, NO_SERVERS, 'other').open();
  world.runUntil(() => other.snapshot.ipv6 !== undefined);
  assert.notEqual(other.snapshot.ipv6?.linkLocal, first);
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
