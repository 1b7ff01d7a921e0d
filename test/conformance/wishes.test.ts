import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECONNECT_DEFAULTS } from '../../src/client/reconnect';
import { CONTROL } from '../../src/wire/control';
import { PROTOCOL } from '../../src/wire/ppp';
import { findTag, TAG } from '../../src/wire/pppoe';
import { packet } from '../client/packets';
import { ScriptedAc } from '../client/scripted-ac';
import { Ac, connected, Host } from '../client/stations';
import { World } from '../client/world';
import { CHAP, discoveryFrame, Line, MRU, OUR_ADDRESS, option, PEER_ADDRESS, tag, tagsSent, USUAL_OFFER } from './line';

/** What users of other PPPoE clients ask for, as far as it concerns the engine. Named after the wish. */

const { lcp, ipcp, chap, ipv4 } = PROTOCOL;

test('a fixed Host-Uniq', () => {
  const world = new World({ delay: 1 });
  const hostUniq = Buffer.from('0b1ed0', 'hex');
  const { host } = connected(world, { hostUniq });
  host.act((session, now) => session.reopen(now));
  world.runUntil(() => host.state === 'up');
  for (const code of ['PADI', 'PADR'] as const) {
    for (const attempt of [0, 1]) assert.deepEqual(findTag(tagsSent(world, code, attempt), TAG.hostUniq), hostUniq);
  }
});

test('AC silent after a crash until a PADT', () => {
  const world = new World({ delay: 1 });
  const ac: ScriptedAc = new ScriptedAc(world, { padi: () => (ac.connections.size > 0 ? undefined : USUAL_OFFER) });
  const crashed = new Host(world, {}, 'crashed').open();
  world.runUntil(() => crashed.state === 'up');
  crashed.linkUp = false;
  const { address } = crashed;
  const forgetful = new Host(world, { discoveryAttempts: 2 }, 'forgetful', 1_500, { address }).open();
  world.runUntil(() => forgetful.state === 'waiting');
  assert.equal(forgetful.snapshot.reason?.code, 'no-offer', 'what happens without it');
  forgetful.linkUp = false;
  const leftover = { peer: ac.address, id: crashed.snapshot.sessionId ?? 0 };
  const host = new Host(world, {}, 'host', 1_500, { address, leftover }).open();
  world.runUntil(() => host.state === 'up', 1_000);
});

test("the old session's PADT does not kill the new one", () => {
  const world = new World({ delay: 1 });
  const ac = new ScriptedAc(world);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  const old = host.snapshot.sessionId ?? 0;
  host.act((session, now) => session.reopen(now));
  for (const state of ['discovering', 'requesting', 'establishing', 'authenticating', 'configuring', 'up'] as const) {
    world.runUntil(() => host.state === state, 60_000, state);
    ac.padt(host.address, old, 'Child pppd process terminated');
  }
  world.runFor(10_000);
  assert.equal(host.state, 'up');
  assert.notEqual(host.snapshot.sessionId, old);
  assert.equal(host.snapshot.counters.connects, 2);
});

test('no fast retry after a refusal, which gets locked out', () => {
  const world = new World({ delay: 1 });
  new Ac(world);
  new Host(world, { password: 'wrong' }).open();
  world.runFor(3_600_000);
  const attempts = world.sentBy('host').filter((text) => text === 'CHAP Response').length;
  // 30 s, doubling up to 15 min, each with a fifth of jitter: 0, 0.5, 1.5, 3.5, 7.5, 15.5, 30.5, 45.5 min.
  assert.ok(attempts >= 6 && attempts <= 9, `${attempts} attempts in an hour`);
});

test('no hold-off after a link loss', () => {
  const world = new World({ delay: 1 });
  const { host } = connected(world);
  for (let cut = 0; cut < 5; cut++) {
    host.unplug();
    world.runFor(10_000);
    host.plug();
    const began = world.now;
    world.runUntil(() => host.state === 'up');
    assert.ok(world.now - began <= 20, `${world.now - began} ms after the link was back`);
  }
  // After a session that held and was then lost the pause is short, and a setting.
  for (const [lost, most] of [
    [RECONNECT_DEFAULTS.lost, 1_200],
    [{ first: 100, max: 100 }, 120],
  ] as const) {
    const line = new Line({ reconnect: { ...RECONNECT_DEFAULTS, lost } }).up();
    line.world.runFor(RECONNECT_DEFAULTS.stableAfter);
    line.frame(discoveryFrame('PADT', line.ac.address, line.host.address, line.id));
    assert.equal(line.host.state, 'waiting');
    assert.ok((line.host.snapshot.nextAttempt ?? Number.NaN) - line.world.now <= most);
  }
});

