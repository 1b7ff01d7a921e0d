import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { PppoeError } from '../../src/errors';
import { virtualSegments } from '../../src/link/virtual-segment';
import { AUTOMATON_DEFAULTS } from '../../src/ppp/control-protocol';
import { type Login, PppoeConcentrator } from '../../src/runtime/pppoe-concentrator';
import { PppoeSession } from '../../src/runtime/pppoe-session';
import type { SubscriberPacket, SubscriberStatus } from '../../src/runtime/subscriber-status';
import { encodeIpv4, parseIpv4 } from '../../src/wire/ip';
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
  const downs: SubscriberStatus[] = [];
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
  const up = new Promise<SubscriberStatus>((resolve) => concentrator.once('subscriber-up', resolve));
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

/** An IPv4 packet that the concentrator cannot answer itself. */
function packet(source: string, destination: string, payload = Buffer.from('hello')): Buffer {
  const addresses = { source: parseIpv4(source), destination: parseIpv4(destination) };
  const header = { tos: 0, identification: 1, fragment: 0, ttl: 9, protocol: 17, options: Buffer.alloc(0) };
  return encodeIpv4({ ...header, ...addresses, payload });
}

/** Two sessions that are up at one concentrator. */
async function withTwo(
  name: string,
  use: (parts: { concentrator: PppoeConcentrator; sessions: readonly PppoeSession[] }) => Promise<void>,
): Promise<void> {
  const concentrator = new PppoeConcentrator({ interface: `virtual:${name}`, accounts: ACCOUNTS });
  const sessions = [1, 2].map(() => new PppoeSession({ interface: `virtual:${name}`, ...CREDENTIALS }));
  for (const session of sessions) {
    session.connect();
    await session.connected(5_000);
  }
  await use({ concentrator, sessions });
  await Promise.all(sessions.map((session) => session.close(1_000)));
  await concentrator.close();
}

test('packets wait with their sender until somebody takes them', LIMIT, async () => {
  await withTwo('ac-g', async ({ concentrator, sessions }) => {
    const taken: SubscriberPacket[] = [];
    concentrator.packets.claim((packets) => taken.push(...packets));
    const sent = sessions.map(({ status }) => packet(status.localAddress ?? '', '192.0.2.1'));
    for (const [index, session] of sessions.entries()) session.send([sent[index] as Buffer]);
    await until(() => taken.length === 2);
    for (const [index, session] of sessions.entries()) {
      const { sender, packet: octets } = taken[index] as SubscriberPacket;
      assert.deepEqual(octets, sent[index]);
      const { sessionId, localAddress: address } = session.status;
      assert.deepEqual([sender.sessionId, sender.address, sender.username], [sessionId, address, 'test']);
    }
  });
});

test('send takes packets for several sessions, and sends none when one cannot be sent', LIMIT, async () => {
  await withTwo('ac-h', async ({ concentrator, sessions }) => {
    const [one, two] = sessions.map(({ status }) => ({ id: status.sessionId ?? 0, to: status.localAddress ?? '' }));
    assert.ok(one && two);
    const received: Buffer[] = [];
    for (const session of sessions) session.packets.claim((packets) => received.push(...packets));
    const good = packet('192.0.2.1', one.to);
    for (const [bad, code] of [
      [packet('192.0.2.1', two.to, Buffer.alloc(1_473)), 'too-long'],
      [good.subarray(0, 21), 'malformed'],
      [Buffer.concat([Buffer.of(0x60, 0, 0, 0, 0, 0, 59, 64), Buffer.alloc(32)]), 'not-up'],
    ] as const) {
      const batches = new Map([
        [one.id, [good]],
        [two.id, [bad]],
      ]);
      assert.throws(() => concentrator.send(batches), { code });
    }
    assert.throws(() => concentrator.send(new Map([[one.id ^ two.id, [good]]])), { code: 'not-up' });
    const others = packet('192.0.2.1', two.to);
    concentrator.send(
      new Map([
        [one.id, [good]],
        [two.id, [others]],
      ]),
    );
    await until(() => received.length === 2);
    assert.deepEqual(new Set(received), new Set([good, others]));
  });
});

test('times are text, and a login of another concentrator is none of ours', LIMIT, async () => {
  const options = { interface: 'virtual:ac-i', admission: 'ask', authentication: ['pap'] } as const;
  const concentrator = new PppoeConcentrator(options);
  const session = new PppoeSession({ interface: 'virtual:ac-i', ...CREDENTIALS });
  session.connect();
  const login = await new Promise<Login>((resolve) => concentrator.once('authenticate', resolve));
  const { ticket, subscriber } = login;
  assert.equal(concentrator.admit({ ticket, subscriber: { ...subscriber, key: '00' } }, { accepted: true }), false);
  assert.equal(concentrator.admit(login, { accepted: true, password: 'secret' }), true);
  assert.equal(concentrator.admit(login, { accepted: true, password: 'secret' }), false);
  await session.connected(5_000);
  const since = concentrator.subscribers[0]?.since ?? '';
  assert.match(since, /^\d{4}-\d\d-\d\dT/);
  await session.close(1_000);
  await concentrator.close();
});
