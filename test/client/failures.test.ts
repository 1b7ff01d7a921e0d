import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RECONNECT_DEFAULTS } from '../../src/client/reconnect';
import type { SessionSettings } from '../../src/client/settings';
import { encodePadt } from '../../src/pppoe/host-discovery';
import { ScriptedAc } from './scripted-ac';
import { Ac, connected, Host } from './stations';
import { World } from './world';

/** The lengths of the pauses that a host takes during this time, in ms. */
function pauses(world: World, host: Host, count: number): number[] {
  const lengths: number[] = [];
  host.onEvent = (event) => {
    if (event.type === 'state' && event.state === 'waiting') {
      lengths.push((host.snapshot.nextAttempt ?? Number.NaN) - world.now);
    }
  };
  host.open();
  world.runUntil(() => lengths.length === count, 10 * 3_600_000, `${count} pauses`);
  return lengths;
}

/** Asserts that each pause is within ±20 % of what it should be, and that not all are exactly that. */
function assertJittered(lengths: readonly number[], expected: readonly number[]): void {
  assert.equal(lengths.length, expected.length);
  lengths.forEach((length, index) => {
    const ratio = length / (expected[index] ?? 0);
    assert.ok(ratio >= 0.8 && ratio <= 1.2, `pause ${index + 1} is ${length} ms, not about ${expected[index]}`);
  });
  assert.ok(lengths.some((length, index) => length !== expected[index]));
}

for (const method of ['ms-chap-v2', 'chap-md5', 'pap'] as const) {
  test(`a wrong password with ${method} is typed, with the access concentrator's text`, () => {
    const world = new World({ delay: 10 });
    const ac = new Ac(world, { authentication: [method] });
    const host = new Host(world, { password: 'wrong' }).open();
    world.runUntil(() => host.state === 'waiting');
    assert.deepEqual(
      host.snapshot.reason,
      method === 'ms-chap-v2'
        ? {
            code: 'authentication-failed',
            text: 'Wrong user name or password: Login incorrect',
            detail: 'wrong-credentials',
          }
        : { code: 'authentication-failed', text: 'Login incorrect' },
    );
    assert.ok(!host.states.includes('up'));
    world.runFor(20);
    assert.deepEqual(ac.subscribers, []);
    assert.equal(ac.departures[0]?.code, 'authentication-failed');
  });
}

test('after a wrong password pauses are long, double up to a maximum, and vary by a fifth', () => {
  const world = new World({ delay: 1 });
  new Ac(world);
  const lengths = pauses(world, new Host(world, { password: 'wrong' }), 7);
  assertJittered(lengths, [30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000]);
});

