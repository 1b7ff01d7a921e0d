import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { RECONNECT_DEFAULTS } from '../../src/client/reconnect';
import type { SessionStateName } from '../../src/client/session-state';
import { PppoeError } from '../../src/errors';
import { listInterfaces } from '../../src/link/interfaces';
import { nativeFile } from '../../src/link/native';
import { virtualSegments } from '../../src/link/virtual-segment';
import { PppoeConcentrator } from '../../src/runtime/pppoe-concentrator';
import { PppoeSession, type PppoeSessionOptions } from '../../src/runtime/pppoe-session';
import { decodeIcmpEcho } from '../../src/wire/icmp';
import { decodeIpv4 } from '../../src/wire/ip';
import { packet, ping } from '../client/packets';
import { FakeClock, turns, until } from './fake-clock';

const LIMIT = { timeout: 10_000 };
/** For tests that ask for an interface of this machine. */
const NATIVE = { ...LIMIT, skip: nativeFile() ? false : 'the packet socket add-on is not built' };
const ACCOUNTS = [{ username: 'test', password: 'secret' }];
const CREDENTIALS = { username: 'test', password: 'secret' };

after(() => assert.deepEqual(virtualSegments(), []));

/** Runs a script of this directory without privileges, also when the tests have them. */
function asNobody(script: string, ...parameters: string[]): Promise<{ stdout: string }> {
  const identity = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const command = ['--import', 'tsx', join(__dirname, script), ...parameters];
  return promisify(execFile)(process.execPath, command, {
    ...identity,
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  });
}

async function withConcentrator(
  name: string,
  run: (concentrator: PppoeConcentrator, session: PppoeSession) => Promise<void>,
  options: Partial<PppoeSessionOptions> = {},
): Promise<void> {
  const concentrator = new PppoeConcentrator({ interface: `virtual:${name}`, accounts: ACCOUNTS });
  const session = new PppoeSession({ interface: `virtual:${name}`, ...CREDENTIALS, ...options });
  try {
    await run(concentrator, session);
  } finally {
    await session.close(2_000);
    await concentrator.close();
  }
  assert.ok(!virtualSegments().includes(name), 'the segment is still there');
}

const code = (expected: string) => (error: unknown) => error instanceof PppoeError && error.code === expected;

test('connect, pass packets, disconnect', LIMIT, async () => {
  await withConcentrator('session-a', async (concentrator, session) => {
    const states: SessionStateName[] = [];
    session.on('state', (state) => states.push(state));
    assert.equal(session.state, 'idle');
    session.connect();
    const status = await session.connected(5_000);
    assert.equal(session.state, 'up');
    assert.deepEqual(states, ['discovering', 'requesting', 'establishing', 'authenticating', 'configuring', 'up']);
    assert.equal(status.localAddress, '10.64.0.2');
    assert.equal(status.interface, 'virtual:session-a');
    assert.ok(Math.abs(Date.parse(status.since ?? '') - Date.now()) < 5_000);
    assert.ok((status.link?.sent ?? 0) > 5);

    const received: Buffer[] = [];
    session.packets.claim((packets) => received.push(...packets));
    session.send([ping('10.64.0.2', '10.64.0.1')]);
    await until(() => received.length === 1);
    assert.equal(decodeIcmpEcho(decodeIpv4(received[0] ?? Buffer.alloc(0)).payload).type, 0);

    const outside: Buffer[] = [];
    concentrator.packets.claim((packets) => outside.push(...packets.map(({ packet: octets }) => octets)));
    const sent = [packet('10.64.0.2', '192.0.2.1'), packet('10.64.0.2', '192.0.2.2')];
    session.send(sent);
    await until(() => outside.length === sent.length);
    assert.deepEqual(outside, sent);

    const gone = new Promise((resolve) => concentrator.once('subscriber-down', (_subscriber, why) => resolve(why)));
    session.disconnect();
    assert.equal((await session.disconnected(5_000)).reason?.code, 'closed');
    assert.equal(((await gone) as { code: string }).code, 'peer-terminated');
    assert.throws(() => session.send(sent), code('not-up'));
  });
});

