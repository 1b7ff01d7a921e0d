import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { overridesOf } from '../../nodes/shared/session-overrides';
import { PppoeError } from '../../src/index';
import { concentratorIn, credentials, helper, Inbox, labFlow, load, type Message, sessionIn, up } from './world';

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
  { id: 'catch', type: 'catch', z: 'tab', wires: [['errors']] },
  { id: 'errors', type: 'helper', z: 'tab' },
  { id: 'complete', type: 'complete', z: 'tab', scope: ['control'], wires: [['completed']] },
  { id: 'completed', type: 'helper', z: 'tab' },
];
const GUEST = { username: 'guest', password: 'Gu3st-S3cret' };

/** Our concentrator, which knows a guest as well. */
function withGuest() {
  const creds = credentials();
  const accounts = [...JSON.parse(creds['ac']?.['accounts'] ?? '[]'), GUEST];
  return { ...creds, ac: { accounts: JSON.stringify(accounts) } };
}

const usernames = () => concentratorIn().subscribers.map(({ username }) => username);
const tell = (message: Record<string, unknown>) => helper.getNode('control')?.receive(message as never);

/** Tells something, and waits for its outcome. */
async function ask(outcome: Inbox, message: Record<string, unknown>): Promise<Message> {
  outcome.clear();
  tell(message);
  return outcome.next();
}

test('a connect by message may have another user, once: the next has the node’s own', async () => {
  const { flow } = labFlow(CONTROL, { autoconnect: false });
  await load(flow, withGuest());
  const outcome = new Inbox('outcome');
  await ask(outcome, { payload: 'connect', override: GUEST });
  assert.deepEqual(usernames(), ['guest']);
  await ask(outcome, { payload: 'connect' });
  assert.deepEqual(usernames(), ['guest'], 'it is up already');
  await ask(outcome, { payload: 'disconnect' });
  await ask(outcome, { payload: 'connect' });
  assert.deepEqual(usernames(), ['anna']);
});

test('a session that is up ends in order before it connects as another user, and returns with a reconnect', async () => {
  const { flow } = labFlow(CONTROL);
  await load(flow, withGuest());
  await up();
  const ends: string[] = [];
  concentratorIn().on('subscriber-down', ({ username }, { code }) => ends.push(`${username} ${code}`));
  const outcome = new Inbox('outcome');
  await ask(outcome, { payload: 'reconnect', override: GUEST });
  assert.deepEqual([usernames(), ends], [['guest'], ['anna peer-terminated']]);
  await ask(outcome, { payload: 'reconnect' });
  assert.deepEqual([usernames(), ends], [['anna'], ['anna peer-terminated', 'guest peer-terminated']]);
});

test('what a user overrides is kept when the session comes back by itself', async () => {
  const { flow } = labFlow(CONTROL, { autoconnect: false, pauseLost: '0.1', pauseLostMax: '0.1' });
  await load(flow, withGuest());
  const outcome = new Inbox('outcome');
  await ask(outcome, { payload: 'connect', override: GUEST });
  const { session } = sessionIn();
  const again = new Promise<void>((resolve) => session?.on('state', (state) => state === 'up' && resolve()));
  concentratorIn().disconnect(session?.status.sessionId ?? 0);
  await again;
  assert.deepEqual(usernames(), ['guest']);
});

test('another interface, service and access concentrator may be asked for', async () => {
  const { flow } = labFlow(CONTROL, { autoconnect: false });
  const elsewhere = {
    id: 'ac2',
    type: 'pppoe-concentrator',
    name: 'two',
    interface: 'virtual:test-elsewhere',
    acName: 'Two',
    services: 'gold',
    authentication: 'none',
  };
  await load([...flow, elsewhere], credentials());
  const outcome = new Inbox('outcome');
  const override = { interface: 'virtual:test-elsewhere', service: 'gold', acName: 'Two' };
  const { session } = await ask(outcome, { payload: 'connect', override });
  const { acName, serviceName, interface: name } = session as Record<string, unknown>;
  assert.deepEqual([acName, serviceName, name], ['Two', 'gold', 'virtual:test-elsewhere']);
  assert.equal(sessionIn().session?.status.interface, 'virtual:test-elsewhere');
});

test('a VLAN may be asked for, where nobody answers', async () => {
  const { flow } = labFlow(CONTROL, { autoconnect: false });
  await load(flow, withGuest());
  tell({ payload: 'connect', override: { vlan: 7 } });
  const { session } = sessionIn();
  await new Promise<void>((resolve) => session?.once('state', () => resolve()));
  assert.deepEqual(session?.segment.vlan, [{ tpid: 0x8100, vid: 7, pcp: 0, dei: false }]);
});

test('a password is in no outgoing message, not in Complete or Catch either, and not in the log', async () => {
  const { flow } = labFlow(CONTROL, { autoconnect: false });
  await load(flow, withGuest());
  const outcome = new Inbox('outcome');
  const completed = new Inbox('completed');
  const errors = new Inbox('errors');
  const answer = await ask(outcome, { payload: 'connect', override: { ...GUEST } });
  assert.deepEqual(answer['override'], { username: 'guest' });
  await completed.next();
  const wrong = 'Wr0ng-S3cret';
  for (const message of [
    { payload: 'connect', override: { username: 'guest', password: wrong } },
    { payload: 'dance', override: { password: wrong } },
    { payload: 'connect', override: { password: wrong, vlan: 'x' } },
    { payload: 'connect', override: { password: wrong, pass: 1 } },
  ]) {
    errors.clear();
    tell(message);
    const { error } = await errors.next();
    assert.ok(['authentication-failed', 'malformed'].includes((error as { code: string }).code));
    const said = JSON.stringify([errors.messages, outcome.messages, completed.messages, helper.log().args]);
    assert.ok(!said.includes(wrong) && !said.includes(GUEST.password), said);
  }
});

test('impossible settings are malformed and do not end the session that there is', async () => {
  const { flow } = labFlow(CONTROL);
  await load(flow, withGuest());
  await up();
  const errors = new Inbox('errors');
  tell({ payload: 'connect', override: { vlan: '5000' } });
  const { code, message } = (await errors.next())['error'] as { code: string; message: string };
  assert.equal(code, 'malformed');
  assert.match(message, /VLAN must be/);
  assert.deepEqual(usernames(), ['anna']);
});

test('a typed input says where to find what differs', async () => {
  const nodes = CONTROL.map((node) =>
    node.id === 'control' ? { ...node, override: 'guest', overrideType: 'flow' } : node,
  );
  const { flow } = labFlow(nodes, { autoconnect: false });
  await load(flow, withGuest());
  const outcome = new Inbox('outcome');
  helper.getNode('control')?.context().flow.set('guest', GUEST);
  await ask(outcome, { payload: 'connect' });
  assert.deepEqual(usernames(), ['guest']);
});

test('only known properties of the right kind are taken', () => {
  for (const nothing of [undefined, null, '', {}, { vlan: undefined }]) assert.equal(overridesOf(nothing), undefined);
  assert.deepEqual(overridesOf({ vlan: 7, service: '' }), { vlan: 7, service: '' });
  for (const wrong of ['eth0', 7, [], { user: 'x' }, { username: 7 }, { password: {} }, { vlan: true }]) {
    assert.throws(
      () => overridesOf(wrong),
      (error) => error instanceof PppoeError && error.code === 'malformed',
    );
  }
});
