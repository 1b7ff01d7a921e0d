import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { OutageRecorder } from '../../nodes/shared/outages';
import type { Reason, SessionStateName } from '../../src/index';
import { concentratorIn, helper, Inbox, labFlow, load, sessionIn } from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

const AT = Date.parse('2026-01-01T00:00:00Z');
const LOST: Reason = { code: 'no-reply', text: '5 Echo-Requests went unanswered' };
const NOBODY: Reason = { code: 'no-offer', text: 'No access concentrator answered in 4 attempts' };
const CLOSED: Reason = { code: 'closed', text: 'Closed by us' };

type Step = readonly [seconds: number, state: SessionStateName, reason?: Reason];

/** What each of the steps gives, which come so many seconds after `AT`. */
function outagesOf(...steps: readonly Step[]) {
  const recorder = new OutageRecorder();
  return steps.map(([seconds, state, reason]) => recorder.entered(state, reason, AT + 1_000 * seconds));
}

test('coming up for the first time ends no outage, however many attempts it took', () => {
  const told = outagesOf(
    [0, 'idle'],
    [1, 'discovering'],
    [9, 'waiting', NOBODY],
    [11, 'discovering', NOBODY],
    [12, 'up'],
  );
  assert.deepEqual(told, [null, null, null, null, null]);
});

test('an outage is from the loss of the session to its return, with the first reason', () => {
  const told = outagesOf(
    [0, 'up'],
    [60, 'waiting', LOST],
    [61, 'discovering', LOST],
    [69, 'waiting', NOBODY],
    [70, 'discovering', NOBODY],
    [71.26, 'up'],
  );
  assert.deepEqual(told.slice(0, -1), [null, null, null, null, null]);
  assert.deepEqual(told.at(-1), {
    since: '2026-01-01T00:01:00.000Z',
    until: '2026-01-01T00:01:11.260Z',
    seconds: 11.3,
    code: 'no-reply',
    text: '5 Echo-Requests went unanswered',
  });
});

test('that the session was closed is the reason only where there is no other', () => {
  const reasonIn = (...between: readonly Step[]) => {
    const { code, text } = outagesOf([0, 'up'], ...between, [9, 'up']).at(-1) ?? {};
    return [code, text];
  };
  const [closing, beginning]: readonly Step[] = [
    [1, 'terminating', CLOSED],
    [2, 'discovering', CLOSED],
  ];
  assert.ok(closing && beginning);
  assert.deepEqual(reasonIn(closing, beginning), ['closed', 'Closed by us']);
  assert.deepEqual(reasonIn(closing, beginning, [3, 'waiting', NOBODY], [4, 'waiting', LOST]), [
    'no-offer',
    NOBODY.text,
  ]);
  assert.deepEqual(reasonIn([1, 'terminating', LOST], [2, 'idle', CLOSED]), ['no-reply', LOST.text]);
  assert.deepEqual(reasonIn([1, 'terminating'], [2, 'waiting', LOST]), ['no-reply', LOST.text]);
  assert.deepEqual(reasonIn([1, 'idle']), ['', '']);
});

test('each outage is told once, and its reason is not that of the next', () => {
  const told = outagesOf([0, 'up'], [1, 'waiting', LOST], [2, 'up'], [3, 'up'], [4, 'waiting', NOBODY], [6, 'up']);
  const rows = told.map((outage) => outage && [outage.since.slice(17, 19), outage.seconds, outage.code]);
  assert.deepEqual(rows, [null, null, ['01', 1, 'no-reply'], null, null, ['04', 2, 'no-offer']]);
});

test('pppoe-state tells the outage with the message that ends it, and null with every other', async () => {
  const { flow } = labFlow([
    { id: 'state', type: 'pppoe-state', z: 'tab', session: 'session', wires: [['states']] },
    { id: 'states', type: 'helper', z: 'tab' },
  ]);
  await load(flow);
  const states = new Inbox('states');
  const first = await states.next(({ payload }) => payload === 'up');
  for (const { outage } of states.messages) assert.equal(outage, null);
  states.clear();
  const { sessionId = 0 } = sessionIn().session?.status ?? {};
  concentratorIn().disconnect(sessionId);
  const lost = await states.next(({ payload }) => payload === 'waiting');
  assert.equal(lost['outage'], null);
  sessionIn().session?.connect();
  const back = await states.next(({ payload }) => payload === 'up');
  const { since, until, seconds, ...why } = back['outage'] as Record<string, unknown>;
  assert.deepEqual(why, { code: 'peer-terminated', text: (lost['reason'] as Reason).text });
  const [up, down, again] = [(first['session'] as { since: string }).since, since, until].map((time) =>
    Date.parse(String(time)),
  );
  assert.ok(up !== undefined && down !== undefined && again !== undefined && up <= down && down <= again);
  assert.equal(seconds, Math.round((again - down) / 100) / 10);
});