test('reconnect comes back with a new session; events carry the status', LIMIT, async () => {
  await withConcentrator('session-b', async (concentrator, session) => {
    session.reconnect();
    const first = await session.connected(5_000);
    session.reconnect();
    assert.equal(session.state, 'terminating');
    const second = await session.connected(5_000);
    assert.notEqual(second.sessionId, first.sessionId);
    assert.equal(second.counters.connects, 2);
    await until(() => concentrator.subscribers.length === 1);
  });
});

test('a state is told with the status that it began with, even when it is over by then', LIMIT, async () => {
  await withConcentrator('session-b2', async (_concentrator, session) => {
    const told: string[] = [];
    session.on('state', (state, { state: ofStatus, mru, localAddress }) => {
      told.push(state === 'up' ? `up as ${ofStatus}: ${mru}, ${localAddress}` : `${state} as ${ofStatus}`);
    });
    // Told before `up` is, and after the session has become so.
    session.on('progress', (text) => text.startsWith('IPCP is open') && session.disconnect());
    session.connect();
    await assert.doesNotReject(session.connected(5_000));
    await session.disconnected(5_000);
    assert.deepEqual(told.slice(-4), [
      'configuring as configuring',
      'up as up: 1492, 10.64.0.2',
      'terminating as terminating',
      'idle as idle',
    ]);
  });
});

test('connected rejects with the code of what went wrong', LIMIT, async () => {
  await withConcentrator(
    'session-c',
    async (_concentrator, session) => {
      session.connect();
      await assert.rejects(session.connected(5_000), { code: 'authentication-failed', detail: 'wrong-credentials' });
      assert.equal(session.state, 'waiting');
      assert.ok(session.status.nextAttempt);
    },
    { password: 'wrong' },
  );
});

test('connected rejects when it is disconnected meanwhile', LIMIT, async () => {
  const session = new PppoeSession({ interface: 'virtual:session-d' });
  session.connect();
  const outcome = assert.rejects(session.connected(5_000), code('closed'));
  session.disconnect();
  await outcome;
  await session.close(0);
});

test('waiting ends with a time-out, and leaves neither listener nor timer', LIMIT, async () => {
  const clock = new FakeClock();
  const session = new PppoeSession({ interface: 'virtual:session-e' }, clock);
  session.connect();
  const armed = clock.armed.length;
  const outcome = assert.rejects(session.connected(500), code('timeout'));
  clock.advance(500);
  await outcome;
  assert.equal(session.listenerCount('state'), 0);
  assert.equal(clock.armed.length, armed);
  await session.close(0);
  assert.deepEqual(clock.armed, []);
});

test('a listener may disconnect and connect from within an event', LIMIT, async () => {
  await withConcentrator('session-f', async (_concentrator, session) => {
    const states: SessionStateName[] = [];
    session.on('state', (state) => {
      states.push(state);
      if (state === 'up' && states.length < 8) session.reconnect();
    });
    session.connect();
    await until(() => states.filter((state) => state === 'up').length === 2);
    const attempt = ['discovering', 'requesting', 'establishing', 'authenticating', 'configuring', 'up'];
    assert.deepEqual(states, [...attempt, 'terminating', ...attempt]);
  });
});