test('one wrong password, one reason', () => {
  const codes = (authentication: readonly ('chap-md5' | 'pap')[], lost?: RegExp) => {
    const world = new World({ delay: 1 });
    new Ac(world, { authentication });
    world.tap = ({ from, text }) => (from === 'ac' && lost?.test(text) ? 'drop' : undefined);
    const host = new Host(world, { password: 'wrong' }).open();
    world.runUntil(() => host.state === 'waiting');
    return host.snapshot.reason?.code;
  };
  for (const method of ['chap-md5', 'pap'] as const) {
    assert.equal(codes([method]), 'authentication-failed');
    assert.equal(codes([method], /Failure|Authenticate-Nak/), 'authentication-failed', 'its Terminate-Request alone');
  }
});

test('an ISP that does not answer Echo, and no false drops under load', () => {
  const line = new Line().up();
  for (let minute = 0; minute < 60; minute++) {
    for (let second = 0; second < 60; second += 10) {
      line.octets(ipv4, packet('192.0.2.1', '10.0.0.2', 60));
      line.world.runFor(10_000);
    }
  }
  assert.equal(line.host.state, 'up');
  // The line is full: Echo-Replies are lost, data is not.
  const world = new World({ delay: 1 });
  const { host, ac } = connected(world, { keepalive: { mode: 'adaptive', interval: 1_000, failures: 3 } });
  world.tap = ({ from, text }) => (from === 'ac' && text === 'LCP Echo-Reply' ? 'drop' : undefined);
  for (let tick = 0; tick < 600; tick++) {
    ac.act((concentrator) => concentrator.sendPacket(host.snapshot.sessionId ?? 0, packet('192.0.2.1', '10.64.0.2')));
    world.runFor(500);
  }
  assert.equal(host.state, 'up');
  assert.equal(host.snapshot.counters.connects, 1);
});

test("'timeout waiting for PADO' with a diagnosis", () => {
  const reason = (settings: ConstructorParameters<typeof Host>[1], concentrators: number) => {
    const world = new World({ delay: 1 });
    if (concentrators > 0) new Ac(world, { acName: 'lab' });
    const host = new Host(world, settings).open();
    world.runUntil(() => host.state === 'waiting');
    return { ...host.snapshot.reason, progress: host.progress.join('\n') };
  };
  const silence = reason({}, 0);
  assert.deepEqual([silence.code, silence.text], ['no-offer', 'No access concentrator answered in 4 attempts']);
  const other = reason({ acName: 'another' }, 1);
  assert.equal(other.code, 'no-offer');
  assert.notEqual(other.text, silence.text);
  assert.match(other.progress, /Offer of 'lab' not taken: its name is not 'another'/);
});

test('choose the AC', () => {
  const world = new World({ delay: 5 });
  for (const name of ['first', 'second', 'third']) new Ac(world, { acName: name }, name);
  const host = new Host(world, { acName: 'third' }).open();
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.acName, 'third');
  const { acMac } = host.snapshot;
  const byAddress = new Host(world, { acAddress: Buffer.from((acMac ?? '').replaceAll(':', ''), 'hex') }, 'b').open();
  world.runUntil(() => byAddress.state === 'up');
  assert.equal(byAddress.snapshot.acName, 'third');
});

test('several sessions on one interface', () => {
  const world = new World({ delay: 5 });
  const ac = new Ac(world);
  const address = world.freshAddress();
  const hosts = ['a', 'b', 'c'].map((name) => new Host(world, {}, name, 1_500, { address }).open());
  world.runUntil(() => hosts.every(({ state }) => state === 'up'));
  assert.equal(new Set(hosts.map(({ snapshot }) => snapshot.sessionId)).size, 3);
  assert.equal(new Set(hosts.map(({ snapshot }) => snapshot.localAddress)).size, 3);
  const [first, ...others] = hosts;
  first?.close();
  world.runUntil(() => first?.state === 'idle');
  world.runFor(120_000);
  assert.ok(
    others.every(({ state, snapshot }) => state === 'up' && snapshot.counters.connects === 1),
    'one that ends leaves the others',
  );
  assert.equal(ac.subscribers.length, 2);
});

test('a scheduled or manual reconnect', () => {
  const world = new World({ delay: 5 });
  const { host, ac } = connected(world);
  for (let night = 1; night <= 3; night++) {
    world.runFor(86_400_000 / 24);
    const before = host.snapshot.sessionId;
    const began = world.now;
    host.act((session, now) => session.reopen(now));
    world.runUntil(() => host.state === 'up');
    assert.ok(world.now - began < 200, 'in order, and at once');
    assert.notEqual(host.snapshot.sessionId, before);
    assert.equal(ac.subscribers.length, 1);
  }
  // During a pause the same means: now.
  ac.linkUp = false;
  world.runUntil(() => host.state === 'waiting', 600_000);
  ac.linkUp = true;
  host.act((session, now) => session.reopen(now));
  assert.equal(host.state, 'discovering');
});

