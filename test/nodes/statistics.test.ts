import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { metricsOf, StatisticsSampler } from '../../nodes/shared/session-statistics';
import type { SessionStatus } from '../../src/index';
import { helper, Inbox, labFlow, load, up } from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

const AT = Date.parse('2026-01-01T00:00:00Z');
const COUNTERS = {
  packetsReceived: 100,
  octetsReceived: 10_000,
  packetsSent: 50,
  octetsSent: 5_000,
  malformed: 1,
  ignored: 2,
  connects: 3,
};

function status(counters: Partial<typeof COUNTERS> = {}, more: Partial<SessionStatus> = {}): SessionStatus {
  return {
    state: 'up',
    dns: [],
    nbns: [],
    interface: 'virtual:lab',
    since: '2026-01-01T00:00:00Z',
    roundTrip: 12.5,
    counters: { ...COUNTERS, ...counters },
    queue: { length: 4, dropped: 7, unclaimed: 0 },
    link: { received: 0, sent: 0, receiveDrops: 2, sendDrops: 1 },
    ...more,
  };
}

test('rates are of the time since the sample before, and 0 in the first', () => {
  const sampler = new StatisticsSampler();
  const first = sampler.sample(status(), AT);
  assert.deepEqual([first.octetsReceivedPerSecond, first.dropsPerSecond, first.uptime], [0, 0, 0]);
  const second = sampler.sample(status({ octetsReceived: 15_000, packetsSent: 51 }), AT + 2_500);
  assert.deepEqual(second, {
    packetsReceived: 100,
    octetsReceived: 15_000,
    packetsSent: 51,
    octetsSent: 5_000,
    drops: 10,
    packetsReceivedPerSecond: 0,
    octetsReceivedPerSecond: 2_000,
    packetsSentPerSecond: 0.4,
    octetsSentPerSecond: 0,
    dropsPerSecond: 0,
    malformed: 1,
    ignored: 2,
    queue: 4,
    roundTrip: 12.5,
    uptime: 2.5,
    reconnects: 2,
  });
});

test('a session that is not up has no uptime; counters that begin anew give no negative rate', () => {
  const sampler = new StatisticsSampler();
  sampler.sample(status(), AT);
  const { since, roundTrip, link, ...down } = status({ octetsSent: 0, connects: 0 });
  const sample = sampler.sample({ ...down, state: 'waiting' }, AT + 1_000);
  const { uptime, reconnects, octetsSentPerSecond, drops } = sample;
  assert.deepEqual([uptime, reconnects, octetsSentPerSecond, drops, sample.roundTrip], [0, 0, 0, 7, null]);
});

test('two samples at the same time have no rate', () => {
  const sampler = new StatisticsSampler();
  sampler.sample(status(), AT);
  assert.equal(sampler.sample(status({ octetsSent: 9_000 }), AT).octetsSentPerSecond, 0);
});

test('numbers are chosen by name, all of them by none', () => {
  assert.deepEqual(metricsOf(' uptime, octetsSentPerSecond '), ['uptime', 'octetsSentPerSecond']);
  assert.equal(metricsOf('').length, 16);
  assert.throws(() => metricsOf('speed'), /no metric 'speed'/);
});

function stateFlow(properties: Record<string, unknown>) {
  const state = { id: 'state', type: 'pppoe-state', z: 'tab', session: 'session', interval: '0.1' };
  return labFlow([
    { ...state, ...properties, wires: [[], [], [], ['numbers']] },
    { id: 'numbers', type: 'helper', z: 'tab' },
    { id: 'catch', type: 'catch', z: 'tab', wires: [['errors']] },
    { id: 'errors', type: 'helper', z: 'tab' },
  ]).flow;
}

test('pppoe-state tells statistics at an interval, as one message', async () => {
  await load(stateFlow({}));
  const numbers = new Inbox('numbers');
  await up();
  const { topic, payload, session } = await numbers.next(
    ({ session }) => (session as { state: string }).state === 'up',
  );
  const { uptime, roundTrip, octetsSentPerSecond } = payload as Record<string, unknown>;
  assert.ok(typeof uptime === 'number' && typeof octetsSentPerSecond === 'number' && roundTrip === null);
  assert.deepEqual([topic, (session as { localAddress: string }).localAddress], ['home', '10.64.0.2']);
});

test('or as a message for each number, what is not known left out', async () => {
  await load(stateFlow({ statistics: 'numbers', metrics: 'uptime, roundTrip, queue' }));
  const numbers = new Inbox('numbers');
  await numbers.next(() => numbers.messages.length >= 4);
  for (const { payload } of numbers.messages) assert.equal(typeof payload, 'number');
  assert.deepEqual([...new Set(numbers.messages.map(({ topic }) => topic))], ['home/uptime', 'home/queue']);
});

for (const [what, properties] of [
  ['interval', { interval: '0.01' }],
  ['interval', { interval: 'often' }],
  ['metric', { metrics: 'speed' }],
] as const) {
  test(`an impossible ${what} (${Object.values(properties)}) is malformed`, async () => {
    await load(stateFlow(properties));
    const { code, message } = (await new Inbox('errors').next())['error'] as { code: string; message: string };
    assert.equal(code, 'malformed');
    assert.ok(message.includes(what), message);
  });
}