test('a missing interface is told, with those that there are, and looked for again', NATIVE, async () => {
  const clock = new FakeClock();
  const session = new PppoeSession({ interface: 'no-such-if0' }, clock);
  const told: unknown[] = [];
  session.on('state', (state, status) => told.push([state, status.reason?.code]));
  session.connect();
  assert.deepEqual(told, [], 'nobody could listen yet');
  await turns(1);
  assert.deepEqual(told, [['waiting', 'no-interface']]);
  const { reason } = session.status;
  for (const { name } of listInterfaces()) assert.ok(reason?.text.includes(name), reason?.text);
  assert.match(reason?.text ?? '', /no-such-if0/);
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 8; attempt++) {
    const [next = Number.NaN] = clock.armed;
    pauses.push(next - clock.now());
    clock.advance(next - clock.now());
    await turns(1);
  }
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  assert.equal(told.length, 9);
  session.disconnect();
  await turns(1);
  assert.equal(session.state, 'idle');
  assert.equal(session.status.reason?.code, 'closed');
  assert.deepEqual(clock.armed, []);
  await session.close(0);
});

test('a missing interface with connected is a rejection', NATIVE, async () => {
  const session = new PppoeSession({ interface: 'no-such-if0' }, new FakeClock());
  session.connect();
  await assert.rejects(session.connected(1_000), code('no-interface'));
  assert.throws(() => session.send([]), code('not-up'));
  await session.close(0);
});

test('without reconnect a missing interface is looked for once', NATIVE, async () => {
  const clock = new FakeClock();
  const reconnect = { ...RECONNECT_DEFAULTS, enabled: false };
  const session = new PppoeSession({ interface: 'no-such-if0', reconnect }, clock);
  session.connect();
  await assert.rejects(session.connected(1_000), code('no-interface'));
  assert.equal(session.state, 'idle');
  assert.deepEqual(clock.armed, []);
});

test('without the right to open raw sockets a session is idle and says what gives it', NATIVE, async (t) => {
  const [first] = listInterfaces();
  if (!first) return t.skip('there is no Ethernet interface here');
  const { stdout } = await asNobody('unprivileged.ts', first.name);
  const told = JSON.parse(stdout) as { state: string; code: string; text: string; armed: number };
  assert.deepEqual([told.state, told.code, told.armed], ['idle', 'permission', 0]);
  assert.match(told.text, /CAP_NET_RAW/);
});

test('connect during the search looks at once and keeps one search going', NATIVE, async () => {
  const clock = new FakeClock();
  const session = new PppoeSession({ interface: 'no-such-if0' }, clock);
  session.connect();
  session.connect();
  session.reconnect();
  assert.equal(clock.armed.length, 1);
  await session.close(0);
  assert.deepEqual(clock.armed, []);
});

test('a session that was closed for good does not connect, and closes twice', LIMIT, async () => {
  const session = new PppoeSession({ interface: 'virtual:session-g' });
  await session.close(0);
  await session.close(0);
  assert.throws(() => session.connect(), code('closed'));
  assert.throws(() => session.reconnect(), code('closed'));
  assert.deepEqual(virtualSegments(), []);
});

test('close when the access concentrator is mute ends in time, with a PADT', LIMIT, async () => {
  const clock = new FakeClock();
  const concentrator = new PppoeConcentrator({ interface: 'virtual:session-h', accounts: ACCOUNTS }, clock);
  const session = new PppoeSession({ interface: 'virtual:session-h', ...CREDENTIALS }, clock);
  session.connect();
  await until(() => session.state === 'up');
  const downs: string[] = [];
  concentrator.on('subscriber-down', (_subscriber, { text }) => downs.push(text));
  const closing = session.close(100);
  // These 100 ms of virtual time pass before any frame is delivered.
  clock.advance(100);
  await closing;
  assert.ok(!session.listenerCount('state'));
  await turns();
  assert.equal(downs.length, 1);
  await concentrator.close();
});

test('impossible settings are a RangeError before anything is opened', () => {
  assert.throws(() => new PppoeSession({ interface: 'virtual:session-i', mru: 1 }), RangeError);
  assert.throws(() => new PppoeConcentrator({ interface: 'virtual:session-i', poolSize: 0 }), RangeError);
  assert.throws(() => new PppoeConcentrator({ interface: 'virtual:session-i', acName: '' }), RangeError);
  assert.throws(() => new PppoeConcentrator({ interface: 'virtual:session-i', serviceNames: [] }), RangeError);
  assert.deepEqual(virtualSegments(), []);
});

