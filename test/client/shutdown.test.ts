import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionStateName } from '../../src/client/session-state';
import { SessionFrameTemplate } from '../../src/pppoe/session-frame';
import { PROTOCOL } from '../../src/wire/ppp';
import { ScriptedAc } from './scripted-ac';
import { Ac, connected, Host } from './stations';
import { World } from './world';

test('disconnect sends Terminate-Request, then PADT once it is acknowledged', () => {
  const world = new World({ delay: 10 });
  const { host, ac } = connected(world);
  const begin = world.now;
  host.close();
  world.runUntil(() => host.state === 'idle');
  assert.deepEqual(world.sentBy('host', begin), ['LCP Terminate-Request', 'PADT']);
  assert.equal(world.now - begin, 20);
  assert.equal(host.snapshot.reason?.code, 'closed');
  world.runFor(10);
  assert.deepEqual(ac.subscribers, []);
  world.runFor(600_000);
  assert.equal(host.state, 'idle');
});

test('disconnect from a mute access concentrator sends PADT after the last Terminate-Request went unanswered', () => {
  const world = new World({ delay: 10 });
  const { host, ac } = connected(world);
  const begin = world.now;
  world.tap = ({ from }) => (from === 'ac' ? 'drop' : undefined);
  host.close();
  world.runUntil(() => host.state === 'idle', 10_000);
  assert.deepEqual(world.sentBy('host', begin), ['LCP Terminate-Request', 'LCP Terminate-Request', 'PADT']);
  world.runFor(10);
  assert.deepEqual(ac.subscribers, []);
});

const STATES: readonly SessionStateName[] = [
  'discovering',
  'requesting',
  'establishing',
  'authenticating',
  'configuring',
  'up',
  'terminating',
  'waiting',
];

/** Brings a host into a state by holding back the frame that would lead out of it. */
const LEADS_OUT: Readonly<Partial<Record<SessionStateName, RegExp>>> = {
  discovering: /^PADO$/,
  requesting: /^PADS$/,
  establishing: /^LCP Configure-Ack$/,
  authenticating: /^CHAP Success$/,
  configuring: /^IPCP Configure-(Nak|Reject)$/,
  terminating: /^LCP Terminate-Ack$/,
};

function hostIn(world: World, state: SessionStateName): { readonly host: Host; readonly ac: Ac } {
  const ac = new Ac(world);
  const held = LEADS_OUT[state];
  world.tap = ({ from, text }) => (from === 'ac' && held?.test(text) ? 400 : undefined);
  const host = new Host(world).open();
  if (state === 'waiting') ac.linkUp = false;
  if (state === 'terminating') {
    world.runUntil(() => host.state === 'up');
    host.act((session, now) => session.reopen(now));
  }
  world.runUntil(() => host.state === state, 60_000, state);
  ac.linkUp = true;
  return { host, ac };
}

for (const state of STATES) {
  for (const wait of [0, 5, 200]) {
    test(`disconnect while ${state}, ${wait} ms after it began, leaves no session at the access concentrator`, () => {
      const world = new World({ delay: 10 });
      const { host, ac } = hostIn(world, state);
      world.runFor(wait);
      host.close();
      world.runUntil(() => host.state === 'idle', 10_000);
      world.runFor(1_000);
      assert.deepEqual(ac.subscribers, []);
      const quietFrom = world.now;
      world.runFor(300_000);
      assert.deepEqual(world.sentBy('host', quietFrom), []);
      assert.equal(host.state, 'idle');
    });

    test(`reconnect while ${state}, ${wait} ms after it began, ends with one session, up`, () => {
      const world = new World({ delay: 10 });
      const { host, ac } = hostIn(world, state);
      world.runFor(wait);
      world.tap = () => undefined;
      host.act((session, now) => session.reopen(now));
      world.runUntil(() => host.state === 'up', 10_000);
      world.runFor(30_000);
      assert.equal(host.state, 'up');
      const { sessionId } = host.snapshot;
      assert.deepEqual(
        ac.subscribers.map((subscriber) => subscriber.sessionId),
        [sessionId],
      );
    });
  }
}

