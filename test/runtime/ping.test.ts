import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { PingOutcome } from '../../src/client/ping';
import { virtualSegments } from '../../src/link/virtual-segment';
import { gatewayOf, ping } from '../../src/runtime/ping';
import { PppoeConcentrator } from '../../src/runtime/pppoe-concentrator';
import { PppoeSession } from '../../src/runtime/pppoe-session';
import { ping as echoRequest } from '../client/packets';
import { FakeClock, turns, until } from './fake-clock';

const LIMIT = { timeout: 10_000 };

after(() => assert.deepEqual(virtualSegments(), []));

/** A session that is up on a segment of its own, in real time; pings have a clock that the test moves. */
async function withSession(
  name: string,
  run: (session: PppoeSession, clock: FakeClock) => Promise<void>,
): Promise<void> {
  const concentrator = new PppoeConcentrator({ interface: `virtual:${name}`, authentication: [] });
  const session = new PppoeSession({ interface: `virtual:${name}`, username: 'test' });
  session.connect();
  try {
    await session.connected(5_000);
    await run(session, new FakeClock());
  } finally {
    await session.close(2_000);
    await concentrator.close();
  }
}

test('a ping goes to the gateway when it is told no destination, and gives its statistics', LIMIT, () =>
  withSession('ping-a', async (session, clock) => {
    const outcomes: PingOutcome[] = [];
    const statistics = ping(session, { count: 3, outcome: (outcome) => outcomes.push(outcome) }, clock);
    for (let number = 1; number <= 3; number++) {
      await until(() => outcomes.length === number);
      clock.advance(1_000);
    }
    const { sent, received, loss, avg } = await statistics;
    assert.deepEqual([sent, received, loss, avg], [3, 3, 0, 0]);
    const [first] = outcomes;
    assert.ok(first?.type === 'reply');
    assert.equal(first.from, gatewayOf(session.status));
    assert.deepEqual(clock.armed, [], 'no timer is left');
  }),
);

test('consumers of packets get theirs while pings run, replies included', LIMIT, () =>
  withSession('ping-b', async (session, clock) => {
    let taken = 0;
    session.packets.claim((packets) => {
      taken += packets.length;
    });
    const done = ping(session, { count: 1 }, clock);
    session.send([echoRequest('10.64.0.2', '10.64.0.1'), echoRequest('10.64.0.2', '10.64.0.1')]);
    assert.equal((await done).received, 1);
    await until(() => taken === 3);
  }),
);

test('pings at the same time are told apart, and those to nowhere time out', LIMIT, () =>
  withSession('ping-c', async (session, clock) => {
    const results = [undefined, '10.64.0.1', '192.0.2.1'].map((destination) =>
      ping(session, { count: 2, interval: 50, timeout: 40, ...(destination ? { destination } : {}) }, clock),
    );
    await turns();
    clock.advance(50);
    await turns();
    clock.advance(50);
    const statistics = await Promise.all(results);
    assert.deepEqual(
      statistics.map(({ received, timeouts, duplicates }) => [received, timeouts, duplicates]),
      [
        [2, 0, 0],
        [2, 0, 0],
        [0, 2, 0],
      ],
    );
  }),
);

test('a ping ends when it is told to, with what it has counted', LIMIT, () =>
  withSession('ping-d', async (session, clock) => {
    const early = new AbortController();
    let answered = 0;
    const outcome = () => {
      answered += 1;
    };
    const statistics = ping(session, { count: 0, signal: early.signal, outcome }, clock);
    await until(() => answered === 1);
    early.abort();
    const { sent, received } = await statistics;
    assert.deepEqual([sent, received, clock.armed], [1, 1, []]);
    assert.equal((await ping(session, { signal: early.signal }, clock)).sent, 0);
  }),
);

test('while the session is not up every request fails with not-up, and the next one is tried', LIMIT, async () => {
  const session = new PppoeSession({ interface: 'virtual:ping-e' });
  const clock = new FakeClock();
  for (const destination of ['', '192.0.2.1', '2001:db8::1']) {
    const codes: string[] = [];
    const outcome = (told: PingOutcome) => codes.push(told.type === 'failed' ? told.failure.code : told.type);
    const statistics = ping(session, { destination, count: 2, outcome }, clock);
    clock.advance(1_000);
    assert.deepEqual([(await statistics).errors, codes], [2, ['not-up', 'not-up']]);
  }
  await session.close(1);
});

test('a packet longer than the MTU fails with too-long', LIMIT, () =>
  withSession('ping-f', async (session, clock) => {
    const told: PingOutcome[] = [];
    await ping(session, { size: 1_465, count: 1, outcome: (outcome) => told.push(outcome) }, clock);
    const [outcome] = told;
    assert.ok(outcome?.type === 'failed');
    assert.equal(outcome.failure.code, 'too-long');
    assert.equal((await ping(session, { size: 1_464, count: 1 }, clock)).received, 1);
  }),
);

test('impossible options are refused', LIMIT, async () => {
  const session = new PppoeSession({ interface: 'virtual:ping-g' });
  for (const wrong of [
    { destination: 'example.org' },
    { destination: 'fe80::1%eth0' },
    { count: -1 },
    { count: 1.5 },
    { interval: 1 },
    { timeout: 0 },
    { size: 65_508 },
    { ttl: 0 },
  ]) {
    await assert.rejects(ping(session, wrong), RangeError);
  }
  await session.close(1);
});
