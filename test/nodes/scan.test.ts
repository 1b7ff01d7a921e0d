import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { helper, Inbox, labFlow, load, sessionIn, up } from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

const SCAN = [
  { id: 'scan', type: 'pppoe-scan', z: 'tab', session: 'session', interface: '', duration: '0.1', wires: [['offers']] },
  ...['offers', 'errors', 'completed'].map((id) => ({ id, type: 'helper', z: 'tab' })),
  { id: 'catch', type: 'catch', z: 'tab', wires: [['errors']] },
  { id: 'complete', type: 'complete', z: 'tab', scope: ['scan'], wires: [['completed']] },
];

interface Offer {
  readonly acName: string;
  readonly acMac: string;
  readonly serviceNames: readonly string[];
  readonly responseTime: number;
  readonly tags: readonly { name: string; value: string }[];
}

const tell = (message: Record<string, unknown>) => helper.getNode('scan')?.receive(message as never);

test('a scan finds the access concentrators where the session is, and leaves it alone', async () => {
  const { flow, segment } = labFlow(SCAN);
  const second = {
    id: 'ac2',
    type: 'pppoe-concentrator',
    interface: segment,
    acName: 'Second',
    services: 'gold',
    authentication: 'none',
  };
  await load([...flow, second]);
  await up();
  const before = sessionIn().session?.status.sessionId;
  const offers = new Inbox('offers');
  const completed = new Inbox('completed');
  tell({ kept: 'yes' });
  const { payload, topic, kept } = await offers.next();
  const found = payload as Offer[];
  assert.deepEqual(found.map(({ acName }) => acName).sort(), ['Second', 'TestAC']);
  assert.deepEqual([topic, kept], [segment, 'yes']);
  const gold = found.find(({ acName }) => acName === 'Second');
  assert.ok(gold);
  assert.ok(gold.serviceNames.includes('gold') && gold.responseTime >= 0);
  assert.match(gold.acMac, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  assert.ok(gold.tags.some(({ name, value }) => name === 'Service-Name' && value === 'gold'));
  await completed.next();
  assert.equal(sessionIn().session?.status.sessionId, before);
});

test('interface, VLAN and service of the message count more than the form’s', async () => {
  const { flow } = labFlow(SCAN);
  const other = {
    id: 'ac2',
    type: 'pppoe-concentrator',
    interface: 'virtual:test-other',
    acName: 'Other',
    services: 'gold',
    authentication: 'none',
  };
  await load([...flow, other]);
  const offers = new Inbox('offers');
  for (const [message, names] of [
    [{ interface: 'virtual:test-other' }, ['Other']],
    [{ interface: 'virtual:test-other', service: 'gold' }, ['Other']],
    [{ interface: 'virtual:test-other', vlan: 7 }, []],
    [{ vlan: '7' }, []],
    [{ vlan: '' }, ['TestAC']],
  ] as const) {
    offers.clear();
    tell(message);
    const { payload } = await offers.next();
    assert.deepEqual(
      (payload as Offer[]).map(({ acName }) => acName),
      names,
      JSON.stringify(message),
    );
  }
});

test('a scan needs no session where it has an interface', async () => {
  const { flow, segment } = labFlow(SCAN.map((node) => (node.id === 'scan' ? { ...node, session: '' } : node)));
  await load(flow);
  const errors = new Inbox('errors');
  const offers = new Inbox('offers');
  tell({});
  assert.equal(((await errors.next())['error'] as { code: string }).code, 'malformed');
  tell({ interface: segment });
  assert.equal(((await offers.next()).payload as Offer[]).length, 1);
});

test('what cannot be scanned is an error with a code for a Catch node', async () => {
  const { flow } = labFlow(SCAN);
  await load(flow);
  const errors = new Inbox('errors');
  for (const [message, codes] of [
    [{ interface: 'nonesuch0' }, ['no-interface', 'no-native']],
    [{ vlan: '5000' }, ['malformed']],
    [{ service: 7 }, ['malformed']],
  ] as const) {
    errors.clear();
    tell(message);
    const { code } = (await errors.next())['error'] as { code: never };
    assert.ok(codes.includes(code), `${code} for ${JSON.stringify(message)}`);
  }
});
