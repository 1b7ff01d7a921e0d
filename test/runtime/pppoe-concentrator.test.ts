import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Subscriber } from '../../src/concentrator/line';
import { PppoeError } from '../../src/errors';
import { virtualSegments } from '../../src/link/virtual-segment';
import { AUTOMATON_DEFAULTS } from '../../src/ppp/control-protocol';
import { PppoeConcentrator } from '../../src/runtime/pppoe-concentrator';
import { PppoeSession } from '../../src/runtime/pppoe-session';
import { FakeClock, turns, until } from './fake-clock';

const LIMIT = { timeout: 20_000 };
const ACCOUNTS = [{ username: 'test', password: 'secret' }];
const CREDENTIALS = { username: 'test', password: 'secret' };

after(() => assert.deepEqual(virtualSegments(), []));

test('close ends every session in order before it lets go of the interface', LIMIT, async () => {
  const concentrator = new PppoeConcentrator({ interface: 'virtual:ac-a', accounts: ACCOUNTS });
  const sessions = [1, 2, 3].map(() => new PppoeSession({ interface: 'virtual:ac-a', ...CREDENTIALS }));
  for (const session of sessions) session.connect();
  await Promise.all(sessions.map((session) => session.connected(5_000)));
  const downs: Subscriber[] = [];
  concentrator.on('subscriber-down', (subscriber) => downs.push(subscriber));
  await concentrator.close();
  assert.equal(downs.length, 3);
  assert.deepEqual(concentrator.subscribers, []);
  await until(() => sessions.every(({ state }) => state === 'waiting'));
  for (const session of sessions) assert.equal(session.status.reason?.code, 'peer-terminated');
  await Promise.all(sessions.map((session) => session.close(100)));
});

test('close without sessions, and twice, is done at once', LIMIT, async () => {
  const concentrator = new PppoeConcentrator({ interface: 'virtual:ac-b' });
  await concentrator.close();
  await concentrator.close();
  assert.deepEqual(virtualSegments(), []);
});

test('close with mute hosts is over after a second, and they get a PADT', LIMIT, async () => {
  const clock = new FakeClock();
  // So slow that its Terminate-Request is not even repeated in that second.
  const automaton = { ...AUTOMATON_DEFAULTS, restartTimer: 2_000 };
  const concentrator = new PppoeConcentrator({ interface: 'virtual:ac-c', accounts: ACCOUNTS, automaton }, clock);
  const session = new PppoeSession({ interface: 'virtual:ac-c', ...CREDENTIALS }, clock);
  session.connect();
  await until(() => session.state === 'up');
  const reasons: string[] = [];
  concentrator.on('subscriber-down', (_subscriber, { code }) => reasons.push(code));
  const progress: string[] = [];
  session.on('progress', (text) => progress.push(text));
  const closing = concentrator.close();
  // All that time passes before any frame is delivered.
  clock.advance(999);
  assert.deepEqual(reasons, []);
  clock.advance(1);
  await closing;
  assert.deepEqual(reasons, ['closed']);
  await until(() => session.state === 'waiting');
  assert.ok(progress.includes('Got PADT'));
  await session.close(0);
});

test('subscribers are told when they come and go, and can be disconnected', LIMIT, async () => {
  const concentrator = new PppoeConcentrator({ interface: 'virtual:ac-d', accounts: ACCOUNTS });
  const session = new PppoeSession({ interface: 'virtual:ac-d', ...CREDENTIALS });
  const up = new Promise<Subscriber>((resolve) => concentrator.once('subscriber-up', resolve));
  session.connect();
  const subscriber = await up;
  assert.deepEqual([subscriber.username, subscriber.address], ['test', '10.64.0.2']);
  await until(() => session.state === 'up');
  assert.equal(concentrator.disconnect(subscriber.sessionId), true);
  await until(() => session.state === 'waiting');
  assert.ok(concentrator.counters.link.sent > 5);
  assert.equal(concentrator.counters.sessions, 1);
  await session.close(0);
  await concentrator.close();
});

test('an interface that is not there is a typed error from the constructor', () => {
  assert.throws(
    () => new PppoeConcentrator({ interface: 'no-such-if0' }),
    (error) => error instanceof PppoeError && ['no-interface', 'no-native'].includes(error.code),
  );
});

test('two concentrators on one segment both serve', LIMIT, async () => {
  const make = (acName: string) => new PppoeConcentrator({ interface: 'virtual:ac-e', acName, accounts: ACCOUNTS });
  const concentrators = [make('one'), make('two')];
  for (const acName of ['one', 'two', 'one']) {
    const session = new PppoeSession({ interface: 'virtual:ac-e', ...CREDENTIALS, acName });
    session.connect();
    assert.equal((await session.connected(3_000)).acName, acName);
    await session.close(1_000);
  }
  await Promise.all(concentrators.map((concentrator) => concentrator.close()));
});

test('200 sessions in one process come up, close, and leave nothing behind', LIMIT, async () => {
  const name = 'virtual:ac-f';
  const limits = { maxSessions: 200, maxSessionsPerHost: 200 };
  const concentrator = new PppoeConcentrator({ interface: name, accounts: ACCOUNTS, ...limits });
  const sessions = Array.from({ length: 200 }, () => new PppoeSession({ interface: name, ...CREDENTIALS }));
  for (const session of sessions) session.connect();
  const statuses = await Promise.all(sessions.map((session) => session.connected(10_000)));
  assert.equal(new Set(statuses.map(({ localAddress }) => localAddress)).size, 200);
  assert.equal(concentrator.subscribers.length, 200);
  await Promise.all(sessions.map((session) => session.close(5_000)));
  await until(() => concentrator.subscribers.length === 0);
  for (const session of sessions) assert.equal(session.listenerCount('state'), 0);
  await concentrator.close();
  await turns();
  assert.deepEqual(virtualSegments(), []);
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout');
  assert.ok(timers.length <= 2, `${timers.length} timers`);
});
