import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { helper, Inbox, labFlow, load, sessionIn, up } from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

const QUICK = {
  count: '2',
  countType: 'num',
  interval: '0.01',
  intervalType: 'num',
  timeout: '0.05',
  timeoutType: 'num',
};

/** A ping node, what comes out of each of its outputs, and what becomes of its inputs. */
function pingFlow(properties: Record<string, unknown> = {}, session: Record<string, unknown> = {}) {
  return labFlow(
    [
      {
        id: 'ping',
        type: 'pppoe-ping',
        z: 'tab',
        session: 'session',
        ...QUICK,
        ...properties,
        wires: [['replies'], ['ends'], ['failures']],
      },
      ...['replies', 'ends', 'failures', 'errors', 'completed'].map((id) => ({ id, type: 'helper', z: 'tab' })),
      { id: 'catch', type: 'catch', z: 'tab', wires: [['errors']] },
      { id: 'complete', type: 'complete', z: 'tab', scope: ['ping'], wires: [['completed']] },
    ],
    session,
  ).flow;
}

const tell = (message: Record<string, unknown>) => helper.getNode('ping')?.receive(message as never);

interface Ended {
  readonly sent: number;
  readonly received: number;
  readonly timeouts: number;
  readonly errors: number;
  readonly loss: number;
}

test('a message begins a ping of the gateway: a message for each reply, then the statistics', async () => {
  await load(pingFlow());
  await up();
  const replies = new Inbox('replies');
  const ends = new Inbox('ends');
  const completed = new Inbox('completed');
  tell({ payload: '', kept: 'yes' });
  const end = await ends.next();
  const { sent, received, loss } = end.payload as Ended;
  assert.deepEqual([sent, received, loss, end['topic'], end['kept']], [2, 2, 0, 'home', 'yes']);
  assert.equal(replies.messages.length, 2);
  const [{ payload, ping, topic, kept } = {}] = replies.messages;
  assert.ok(typeof payload === 'number' && payload > 0);
  const { number, from, destination, type, octets } = ping as Record<string, unknown>;
  assert.deepEqual([number, from, destination, type, octets], [1, '10.64.0.1', '', 'reply', 56]);
  assert.deepEqual([topic, kept], ['home', 'yes']);
  await completed.next();
});

test('requests that nobody answers come out at the third output, as time-outs', async () => {
  await load(pingFlow());
  await up();
  const failures = new Inbox('failures');
  const ends = new Inbox('ends');
  tell({ destination: '192.0.2.1' });
  const { topic, error, ping } = await failures.next();
  assert.deepEqual(error, { code: 'timeout', message: 'No reply within 50 ms' });
  assert.deepEqual([topic, ping], ['192.0.2.1', { destination: '192.0.2.1', number: 1 }]);
  const { timeouts, errors, loss } = (await ends.next()).payload as Ended;
  assert.deepEqual([timeouts, errors, loss], [2, 0, 100]);
});

test('a request that the session cannot take is an error, told apart from a time-out', async () => {
  await load(pingFlow({ size: '1465', sizeType: 'num' }));
  await up();
  const failures = new Inbox('failures');
  tell({});
  assert.equal(((await failures.next())['error'] as { code: string }).code, 'too-long');
});

test('pings at the same time are told apart by topic and destination', async () => {
  await load(pingFlow());
  await up();
  const ends = new Inbox('ends');
  tell({ topic: 'one' });
  tell({ topic: 'two', destination: '192.0.2.1' });
  tell({ destination: '10.64.0.1' });
  await ends.next(() => ends.messages.length === 3);
  const received = Object.fromEntries(ends.messages.map(({ topic, payload }) => [topic, (payload as Ended).received]));
  assert.deepEqual(received, { one: 2, two: 0, '10.64.0.1': 2 });
});

test('a ping without end is stopped by a message, and then has statistics', async () => {
  await load(pingFlow({ count: '0' }));
  await up();
  const replies = new Inbox('replies');
  const ends = new Inbox('ends');
  const completed = new Inbox('completed');
  tell({ destination: '10.64.0.1' });
  await replies.next(() => replies.messages.length === 3);
  tell({ payload: 'stop', destination: '192.0.2.9' });
  await completed.next();
  assert.equal(ends.messages.length, 0, 'that was for another destination');
  tell({ action: 'stop' });
  assert.ok(((await ends.next()).payload as Ended).received >= 3);
});

test('a ping without end begins before the session is up, and says why there is no reply', async () => {
  await load(pingFlow({ count: '0' }, { autoconnect: false }));
  const failures = new Inbox('failures');
  const replies = new Inbox('replies');
  tell({});
  assert.equal(((await failures.next())['error'] as { code: string }).code, 'not-up');
  sessionIn().session?.connect();
  await replies.next();
});

test('what cannot be pinged is an error with a code for a Catch node', async () => {
  await load(pingFlow({}, { autoconnect: false }));
  const errors = new Inbox('errors');
  for (const [message, code] of [
    [{}, 'not-up'],
    [{ destination: 7 }, 'malformed'],
  ] as const) {
    errors.clear();
    tell(message);
    assert.equal(((await errors.next())['error'] as { code: string }).code, code);
  }
  sessionIn().session?.connect();
  await up();
  errors.clear();
  tell({ destination: 'example.org' });
  assert.equal(((await errors.next())['error'] as { code: string }).code, 'malformed');
});

test('typed inputs say where to find destination and count', async () => {
  const typed = { destination: 'target.address', destinationType: 'msg', count: 'count', countType: 'flow' };
  await load(pingFlow(typed));
  await up();
  helper.getNode('ping')?.context().flow.set('count', 3);
  const ends = new Inbox('ends');
  tell({ target: { address: '10.64.0.1' } });
  const { payload, ping } = await ends.next();
  assert.deepEqual([(payload as Ended).sent, ping], [3, { destination: '10.64.0.1' }]);
});

test('a count that is no number is malformed', async () => {
  await load(pingFlow({ count: 'many', countType: 'str' }));
  await up();
  const errors = new Inbox('errors');
  tell({});
  const { code, message } = (await errors.next())['error'] as { code: string; message: string };
  assert.equal(code, 'malformed');
  assert.match(message, /count must be a number/);
});

test('replies reach pppoe-in as well', async () => {
  const flow = [
    ...pingFlow(),
    { id: 'in', type: 'pppoe-in', z: 'tab', x: 1, y: 1, session: 'session', output: 'single', wires: [['packets']] },
    { id: 'packets', type: 'helper', z: 'tab', x: 1, y: 1 },
  ];
  await load(flow);
  await up();
  const packets = new Inbox('packets');
  const ends = new Inbox('ends');
  tell({});
  await packets.next(() => packets.messages.length === 2);
  assert.equal(((await ends.next()).payload as Ended).received, 2);
});

test('a deploy ends pings that are under way', async () => {
  const flow = pingFlow({ count: '0' });
  await load(flow);
  await up();
  const replies = new Inbox('replies');
  tell({});
  await replies.next();
  const sent = () => sessionIn().session?.status.counters.packetsSent;
  await helper.setFlows(
    flow.map((node) => (node.id === 'ping' ? { ...node, size: '8', sizeType: 'num' } : node)),
    'nodes',
  );
  const before = sent();
  const again = new Inbox('ends');
  tell({ payload: 'stop' });
  assert.equal(again.messages.length, 0);
  assert.equal(sent(), before);
});
