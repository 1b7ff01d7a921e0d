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
