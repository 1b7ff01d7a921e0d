import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { concentratorIn, credentials, helper, Inbox, labFlow, load, sessionIn, up } from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

const CONTROL = [
  {
    id: 'control',
    type: 'pppoe-control',
    z: 'tab',
    session: 'session',
    action: 'message',
    timeout: '10',
    wires: [['outcome']],
  },
  { id: 'outcome', type: 'helper', z: 'tab' },
  { id: 'catch', type: 'catch', z: 'tab', scope: ['control'], wires: [['errors']] },
  { id: 'errors', type: 'helper', z: 'tab' },
];

function tell(message: Record<string, unknown>): void {
  helper.getNode('control')?.receive(message as never);
}

test('connect answers once the session is up, with its addresses', async () => {
  const { flow } = labFlow(CONTROL, { autoconnect: false });
  await load(flow);
  const outcome = new Inbox('outcome');
  tell({ payload: 'connect', kept: 'yes' });
  const message = await outcome.next();
  assert.equal(message.payload, 'up');
  assert.equal(message['action'], 'connect');
  assert.equal(message['kept'], 'yes', 'other properties of the message are kept');
  assert.equal((message['session'] as { localAddress?: string }).localAddress, '10.64.0.2');
});

test('connect ends in an error with the reason when the password is wrong', async () => {
  const { flow } = labFlow(CONTROL, { autoconnect: false });
  await load(flow, credentials('wrong'));
  const errors = new Inbox('errors');
  tell({ action: 'connect' });
  const { error } = await errors.next();
  const { code, message } = error as { code: string; message: string };
  assert.equal(code, 'authentication-failed');
  assert.match(message, /Login incorrect/);
});

test('disconnect answers once the session is idle, and the concentrator has none left', async () => {
  const { flow } = labFlow(CONTROL);
  await load(flow);
  await up();
  const outcome = new Inbox('outcome');
  tell({ action: 'disconnect' });
  const message = await outcome.next();
  assert.equal(message.payload, 'idle');
  assert.equal((message['reason'] as { code?: string }).code, 'closed');
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(concentratorIn().subscribers, []);
});

test('reconnect ends the session and answers with a new one', async () => {
  const { flow } = labFlow(CONTROL);
  await load(flow);
  await up();
  const before = sessionIn().session?.status.sessionId;
  const outcome = new Inbox('outcome');
  tell({ action: 'reconnect' });
  const message = await outcome.next();
  const { state, sessionId } = message['session'] as { state: string; sessionId: number };
  assert.equal(state, 'up');
  assert.notEqual(sessionId, before);
});

test('status answers at once with counters and the length of the receive queue', async () => {
  const { flow } = labFlow(CONTROL, { autoconnect: false });
  await load(flow);
  const outcome = new Inbox('outcome');
  tell({ payload: 'status' });
  const message = await outcome.next();
  assert.equal(message.payload, 'idle');
  const { queue, counters } = message['session'] as Record<string, Record<string, number>>;
  assert.deepEqual(queue, { length: 0, dropped: 0, unclaimed: 0 });
  assert.equal(counters?.['packetsSent'], 0);
});

test('a configured action does not look at the message', async () => {
  const nodes = CONTROL.map((node) => (node.id === 'control' ? { ...node, action: 'status' } : node));
  const { flow } = labFlow(nodes, { autoconnect: false });
  await load(flow);
  const outcome = new Inbox('outcome');
  tell({ payload: 'connect' });
  assert.equal((await outcome.next())['action'], 'status');
});

test('an unknown action is malformed, and names those there are', async () => {
  const { flow } = labFlow(CONTROL);
  await load(flow);
  const errors = new Inbox('errors');
  tell({ payload: 'dance' });
  const { code, message } = (await errors.next())['error'] as { code: string; message: string };
  assert.equal(code, 'malformed');
  assert.match(message, /connect, disconnect, reconnect, status/);
});