test('after no offer pauses begin short, double up to a maximum, and vary by a fifth', () => {
  const world = new World();
  const lengths = pauses(world, new Host(world), 7);
  assertJittered(lengths, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

test('the pauses of many hosts spread over the whole of that fifth', () => {
  const world = new World();
  world.keepLog = false;
  const lengths = Array.from(
    { length: 200 },
    () => pauses(world, new Host(world, { discoveryAttempts: 1 }), 1)[0] ?? 0,
  );
  assertJittered(
    lengths,
    lengths.map(() => 2_000),
  );
  assert.ok(
    Math.min(...lengths) < 1_650 && Math.max(...lengths) > 2_350,
    `${Math.min(...lengths)} to ${Math.max(...lengths)}`,
  );
});

test('a lost session that was up for long is tried again after the shortest pause', () => {
  const world = new World({ delay: 1 });
  const { host, ac } = connected(world);
  for (let round = 0; round < 4; round++) {
    world.runFor(RECONNECT_DEFAULTS.stableAfter);
    ac.act((concentrator, now) => concentrator.close(now));
    world.runUntil(() => host.state === 'waiting');
    const pause = (host.snapshot.nextAttempt ?? 0) - world.now;
    assert.ok(pause <= 1_200, `pause ${pause}`);
    world.runUntil(() => host.state === 'up');
  }
});

test('a session that is lost again as soon as it is up waits longer each time', () => {
  const world = new World({ delay: 1 });
  const { host, ac } = connected(world);
  const lengths: number[] = [];
  for (let round = 0; round < 5; round++) {
    ac.act((concentrator, now) => concentrator.close(now));
    world.runUntil(() => host.state === 'waiting');
    lengths.push((host.snapshot.nextAttempt ?? 0) - world.now);
    world.runUntil(() => host.state === 'up');
  }
  assertJittered(lengths, [1_000, 2_000, 4_000, 8_000, 16_000]);
});

test("a Terminate-Request of the peer's ends the session, typed, and the way back is taken", () => {
  const world = new World({ delay: 10 });
  const { host, ac } = connected(world);
  const begin = world.now;
  ac.act((concentrator, now) => concentrator.close(now));
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'peer-terminated');
  assert.ok(world.sentBy('host', begin).includes('LCP Terminate-Ack'));
  assert.ok(world.now - begin < 1_000);
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.counters.connects, 2);
  assert.equal(host.snapshot.reason, undefined);
  assert.equal(ac.subscribers.length, 1);
});

test('a PADT alone ends the session at once, with its text, and nothing more is sent on it', () => {
  const world = new World({ delay: 10 });
  const ac = new ScriptedAc(world);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  const begin = world.now;
  ac.padt(host.address, host.snapshot.sessionId ?? 0, 'Session limit reached');
  world.runFor(10);
  assert.equal(host.state, 'waiting');
  assert.deepEqual(host.snapshot.reason, {
    code: 'peer-terminated',
    text: 'The peer ended the session: Session limit reached',
  });
  assert.deepEqual(world.sentBy('host', begin), []);
  world.runUntil(() => host.state === 'up');
});

for (const mode of ['adaptive', 'fixed'] as const) {
  test(`a peer that vanishes is missed by the ${mode} keepalive, and the session tells so and comes back`, () => {
    const world = new World({ delay: 10 });
    const { host, ac } = connected(world, { keepalive: { mode, interval: 1_000, failures: 3 } });
    ac.linkUp = false;
    const begin = world.now;
    world.runUntil(() => host.state === 'waiting', 60_000);
    assert.equal(host.snapshot.reason?.code, 'no-reply');
    // Three Echo-Requests an interval apart and one interval for the last, then Terminate-Requests and PADT.
    assert.ok(world.now - begin <= 7_000, `took ${world.now - begin} ms`);
    assert.equal(world.sentBy('host', begin).filter((text) => text === 'LCP Echo-Request').length, 3);
    assert.equal(world.sentBy('host', begin).at(-1), 'PADT');
    ac.linkUp = true;
    world.runUntil(() => host.state === 'up');
  });
}

test('without a keepalive a peer that vanishes is not missed', () => {
  const world = new World();
  const { host, ac } = connected(world, { keepalive: { mode: 'off', interval: 1_000, failures: 3 } });
  ac.linkUp = false;
  world.runFor(3_600_000);
  assert.equal(host.state, 'up');
});

test('a peer that answers Echo-Requests is kept for a day, and its round trip known', () => {
  const world = new World({ delay: 15 });
  const { host, ac } = connected(world, { keepalive: { mode: 'fixed', interval: 20_000, failures: 3 } });
  world.keepLog = false;
  world.runFor(86_400_000);
  assert.equal(host.state, 'up');
  assert.equal(host.snapshot.roundTrip, 30);
  assert.equal(host.snapshot.counters.connects, 1);
  assert.equal(ac.subscribers.length, 1);
});

test('a peer that loses its session says so by silence, and a new one is negotiated', () => {
  const world = new World();
  const { host, ac } = connected(world);
  // It forgets without a word, as after a reboot.
  world.tap = ({ from }) => (from === 'ac' ? 'drop' : undefined);
  ac.act((concentrator, now) => concentrator.close(now));
  world.runFor(5_000);
  world.tap = ({ from, text }) => (from === 'ac' && text === 'PADT' ? 'drop' : undefined);
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'no-reply');
  world.runUntil(() => host.state === 'up');
});

test('a peer that has lost its session answers its frames with PADT, and a new one is negotiated', () => {
  const world = new World();
  const { host, ac } = connected(world);
  world.tap = ({ from }) => (from === 'ac' ? 'drop' : undefined);
  ac.act((concentrator, now) => concentrator.close(now));
  world.runFor(5_000);
  world.tap = () => undefined;
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'peer-terminated');
  world.runUntil(() => host.state === 'up');
});

