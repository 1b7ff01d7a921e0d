import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { codeOf, connect, NODES, SUBSCRIBER, tell, twoSessions } from './subscriber-rig';
import { change, concentratorIn, helper, Inbox, load, sessionIn, up } from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

/** The outcome of an action. */
async function ask(message: Record<string, unknown>) {
  const outcomes = new Inbox('outcomes');
  tell(message);
  return outcomes.next();
}

test('each subscriber is told when it comes, when it goes and why, and when it is refused', async () => {
  const { flow, creds } = twoSessions();
  await load(flow, { ...creds, other: { username: 'ben', password: 'wrong' } });
  const events = new Inbox('events');
  await connect();
  const came = await events.next(({ payload }) => payload === 'up');
  const { since, sessionId, mac, key, ...row } = came['subscriber'] as Record<string, unknown>;
  assert.deepEqual(row, {
    account: 'anna',
    address: '10.64.0.2',
    vlan: '',
    service: '',
    prefix: null,
    delegated: null,
    mtu: 1492,
    phase: 'open',
    packetsReceived: 0,
    packetsSent: 0,
    octetsReceived: 0,
    octetsSent: 0,
  });
  assert.equal(sessionId, sessionIn().session?.status.sessionId);
  assert.ok(Math.abs(Date.parse(String(since)) - Date.now()) < 60_000, `since ${since}`);
  assert.match(`${mac} ${key}`, /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2} [0-9a-f]{16}$/);
  const { topic, event, count, reason } = came;
  assert.deepEqual(
    { topic, event, count, reason },
    { topic: 'isp', event: 'up', count: 1, reason: { code: '', text: '' } },
  );

  sessionIn('other').session?.connect();
  const refused = await events.next(({ payload }) => payload === 'refused');
  const { account, sessionId: none } = refused['subscriber'] as Record<string, unknown>;
  assert.deepEqual([account, none, refused['count']], ['ben', null, 1]);
  assert.equal((refused['reason'] as { code: string }).code, 'authentication-failed');

  sessionIn().session?.disconnect();
  const gone = await events.next(({ payload }) => payload === 'down');
  assert.equal((gone['reason'] as { code: string }).code, 'peer-terminated');
  assert.deepEqual([(gone['subscriber'] as typeof row)['account'], gone['count']], ['anna', 0]);
  assert.deepEqual(JSON.parse(JSON.stringify(events.messages)), events.messages, 'plain data');
});

test('with the output list every change brings all subscribers as rows, and count brings their number', async () => {
  const more = (output: 'list' | 'count') => ({ ...SUBSCRIBER, id: output, output, wires: [[`${output}s`], [], []] });
  const boxes = ['lists', 'counts'].map((id) => ({ id, type: 'helper', z: 'tab' }));
  const { flow, creds } = twoSessions({}, [more('list'), more('count'), ...boxes]);
  await load(flow, creds);
  const [lists, counts] = [new Inbox('lists'), new Inbox('counts')];
  await lists.next();
  await counts.next();
  await connect();
  await connect('other');
  const { payload } = await lists.next(({ count }) => count === 2);
  assert.deepEqual(
    (payload as { account: string; address: string }[]).map(({ account, address }) => [account, address]),
    [
      ['anna', '10.64.0.2'],
      ['ben', '10.64.0.3'],
    ],
  );
  await counts.next((message) => message.payload === 2);
  assert.deepEqual(
    counts.messages.map((message) => message.payload),
    [0, 1, 2],
  );
  assert.deepEqual(lists.messages[0]?.payload, [], 'at first the table is empty');
});

test("the node's status says how many sessions there are", async () => {
  const { flow, creds } = twoSessions();
  await load(flow, creds);
  const statuses = new Inbox('statuses');
  const text = ({ status }: Record<string, unknown>) => (status as { text: string }).text;
  await connect();
  await statuses.next((message) => text(message) === '1 session');
  await connect('other');
  await statuses.next((message) => text(message) === '2 sessions');
  for (const id of ['session', 'other']) sessionIn(id).session?.disconnect();
  await statuses.next((message) => text(message) === 'no sessions' && statuses.messages.indexOf(message) > 1);
});

test('list and counters answer with what there is now', async () => {
  const { flow, creds } = twoSessions();
  await load(flow, creds);
  await connect();
  const { payload, action, count, topic, kept } = await ask({ payload: 'list', kept: 'yes' });
  assert.deepEqual([action, count, topic, kept], ['list', 1, 'isp', 'yes']);
  assert.equal((payload as { account: string }[])[0]?.account, 'anna');
  const all = (await ask({ action: 'counters' })).payload as Record<string, unknown>;
  assert.deepEqual([all['sessions'], all['refused'], all['queue']], [1, 0, { length: 0, dropped: 0, unclaimed: 0 }]);
  const own = await ask({ action: 'counters', subscriber: { account: 'anna' } });
  assert.deepEqual(own.payload, { packetsReceived: 0, octetsReceived: 0, packetsSent: 0, octetsSent: 0 });
});