test('a late PADS is answered with PADT after disconnect, with nothing else sent', () => {
  const world = new World({ delay: 10 });
  const ac = new ScriptedAc(world);
  world.tap = ({ text }) => (text === 'PADS' ? 5_000 : undefined);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'requesting');
  host.close();
  const closedAt = world.now + 1;
  world.runFor(20_000);
  assert.deepEqual(world.sentBy('host', closedAt), ['PADT']);
  assert.deepEqual(ac.terminated, [0x101]);
  assert.equal(host.state, 'idle');
});

test('a PADS that is late by a whole attempt is not taken for that of the new one', () => {
  const world = new World({ delay: 10 });
  const ac = new ScriptedAc(world);
  let first = true;
  world.tap = ({ text, frame }) => {
    if (text !== 'PADS' || frame.readUInt16BE(16) !== 0x101 || !first) return undefined;
    first = false;
    return 300;
  };
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'requesting');
  host.act((session, now) => session.reopen(now));
  world.runUntil(() => host.state === 'up');
  world.runFor(60_000);
  assert.equal(host.state, 'up');
  assert.equal(host.snapshot.sessionId, 0x102);
  assert.equal(host.snapshot.counters.connects, 1);
  assert.deepEqual([...ac.connections.keys()], [0x102]);
});

test("the access concentrator's late PADT after ours is no error and no reason to reconnect", () => {
  const world = new World({ delay: 10 });
  const ac = new ScriptedAc(world);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  const id = host.snapshot.sessionId ?? 0;
  host.close();
  world.runUntil(() => host.state === 'idle');
  world.runFor(3_000);
  ac.padt(host.address, id, 'RP-PPPoE: Child pppd process terminated');
  world.runFor(60_000);
  assert.equal(host.state, 'idle');
  assert.equal(host.snapshot.reason?.code, 'closed');
});

test('a Terminate-Request on the session that we have ended is not answered', () => {
  const world = new World({ delay: 10 });
  const ac = new ScriptedAc(world);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  const template = new SessionFrameTemplate(host.address, ac.address, [], host.snapshot.sessionId ?? 0);
  host.close();
  world.runUntil(() => host.state === 'idle');
  const idleAt = world.now + 1;
  world.send(ac, template.frame(PROTOCOL.lcp, Buffer.from('050900086c617465', 'hex')));
  world.runFor(10_000);
  assert.deepEqual(world.sentBy('host', idleAt), []);
});

test('connect during the shutdown begins again once it is over', () => {
  const world = new World({ delay: 10 });
  const { host, ac } = connected(world);
  const first = host.snapshot.sessionId;
  host.close();
  assert.equal(host.state, 'terminating');
  host.open();
  world.runUntil(() => host.state === 'up');
  world.runFor(1_000);
  assert.notEqual(host.snapshot.sessionId, first);
  assert.equal(ac.subscribers.length, 1);
});

test('disconnect during a reconnect wins', () => {
  const world = new World({ delay: 10 });
  const { host, ac } = connected(world);
  host.act((session, now) => session.reopen(now));
  host.close();
  world.runFor(60_000);
  assert.equal(host.state, 'idle');
  assert.deepEqual(ac.subscribers, []);
});

test('connect while connecting or up changes nothing, and disconnect while idle tells nothing', () => {
  const world = new World();
  const { host } = connected(world);
  const before = host.events.length;
  host.open();
  assert.equal(host.state, 'up');
  assert.equal(host.events.length, before);

  const idle = new Host(world, {}, 'idle').close();
  assert.deepEqual(idle.events, []);
  assert.equal(idle.session.deadline, undefined);
});

test('disconnect again does not wait for the answer any longer', () => {
  const world = new World({ delay: 10 });
  const { host, ac } = connected(world);
  const begin = world.now;
  host.close();
  assert.equal(host.state, 'terminating');
  host.close();
  assert.equal(host.state, 'idle');
  assert.deepEqual(world.sentBy('host', begin), ['LCP Terminate-Request', 'PADT']);
  world.runFor(10_000);
  assert.deepEqual(ac.subscribers, []);
  assert.equal(host.state, 'idle');
  assert.equal(host.session.deadline, undefined);
});