test('uptime, and a counter of reconnects', () => {
  const world = new World({ delay: 5 });
  const { host } = connected(world);
  const { since } = host.snapshot;
  assert.equal(since, world.now);
  world.runFor(5_000);
  assert.equal(host.snapshot.since, since);
  host.act((session, now) => session.reopen(now));
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.since, world.now);
  assert.equal(host.snapshot.counters.connects, 2);
});

test('force or forbid an authentication protocol; a session without one', () => {
  const methods = (allowed: readonly ('chap-md5' | 'pap')[], asked: readonly ('chap-md5' | 'pap')[]) => {
    const world = new World({ delay: 1 });
    new Ac(world, { authentication: asked });
    const host = new Host(world, { authentication: allowed }).open();
    world.runUntil(() => host.state === 'up' || host.state === 'waiting');
    const said = ['PAP Authenticate-Request', 'CHAP Response'].filter((text) => world.sentBy('host').includes(text));
    return [host.state, ...said];
  };
  assert.deepEqual(methods(['pap'], ['chap-md5', 'pap']), ['up', 'PAP Authenticate-Request']);
  assert.deepEqual(methods(['chap-md5'], ['pap', 'chap-md5']), ['up', 'CHAP Response']);
  assert.deepEqual(methods(['chap-md5'], ['pap']), ['waiting']);
  assert.deepEqual(methods(['chap-md5', 'pap'], []), ['up']);
});

test('renegotiation by the LNS does not break the session', () => {
  const line = new Line().up();
  const { id } = line;
  // The new LNS begins from nothing: another Magic-Number, an authentication, other addresses.
  assert.equal(line.request(lcp, [MRU, CHAP, option(5, 9, 9, 9, 9)]).code, CONTROL.configureAck);
  line.answer(lcp, CONTROL.configureAck);
  assert.equal(line.host.state, 'authenticating');
  const [response] = line.say(chap, { code: 1, identifier: 3, data: Buffer.from('0401020304', 'hex') });
  assert.equal(response?.code, 2);
  line.say(chap, { code: 3, identifier: 3, data: Buffer.alloc(0) });
  line.request(ipcp, [option(3, 10, 9, 9, 1)]);
  line.answer(ipcp, CONTROL.configureReject, [option(129, 0, 0, 0, 0), option(131, 0, 0, 0, 0)]);
  line.answer(ipcp, CONTROL.configureNak, [option(3, 10, 9, 9, 2)]);
  line.answer(ipcp, CONTROL.configureAck);
  assert.equal(line.host.state, 'up');
  const { sessionId, localAddress, remoteAddress } = line.host.snapshot;
  assert.deepEqual([sessionId, localAddress, remoteAddress], [id, '10.9.9.2', '10.9.9.1']);
  assert.deepEqual(
    line.world.sentBy('host').filter((text) => text.startsWith('PAD')),
    ['PADI', 'PADR'],
  );
  // And again, at IPCP alone.
  line.request(ipcp, [PEER_ADDRESS]);
  line.answer(ipcp, CONTROL.configureNak, [OUR_ADDRESS]);
  line.answer(ipcp, CONTROL.configureAck);
  assert.equal(line.host.snapshot.localAddress, '10.0.0.2');
  line.frame(discoveryFrame('PADT', line.ac.address, line.host.address, id ^ 1, [tag(TAG.genericError, 'old LNS')]));
  assert.equal(line.host.state, 'up');
});

test('a request for an own IP address does not fail for ever', () => {
  const own = { address: Buffer.of(192, 0, 2, 7), dns: false };
  // The peer insists on another: that one is taken.
  const other = new Line(own).openLcp();
  other.request(ipcp, [PEER_ADDRESS]);
  other.answer(ipcp, CONTROL.configureNak, [OUR_ADDRESS]);
  other.answer(ipcp, CONTROL.configureAck);
  assert.equal(other.host.snapshot.localAddress, '10.0.0.2');
  // The peer will not talk about it: ours is used.
  const mute = new Line(own).openLcp();
  mute.request(ipcp, [PEER_ADDRESS]);
  mute.answer(ipcp, CONTROL.configureReject, [option(3, 192, 0, 2, 7)]);
  mute.answer(ipcp, CONTROL.configureAck);
  assert.equal(mute.host.snapshot.localAddress, '192.0.2.7');
  // The peer never agrees to anything: capped, typed, and the next attempt waits.
  const never = new Line(own).openLcp();
  for (let round = 0; round < 40 && never.host.state === 'configuring'; round++) {
    never.answer(ipcp, CONTROL.configureNak, [option(3, 10, 1, 1, round)]);
  }
  never.world.runUntil(() => never.host.state === 'waiting', 5_000);
  assert.equal(never.host.snapshot.reason?.code, 'negotiation-failed');
  assert.ok((never.host.snapshot.nextAttempt ?? 0) > never.world.now);
  assert.ok(never.sent(lcp, CONTROL.terminateRequest).length > 0);
  assert.deepEqual(never.sent(lcp, CONTROL.configureRequest).length, 1);
});
