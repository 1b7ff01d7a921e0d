import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECONNECT_DEFAULTS } from '../../src/client/reconnect';
import { Ac, connected, Host } from './stations';
import { World } from './world';

test('while the link is down nothing is sent or planned; when it is up again the attempt begins at once', () => {
  const world = new World({ delay: 10 });
  const { host } = connected(world);
  const sentBefore = world.sentBy('host').length;
  host.unplug();
  assert.equal(host.state, 'waiting');
  assert.deepEqual(host.snapshot.reason, { code: 'link-down', text: 'The cable is out' });
  assert.equal(host.snapshot.nextAttempt, undefined);
  assert.equal(host.session.deadline, undefined);
  world.runFor(3_600_000);
  assert.equal(world.sentBy('host').length, sentBefore);
  host.plug();
  assert.equal(host.state, 'discovering');
  assert.equal(world.log.at(-1)?.at, world.now);
  assert.equal(world.log.at(-1)?.text, 'PADI');
  world.runUntil(() => host.state === 'up');
});

test('connect while the link is down waits for it', () => {
  const world = new World({ delay: 10 });
  new Ac(world);
  const host = new Host(world);
  host.unplug();
  assert.equal(host.state, 'idle');
  host.open();
  assert.equal(host.state, 'waiting');
  assert.equal(host.snapshot.reason?.code, 'link-down');
  world.runFor(60_000);
  assert.deepEqual(world.log, []);
  host.plug();
  world.runUntil(() => host.state === 'up');
});

test('a pause that began before the link went down ends when it is up', () => {
  const world = new World({ delay: 10 });
  new Ac(world);
  const host = new Host(world, { password: 'wrong' }).open();
  world.runUntil(() => host.state === 'waiting');
  host.unplug();
  assert.equal(host.snapshot.nextAttempt, undefined);
  host.plug();
  assert.equal(host.state, 'discovering');
});

test('a link that comes up while there is no pause, or twice, changes nothing', () => {
  const world = new World({ delay: 10 });
  const { host } = connected(world);
  const before = host.events.length;
  host.plug();
  assert.equal(host.state, 'up');
  assert.equal(host.events.length, before);
  host.close();
  world.runUntil(() => host.state === 'idle');
  host.unplug();
  host.plug();
  assert.equal(host.state, 'idle');
});

for (const state of ['discovering', 'requesting', 'establishing', 'authenticating', 'configuring'] as const) {
  test(`a link that goes down while ${state} is told, and the way back is taken`, () => {
    const world = new World({ delay: 10 });
    new Ac(world);
    const host = new Host(world).open();
    world.runUntil(() => host.state === state, 10_000, state);
    host.unplug();
    assert.equal(host.state, 'waiting');
    assert.equal(host.snapshot.reason?.code, 'link-down');
    world.runFor(5_000);
    host.plug();
    world.runUntil(() => host.state === 'up', 10_000);
  });
}

test('a link that goes down during a disconnect leaves the session idle', () => {
  const world = new World({ delay: 10 });
  const { host } = connected(world);
  host.close();
  assert.equal(host.state, 'terminating');
  host.unplug();
  assert.equal(host.state, 'idle');
  host.plug();
  world.runFor(60_000);
  assert.equal(host.state, 'idle');
});

test('a link that goes down during a reconnect leaves the session waiting for it', () => {
  const world = new World({ delay: 10 });
  const { host } = connected(world);
  host.act((session, now) => session.reopen(now));
  assert.equal(host.state, 'terminating');
  host.unplug();
  assert.equal(host.state, 'waiting');
  host.plug();
  world.runUntil(() => host.state === 'up', 10_000);
});

test('an offer for a discovery that the link ended is not taken any more', () => {
  const world = new World({ delay: 10 });
  new Ac(world);
  world.tap = ({ text }) => (text === 'PADO' ? 1_000 : undefined);
  const host = new Host(world, { reconnect: { ...RECONNECT_DEFAULTS, enabled: false } }).open();
  world.runFor(100);
  host.unplug();
  assert.equal(host.state, 'idle');
  host.plug();
  world.runFor(60_000);
  assert.deepEqual(host.states, ['discovering', 'idle']);
  assert.deepEqual(world.sentBy('host'), ['PADI']);
});
