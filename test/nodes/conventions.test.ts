import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { type FlowNode, helper, Inbox, labFlow, load, sessionIn, up } from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

interface Kind {
  readonly type: string;
  readonly properties?: Record<string, unknown>;
  /** A message that is carried out, and one that is refused; absent for nodes without an input. */
  readonly good?: () => Record<string, unknown>;
  readonly bad?: Record<string, unknown>;
  /** What its status shows once it has something to show. */
  readonly shows: RegExp;
}

const ADDRESS = /^10\.64\.0\.2$/;
const ONE_SESSION = /^1 session$/;
const AT_CONCENTRATOR = { source: 'concentrator', concentrator: 'ac', session: '' };
const KINDS: readonly Kind[] = [
  { type: 'pppoe-state', shows: ADDRESS },
  { type: 'pppoe-in', shows: ADDRESS },
  {
    type: 'pppoe-out',
    good: () => ({ payload: { destination: '10.64.0.1', protocol: 'udp', payload: 'x' } }),
    bad: { payload: 'no packet' },
    shows: ADDRESS,
  },
  { type: 'pppoe-in', properties: AT_CONCENTRATOR, shows: ONE_SESSION },
  {
    type: 'pppoe-out',
    properties: AT_CONCENTRATOR,
    good: () => ({ payload: { destination: '10.64.0.2', protocol: 'udp', payload: 'x' } }),
    bad: { payload: 'no packet' },
    shows: ONE_SESSION,
  },
  {
    type: 'pppoe-subscriber',
    properties: AT_CONCENTRATOR,
    good: () => ({ payload: 'list' }),
    bad: { payload: 'dance' },
    shows: ONE_SESSION,
  },
  { type: 'pppoe-control', good: () => ({ payload: 'status' }), bad: { payload: 'dance' }, shows: ADDRESS },
  {
    type: 'pppoe-ping',
    properties: { count: '1', countType: 'num' },
    good: () => ({}),
    bad: { destination: 'nowhere' },
    shows: ADDRESS,
  },
  { type: 'pppoe-scan', properties: { duration: '0.1' }, good: () => ({}), bad: { vlan: 'x' }, shows: /^\d found$/ },
  { type: 'pppoe-capture', good: () => ({ payload: 'start' }), bad: { payload: 'dance' }, shows: /^\d+ frames$/ },
];

/** The node under test, with Complete, Catch and Status nodes beside it. */
function flowOf({ type, properties }: Kind): readonly FlowNode[] {
  const node = { id: 'node', type, z: 'tab', session: 'session', ...properties, wires: [] };
  const watchers = ['complete', 'catch', 'status'].flatMap((watcher) => [
    { id: watcher, type: watcher, z: 'tab', scope: ['node'], wires: [[`${watcher}-heard`]] },
    { id: `${watcher}-heard`, type: 'helper', z: 'tab' },
  ]);
  return labFlow([node, ...watchers], { autoconnect: false }).flow;
}

for (const kind of KINDS) {
  const { type, properties, good, bad, shows } = kind;
  const place = properties?.['source'] === undefined ? 'a session' : 'an access concentrator';
  describe(`${type} of ${place}`, () => {
    test('shows in its status what is going on, to a Status node as well', async () => {
      await load(flowOf(kind));
      const shown = new Inbox('status-heard');
      sessionIn().session?.connect();
      await up();
      if (good) helper.getNode('node')?.receive(good() as never);
      await shown.next(({ status }) => shows.test((status as { text: string }).text));
    });

    if (!good || !bad) return;

    test('tells a Complete node when a message is done', async () => {
      await load(flowOf(kind));
      sessionIn().session?.connect();
      await up();
      const completed = new Inbox('complete-heard');
      helper.getNode('node')?.receive({ ...good(), mark: 'mine' } as never);
      assert.equal((await completed.next())['mark'], 'mine');
    });

    test('tells a Catch node what was wrong, with a code, and no Complete node', async () => {
      await load(flowOf(kind));
      sessionIn().session?.connect();
      await up();
      const completed = new Inbox('complete-heard');
      helper.getNode('node')?.receive({ ...bad, mark: 'mine' } as never);
      const { error, mark } = await new Inbox('catch-heard').next();
      const { code, message, source } = error as { code: string; message: string; source: { type: string } };
      assert.deepEqual([code, source.type, mark], ['malformed', type, 'mine']);
      assert.ok(message.length > 10, message);
      assert.equal(completed.messages.length, 0);
    });
  });
}
