import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { change, concentratorIn, credentials, helper, Inbox, labFlow, load, sessionIn, up } from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

const STATE = [
  { id: 'state', type: 'pppoe-state', z: 'tab', session: 'session', wires: [['states'], []] },
  { id: 'states', type: 'helper', z: 'tab' },
];

/** Records what the concentrator sees of its sessions. */
function watch(): string[] {
  const events: string[] = [];
  concentratorIn().on('subscriber-up', ({ sessionId }) => events.push(`up ${sessionId}`));
  concentratorIn().on('subscriber-down', ({ sessionId }, { code }) => events.push(`down ${sessionId} ${code}`));
  return events;
}

for (const type of ['nodes', 'flows', 'full'] as const) {
  test(`deploying a change to another node (${type}) does not drop the session`, async () => {
    const { flow } = labFlow([...STATE, { id: 'other', type: 'helper', z: 'tab', name: 'before' }]);
    await load(flow);
    await up();
    const before = sessionIn().session?.status.sessionId;
    const keys = () => concentratorIn().subscribers.map(({ key }) => key);
    const subscribers = keys();
    await helper.setFlows(change(flow, 'other', { name: 'after' }), type);
    assert.equal(sessionIn().session?.status.state, 'up');
    assert.equal(sessionIn().session?.status.sessionId, before);
    assert.deepEqual(keys(), subscribers);
  });
}

test('after a full deploy the nodes work on the session that went on', async () => {
  const control = {
    id: 'control',
    type: 'pppoe-control',
    z: 'tab',
    session: 'session',
    action: 'disconnect',
    wires: [[]],
  };
  const { flow } = labFlow([...STATE, control, { id: 'other', type: 'helper', z: 'tab', name: 'before' }]);
  await load(flow);
  await up();
  await helper.setFlows(change(flow, 'other', { name: 'after' }), 'full');
  const states = new Inbox('states');
  helper.getNode('control')?.receive({} as never);
  const { reason } = await states.next(({ payload }) => payload === 'idle');
  assert.equal((reason as { code?: string }).code, 'closed');
});

test('deploying a changed session ends the old one in order before the new one starts', async () => {
  const { flow } = labFlow(STATE);
  await load(flow);
  await up();
  const old = sessionIn().session;
  const events = watch();
  const before = old?.status.sessionId;
  await helper.setFlows(change(flow, 'session', { mru: '1400' }), 'nodes');
  await up();
  assert.notEqual(sessionIn().session, old);
  assert.equal(old?.state, 'idle');
  const after = sessionIn().session?.status;
  assert.equal(after?.mru, 1_400);
  assert.deepEqual(events, [`down ${before} peer-terminated`, `up ${after?.sessionId}`]);
});

test('deploying another password ends the old session too', async () => {
  const { flow } = labFlow(STATE);
  await load(flow);
  await up();
  const old = sessionIn().session;
  const creds = credentials('changed');
  const withCredentials = flow.map((node) => (creds[node.id] ? { ...node, credentials: creds[node.id] } : node));
  await helper.setFlows(withCredentials, 'full', creds);
  assert.equal(old?.state, 'idle');
  assert.notEqual(sessionIn().session, old);
});

test('a session that is removed ends in order', async () => {
  const { flow } = labFlow();
  await load(flow);
  await up();
  const events = watch();
  const before = sessionIn().session?.status.sessionId;
  await helper.setFlows(
    flow.filter(({ id }) => id !== 'session'),
    'nodes',
  );
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(events, [`down ${before} peer-terminated`]);
});

test('stopping the flows ends the session in order', async () => {
  const { flow } = labFlow();
  await load(flow);
  await up();
  const { session } = sessionIn();
  const steps: string[] = [];
  const end = new Promise<void>((resolve) => {
    const { emit } = session ?? {};
    if (!session || !emit) throw new Error('no session');
    // Closing takes the node's listeners off: this one looks at what the session says all the same.
    session.emit = ((name: string, ...args: unknown[]) => {
      if (name === 'progress') steps.push(String(args[0]));
      if (steps.at(-1) === 'Sending PADT') resolve();
      return emit.call(session, name as never, ...(args as never));
    }) as typeof session.emit;
  });
  await helper.unload();
  await end;
  assert.equal(session?.state, 'idle');
  assert.ok(
    steps.some((step) => step.startsWith('Closing LCP')),
    steps.join(' | '),
  );
});

test('a session with impossible settings says why, and Node-RED goes on', async () => {
  const nodes = [
    ...STATE,
    { id: 'catch', type: 'catch', z: 'tab', wires: [['errors']] },
    { id: 'errors', type: 'helper', z: 'tab' },
  ];
  const { flow } = labFlow(nodes, { mru: '50' });
  await load(flow);
  assert.equal(sessionIn().session, undefined);
  const { code, message } = (await new Inbox('errors').next())['error'] as { code: string; message: string };
  assert.equal(code, 'malformed');
  assert.match(message, /MRU must be from 128 to 65535, not 50/);
});

test('a wrong interface becomes a status and an error that lists those there are', async () => {
  const nodes = [
    ...STATE,
    { id: 'catch', type: 'catch', z: 'tab', wires: [['errors']] },
    { id: 'errors', type: 'helper', z: 'tab' },
  ];
  const { flow } = labFlow(nodes, { interface: 'nonesuch0' });
  await load(flow);
  const { reason } = await new Inbox('states').next((message) => (message['reason'] as { code: string }).code !== '');
  const { code, text } = reason as { code: string; text: string };
  if (process.platform === 'linux') assert.ok(code === 'no-interface' || code === 'no-native', code);
  else assert.equal(code, 'no-native');
  if (code === 'no-interface') assert.match(text, /nonesuch0/);
});