for (const [what, subscriber] of [
  ['session id', () => ({ sessionId: sessionIn().session?.status.sessionId })],
  ['account', () => ({ account: 'anna' })],
  ['address', () => ({ sessionId: null, account: null, address: '10.64.0.2' })],
  ['row of the list', () => concentratorIn().subscribers[0]],
] as const) {
  test(`disconnect ends the one session that is meant by its ${what}`, async () => {
    const { flow, creds } = twoSessions();
    await load(flow, creds);
    await connect();
    await connect('other');
    const events = new Inbox('events');
    const { payload } = await ask({ action: 'disconnect', subscriber: subscriber() });
    assert.equal(payload, 1);
    const gone = await events.next(({ payload: event }) => event === 'down');
    assert.equal((gone['subscriber'] as { account: string }).account, 'anna');
    assert.equal((gone['reason'] as { code: string }).code, 'closed');
    assert.equal(sessionIn('other').session?.state, 'up');
  });
}

test('disconnect-all ends every session', async () => {
  const { flow, creds } = twoSessions();
  await load(flow, creds);
  await connect();
  await connect('other');
  const events = new Inbox('events');
  assert.equal((await ask({ payload: 'disconnect-all' })).payload, 2);
  await events.next(({ payload, count }) => payload === 'down' && count === 0);
});

test('broadcast reaches every host, or one, with a text and an address', async () => {
  const { flow, creds } = twoSessions();
  await load(flow, creds);
  await connect();
  await connect('other');
  const got: string[] = [];
  const heard = new Promise<void>((resolve) => {
    for (const id of ['session', 'other']) {
      sessionIn(id).session?.on('message', (kind, text) => {
        got.push(`${id} ${kind} ${text}`);
        if (got.length === 3) resolve();
      });
    }
  });
  assert.equal((await ask({ action: 'broadcast', text: 'Work tonight' })).payload, 2);
  const url = 'http://isp.example/bill';
  assert.equal((await ask({ action: 'broadcast', url, subscriber: { account: 'ben' } })).payload, 1);
  await heard;
  assert.deepEqual(got.sort(), [
    'other hurl http://isp.example/bill',
    'other motm Work tonight',
    'session motm Work tonight',
  ]);
});

const WRONG: readonly (readonly [what: string, code: string, message: Record<string, unknown>])[] = [
  ['no action', 'malformed', {}],
  ['an action that there is not', 'malformed', { action: 'constructor' }],
  ['disconnect without a subscriber', 'malformed', { action: 'disconnect' }],
  ['disconnect of nobody', 'no-account', { action: 'disconnect', subscriber: { account: 'carl' } }],
  ['disconnect of an account without a session', 'not-up', { action: 'disconnect', subscriber: { account: 'ben' } }],
  ['disconnect of an address that is none', 'malformed', { action: 'disconnect', subscriber: { address: '10.64' } }],
  [
    'disconnect of an address that nobody has',
    'no-account',
    { action: 'disconnect', subscriber: { address: '10.9.9.9' } },
  ],
  ['disconnect of a subscriber without properties', 'malformed', { action: 'disconnect', subscriber: {} }],
  ['a broadcast that says nothing', 'malformed', { action: 'broadcast' }],
  ['a broadcast of a number', 'malformed', { action: 'broadcast', text: 7 }],
  ['a broadcast that no frame has room for', 'too-long', { action: 'broadcast', text: 'x'.repeat(1_401) }],
  ['faults that are not said', 'malformed', { action: 'faults' }],
  ['a fault that there is not', 'malformed', { action: 'faults', faults: 'constructor' }],
  ['a fault without what it needs', 'malformed', { action: 'faults', faults: { name: 'drop' } }],
  ['faults in JSON that is none', 'malformed', { action: 'faults', faults: '{vanish' }],
  [
    'a refusal of one account on purpose',
    'malformed',
    { action: 'faults', faults: 'refuse', subscriber: { account: 'anna' } },
  ],
  ['faults of nobody', 'no-account', { action: 'faults', faults: 'vanish', subscriber: { account: 'carl' } }],
  ['a fault to add that is not said', 'malformed', { action: 'add-faults' }],
  [
    'a fault to add to single sessions',
    'malformed',
    { action: 'add-faults', faults: 'pad', subscriber: { address: '10.64.0.2' } },
  ],
  ['an answer to nothing', 'malformed', { login: {}, payload: true }],
];

for (const [what, code, message] of WRONG) {
  test(`${what} is an error ${code}, and changes nothing`, async () => {
    const { flow, creds } = twoSessions();
    await load(flow, creds);
    await connect();
    const errors = new Inbox('errors');
    tell(message);
    assert.equal(await codeOf(errors), code);
    assert.equal(sessionIn().session?.state, 'up');
  });
}

test('a node without a concentrator, and one whose settings are wrong, say so', async () => {
  const { flow, creds } = twoSessions({ poolSize: '0' }, [...NODES, { ...SUBSCRIBER, id: 'lost', concentrator: '' }]);
  await load(flow, creds);
  const errors = new Inbox('errors');
  const first = await errors.next();
  assert.match((first['error'] as { message: string }).message, /pool must have from 1/);
  for (const id of ['subscriber', 'lost']) {
    errors.clear();
    tell({ payload: 'list' }, id);
    assert.equal(await codeOf(errors), 'not-up');
  }
});

test('a changed deploy keeps the addresses that were lent', async () => {
  const { flow, creds } = twoSessions();
  await load(flow, creds);
  await connect('other');
  await connect();
  assert.equal(sessionIn().session?.status.localAddress, '10.64.0.3');
  const withCredentials = change(flow, 'ac', { maxSessions: '5', credentials: creds['ac'] });
  await helper.setFlows(withCredentials, 'nodes', creds);
  sessionIn().session?.reconnect();
  await up();
  assert.equal(sessionIn().session?.status.localAddress, '10.64.0.3');
});
