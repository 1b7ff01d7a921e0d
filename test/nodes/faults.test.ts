// What an access concentrator does wrong on purpose, by its settings and by messages.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { concentratorOptions } from '../../nodes/shared/concentrator-options';
import { type Credentials, change, type Flow, helper, Inbox, labFlow, load, PASSWORD, sessionIn, up } from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

const NODES: Flow = [
  {
    id: 'subscriber',
    type: 'pppoe-subscriber',
    z: 'tab',
    concentrator: 'ac',
    output: 'events',
    wires: [['events'], [], ['outcomes']],
  },
  ...['events', 'outcomes'].map((id) => ({ id, type: 'helper', z: 'tab' })),
];

/** Sessions of anna and of ben, that connect when they are told to, once. */
async function hosts(settings: Record<string, unknown> = {}, annas: Record<string, unknown> = {}): Promise<Inbox> {
  const { flow, segment } = labFlow(NODES, { autoconnect: false, reconnect: false });
  const other = { id: 'other', type: 'pppoe-session', interface: segment, autoconnect: false, reconnect: false };
  const creds: Credentials = {
    session: { username: 'anna', password: PASSWORD },
    other: { username: 'ben', password: PASSWORD },
    ac: {
      accounts: JSON.stringify([
        { username: 'anna', password: PASSWORD, ...annas },
        { username: 'ben', password: PASSWORD },
      ]),
    },
  };
  await load(change([...flow, other], 'ac', settings), creds);
  return new Inbox('events');
}

function dial(id: 'session' | 'other' = 'session'): void {
  sessionIn(id).session?.connect();
}

async function faults(value: unknown, subscriber?: object, wanted = 'faults') {
  const outcomes = new Inbox('outcomes');
  const message = { action: wanted, faults: value, ...(subscriber ? { subscriber } : {}) };
  helper.getNode('subscriber')?.receive(message as never);
  const { action, payload } = await outcomes.next();
  assert.equal(action, wanted);
  return payload;
}

async function gone(events: Inbox): Promise<unknown> {
  const { subscriber } = await events.next(({ payload }) => payload === 'down');
  return (subscriber as { account: string }).account;
}

/** A session is told why it did not come up. */
function refusal(): Promise<string> {
  const { session } = sessionIn();
  return new Promise((resolve) => {
    session?.on('state', () => {
      if (session.status.reason) resolve(session.status.reason.text);
    });
  });
}

test('a fault of one session ends this one and no other', async () => {
  const events = await hosts();
  dial();
  dial('other');
  await up();
  await up('other');
  const sessionId = sessionIn().session?.status.sessionId;
  assert.deepEqual(await faults('terminate', { sessionId }), [{ name: 'terminate', seconds: 0 }]);
  assert.equal(await gone(events), 'anna');
  assert.equal(sessionIn('other').session?.state, 'up');
});

test('a fault of an account is that of its later sessions', async () => {
  const events = await hosts();
  assert.deepEqual(await faults([{ name: 'terminate' }], { account: 'ben' }), [{ name: 'terminate', seconds: 0 }]);
  dial();
  await up();
  dial('other');
  assert.equal(await gone(events), 'ben');
  assert.equal(sessionIn().session?.state, 'up');
});

for (const [what, end] of [
  ['an empty array', []],
  ['false', false],
] as const) {
  test(`every host is refused until ${what} ends it`, async () => {
    await hosts();
    const [refuse] = (await faults({ name: 'refuse', text: 'Not today' })) as readonly Record<string, unknown>[];
    assert.deepEqual(refuse, { name: 'refuse', tag: 'ac-system-error', text: 'Not today' });
    const told = refusal();
    dial();
    assert.match(await told, /Not today/);
    assert.deepEqual(await faults(end), []);
    dial();
    await up();
  });
}

test('faults are added and removed one by one, as switches do it, and the others stay', async () => {
  await hosts({ faults: 'pad' });
  const [pad, refuse] = [
    { name: 'pad', octets: 18 },
    { name: 'refuse', tag: 'ac-system-error', text: 'Not today' },
  ];
  const wanted = { name: 'refuse', text: 'Not today' };
  assert.deepEqual(await faults(wanted, undefined, 'add-faults'), [pad, refuse]);
  assert.deepEqual(await faults(wanted, undefined, 'add-faults'), [pad, refuse], 'once, however often it is added');
  const told = refusal();
  dial();
  assert.match(await told, /Not today/);
  assert.deepEqual(await faults('refuse', undefined, 'remove-faults'), [pad, refuse], 'another refusal');
  assert.deepEqual(await faults([wanted, 'no-echo'], undefined, 'remove-faults'), [pad]);
  dial();
  await up();
});

test('a fault that is added to an account is that of its sessions, besides those of all', async () => {
  const events = await hosts({}, { faults: 'pad' });
  dial();
  dial('other');
  await up();
  await up('other');
  const [pad, end] = [
    { name: 'pad', octets: 18 },
    { name: 'terminate', seconds: 0 },
  ];
  assert.deepEqual(await faults('terminate', { account: 'anna' }, 'add-faults'), [pad, end]);
  assert.equal(await gone(events), 'anna');
  assert.equal(sessionIn('other').session?.state, 'up');
  assert.deepEqual(await faults('terminate', { account: 'anna' }, 'remove-faults'), [pad]);
  dial();
  await up();
});

test('the settings of an account have faults: those are of its sessions only', async () => {
  const events = await hosts({}, { faults: 'terminate' });
  dial('other');
  await up('other');
  dial();
  assert.equal(await gone(events), 'anna');
  assert.equal(sessionIn('other').session?.state, 'up');
});

test('the settings of the access concentrator have faults for every host', async () => {
  await hosts({ faults: '{"name": "refuse", "text": "Closed"}' });
  const told = refusal();
  dial();
  assert.match(await told, /Closed/);
});

test('faults in the settings are names, or JSON, or nothing', () => {
  const read = (text: string) => concentratorOptions({ interface: 'virtual:lab', faults: text }, {}).faults;
  assert.deepEqual(read(''), []);
  assert.deepEqual(read('no-echo, pad'), [{ name: 'no-echo' }, { name: 'pad', octets: 18 }]);
  assert.deepEqual(read('[{"name": "pad", "octets": 4}, "no-echo"]'), [
    { name: 'pad', octets: 4 },
    { name: 'no-echo' },
  ]);
  for (const text of ['nonsense', '{"name": "pad", "octets": 0}', '[', '["no-echo", 7]']) {
    assert.throws(() => read(text), RangeError, text);
  }
});