test('a PADT from a foreign address or for another session is ignored and counted', () => {
  const world = new World();
  const { host, ac } = connected(world);
  const id = host.snapshot.sessionId ?? 0;
  const stranger = world.freshAddress();
  const other = id === 1 ? 2 : 1;
  const strays = host.demultiplexer.counters.unclaimed;
  host.receive(encodePadt(stranger, host.address, [], id), world.now);
  host.receive(encodePadt(ac.address, host.address, [], other), world.now);
  assert.equal(host.state, 'up');
  assert.equal(host.demultiplexer.counters.unclaimed, strays + 2);

  // The engine itself relies on nobody for this.
  const ignored = host.snapshot.counters.ignored;
  const common = { destination: host.address, vlan: [], code: 0xa7, tags: [] };
  const handle = (source: Buffer, sessionId: number) =>
    host.session.handle({ type: 'discovery', packet: { ...common, source, sessionId } }, world.now);
  handle(stranger, id);
  handle(ac.address, other);
  assert.equal(host.state, 'up');
  assert.equal(host.snapshot.counters.ignored, ignored + 2);
  handle(ac.address, id);
  assert.equal(host.state, 'waiting');
});

test('an LCP that the access concentrator negotiates anew comes up again without discovery', () => {
  const world = new World({ delay: 10 });
  const ac = new ScriptedAc(world);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  const id = host.snapshot.sessionId ?? 0;
  const begin = world.now;
  const seen = host.events.length;
  ac.startPpp(host.address, id);
  world.runUntil(() => host.state !== 'up');
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.sessionId, id);
  assert.equal(host.snapshot.counters.connects, 2);
  const states = host.events.slice(seen).flatMap((event) => (event.type === 'state' ? [event.state] : []));
  assert.deepEqual(states, ['establishing', 'authenticating', 'configuring', 'up']);
  assert.ok(!world.sentBy('host', begin).some((text) => text.startsWith('PAD')));
  assert.equal(ac.connections.get(id)?.phase, 'open');
});

test('an IPCP whose requests are never answered ends the session, typed, at both ends', () => {
  const world = new World({ delay: 10 });
  const ac = new ScriptedAc(world, { ppp: { lcp: { mru: 1492, allowed: [], required: [] } } });
  world.tap = ({ from, text }) => (from === 'host' && text.startsWith('IPCP') ? 'drop' : undefined);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'no-reply');
  assert.equal(ac.connections.size, 0);
});

const DISABLED: Partial<SessionSettings> = { reconnect: { ...RECONNECT_DEFAULTS, enabled: false } };

test('without reconnect a session that ends is idle, with the reason', () => {
  const world = new World({ delay: 10 });
  const { host, ac } = connected(world, DISABLED);
  ac.act((concentrator, now) => concentrator.close(now));
  world.runUntil(() => host.state === 'idle');
  assert.equal(host.snapshot.reason?.code, 'peer-terminated');
  world.runFor(3_600_000);
  assert.equal(host.state, 'idle');
  assert.equal(host.session.deadline, undefined);
  host.open();
  world.runUntil(() => host.state === 'up');
});

test('without reconnect a refused authentication, no offer and a lost link are idle with their reasons', () => {
  const world = new World({ delay: 10 });
  const lonely = new Host(world, DISABLED, 'lonely').open();
  world.runUntil(() => lonely.state === 'idle');
  assert.equal(lonely.snapshot.reason?.code, 'no-offer');

  new Ac(world);
  const wrong = new Host(world, { ...DISABLED, password: 'wrong' }, 'wrong').open();
  world.runUntil(() => wrong.state === 'idle');
  assert.equal(wrong.snapshot.reason?.code, 'authentication-failed');

  const cut = new Host(world, DISABLED, 'cut').open();
  world.runUntil(() => cut.state === 'up');
  cut.unplug();
  assert.equal(cut.state, 'idle');
  assert.equal(cut.snapshot.reason?.code, 'link-down');
});