test('sessions with addresses of their own are stations of their own', LIMIT, async () => {
  const macAddress = Buffer.from('020000000077', 'hex');
  await withConcentrator(
    'session-j',
    async (concentrator, session) => {
      session.connect();
      await session.connected(5_000);
      assert.equal(concentrator.subscribers[0]?.mac, '02:00:00:00:00:77');
    },
    { macAddress },
  );
});

test('the trace has wall-clock times, and frame events come only to those who listen', LIMIT, async () => {
  await withConcentrator('session-trace', async (_concentrator, session) => {
    assert.deepEqual(session.trace, []);
    session.connect();
    await session.connected(5_000);
    const { trace } = session;
    assert.deepEqual(
      trace.slice(0, 4).map(({ code }) => code),
      ['PADI', 'PADO', 'PADR', 'PADS'],
    );
    for (const { at } of trace) assert.ok(Math.abs(Date.parse(at) - Date.now()) < 5_000, at);
    const heard: string[] = [];
    session.on('frame', ({ text, type }) => heard.push(`${type} ${text}`));
    session.disconnect();
    await session.disconnected(5_000);
    assert.match(heard[0] ?? '', /^frame sent LCP Terminate-Request/);
    assert.match(heard[1] ?? '', /^frame received LCP Terminate-Ack/);
    assert.match(heard[2] ?? '', /^frame sent PADT session/);
    assert.equal(heard.length, 3);
    assert.deepEqual(
      session.trace.slice(trace.length).map(({ type, text }) => `${type} ${text}`),
      heard,
    );
    assert.match(session.describe().states, /class idle present/);
  });
});

test('before there is a link a session describes itself all the same', LIMIT, () => {
  const session = new PppoeSession({ interface: 'virtual:session-undescribed' });
  const { states, lcp, ipcp, sequence } = session.describe();
  assert.match(states, /class idle present/);
  for (const automaton of [lcp, ipcp]) assert.match(automaton, /class Initial present/);
  assert.match(sequence, /^sequenceDiagram/);
});

test('the history has frames and states in order, and what came after a serial number', LIMIT, async () => {
  await withConcentrator('session-history', async (_, session) => {
    session.connect();
    await session.connected(5_000);
    const history = session.history();
    const serials = history.map(({ serial }) => serial);
    assert.deepEqual(
      serials,
      [...serials].sort((a, b) => a - b),
    );
    assert.equal(history.filter(({ type }) => type === 'frame').length, session.trace.length);
    assert.deepEqual(
      history.flatMap((entry) => (entry.type === 'state' ? [entry.state] : [])),
      ['discovering', 'requesting', 'establishing', 'authenticating', 'configuring', 'up'],
    );
    assert.deepEqual(
      session.history(serials.at(-3)).map(({ serial }) => serial),
      serials.slice(-2),
    );
    assert.deepEqual(
      session.automata,
      { lcp: 'Opened', ipcp: 'Opened', ipv6cp: 'Stopped' },
      'the concentrator has no IPv6',
    );
    assert.equal(session.diagnosis, undefined);
  });
});

test('a failure is diagnosed in plain language, with the status, without the password', LIMIT, async () => {
  const wrong = { password: 'Wr0ng-0ne' };
  await withConcentrator(
    'session-diagnosis',
    async (_, session) => {
      session.connect();
      await assert.rejects(session.connected(5_000), code('authentication-failed'));
      const { diagnosis, status } = session;
      assert.equal(diagnosis?.finding, 'authentication.wrong-credentials');
      assert.equal(status.reason?.diagnosis, diagnosis?.text);
      assert.equal(session.diagnosis, diagnosis, 'it is made once for each reason');
      assert.ok(!JSON.stringify([diagnosis, session.history()]).includes('Wr0ng-0ne'));
    },
    wrong,
  );
});