test('without a session an action is refused with not-up', async () => {
  const nodes = CONTROL.map((node) => (node.id === 'control' ? { ...node, session: '' } : node));
  const { flow } = labFlow(nodes);
  await load(flow);
  const errors = new Inbox('errors');
  tell({ payload: 'status' });
  assert.equal(((await errors.next())['error'] as { code: string }).code, 'not-up');
});

const DRAWN = ['states', 'lcp', 'ipcp', 'ipv6cp', 'sequence'] as const;

test('describe answers at once with the diagrams of the session, the automatons and the negotiation', async () => {
  const { flow } = labFlow(CONTROL);
  await load(flow);
  await up();
  const outcome = new Inbox('outcome');
  tell({ payload: 'describe' });
  const message = await outcome.next();
  const diagrams = message.payload as Record<(typeof DRAWN)[number], string>;
  assert.deepEqual(Object.keys(diagrams), DRAWN);
  assert.match(diagrams.states, /^stateDiagram-v2\n[\s\S]*class up present\n$/);
  for (const automaton of [diagrams.lcp, diagrams.ipcp]) assert.match(automaton, /class Opened present\n$/);
  assert.match(diagrams.sequence, /^sequenceDiagram\n[\s\S]*Access Concentrator \(TestAC\)[\s\S]*CHAP Response/);
  assert.equal(message['action'], 'describe');
  assert.equal((message['session'] as { state?: string }).state, 'up');
});

test('trace answers with the control frames, each with a line of text, and no password among them', async () => {
  const { flow } = labFlow(CONTROL);
  await load(flow);
  await up();
  const outcome = new Inbox('outcome');
  tell({ action: 'trace' });
  const message = await outcome.next();
  const frames = message.payload as { text: string; code: string; at: string; octets: Buffer }[];
  assert.deepEqual(
    frames.slice(0, 4).map(({ code }) => code),
    ['PADI', 'PADO', 'PADR', 'PADS'],
  );
  for (const { text, at, octets } of frames) {
    assert.match(text, /^(sent|received) \S/);
    assert.equal(new Date(at).toISOString(), at);
    assert.ok(Buffer.isBuffer(octets));
  }
  assert.ok(frames.some(({ text }) => /^sent CHAP Response \d+: .*hidden \(49 octets\), Name anna/.test(text)));
  assert.ok(!JSON.stringify(frames).includes('Kn0w-Nobody'));
});

test('before the first attempt the trace is empty and the diagrams show an idle session', async () => {
  const { flow } = labFlow(CONTROL, { autoconnect: false });
  await load(flow);
  const outcome = new Inbox('outcome');
  tell({ payload: 'trace' });
  assert.deepEqual((await outcome.next()).payload, []);
  outcome.clear();
  tell({ payload: 'describe' });
  const { payload } = await outcome.next(({ action }) => action === 'describe');
  assert.match((payload as { states: string }).states, /class idle present/);
});

for (const [actionType, action] of [
  ['action', 'status'],
  ['msg', 'do.this'],
  ['env', 'PPPOE_TEST_ACTION'],
  ['jsonata', '"sta" & "tus"'],
] as const) {
  test(`the action may come from ${actionType}`, async () => {
    const { flow } = labFlow(
      CONTROL.map((node) => (node.id === 'control' ? { ...node, action, actionType } : node)),
      { autoconnect: false },
    );
    await load(flow);
    const outcome = new Inbox('outcome');
    process.env['PPPOE_TEST_ACTION'] = 'status';
    tell({ payload: 'connect', do: { this: 'status' } });
    const message = await outcome.next();
    delete process.env['PPPOE_TEST_ACTION'];
    assert.deepEqual([message['action'], message.payload], ['status', 'idle']);
  });
}

test('an expression that cannot be read is an error with the code malformed', async () => {
  const { flow } = labFlow(
    CONTROL.map((node) => (node.id === 'control' ? { ...node, action: '$(', actionType: 'jsonata' } : node)),
    { autoconnect: false },
  );
  await load(flow);
  const errors = new Inbox('errors');
  tell({ payload: 'connect' });
  const { error } = await errors.next();
  assert.equal((error as { code: string }).code, 'malformed');
});
