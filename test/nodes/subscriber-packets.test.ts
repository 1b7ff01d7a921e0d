import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { decodeIpv4, encodeIpv4, parseIpv4, summarizeIp } from '../../src/index';
import { change, concentratorIn, credentials, type Flow, helper, Inbox, labFlow, load, sessionIn, up } from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

const NODES: Flow = [
  { id: 'in', type: 'pppoe-in', z: 'tab', source: 'concentrator', concentrator: 'ac', session: '', wires: [['inbox']] },
  { id: 'out', type: 'pppoe-out', z: 'tab', source: 'concentrator', concentrator: 'ac', session: '', wires: [] },
  { id: 'host', type: 'pppoe-in', z: 'tab', session: 'session', wires: [['received']] },
  ...['inbox', 'received', 'errors', 'completed'].map((id) => ({ id, type: 'helper', z: 'tab' })),
  { id: 'catch', type: 'catch', z: 'tab', wires: [['errors']] },
  { id: 'complete', type: 'complete', z: 'tab', scope: ['out'], wires: [['completed']] },
];

function packet(source: string, destination: string, payload = Buffer.from('hello')): Buffer {
  const addresses = { source: parseIpv4(source), destination: parseIpv4(destination) };
  const header = { tos: 0, identification: 7, fragment: 0, ttl: 64, protocol: 17, options: Buffer.alloc(0) };
  return encodeIpv4({ ...header, ...addresses, payload });
}

const IN = packet('10.64.0.2', '192.0.2.1');
const OUT = packet('192.0.2.1', '10.64.0.2');

async function start(nodes: Flow = NODES, ac: Record<string, unknown> = {}): Promise<void> {
  const { flow } = labFlow(nodes);
  await load(change(flow, 'ac', ac));
  await up();
}

function send(message: Record<string, unknown>): void {
  helper.getNode('out')?.receive(message as never);
}

test('pppoe-in gives what a host sends, with whose it is', async () => {
  await start();
  const inbox = new Inbox('inbox');
  sessionIn().session?.send([IN]);
  const { payload, ip, subscriber, topic } = await inbox.next();
  const { sessionId, mac } = concentratorIn().subscribers[0] ?? {};
  assert.deepEqual(payload, IN);
  assert.deepEqual(ip, summarizeIp(IN));
  assert.deepEqual(subscriber, { account: 'anna', sessionId, address: '10.64.0.2', mac });
  assert.equal(topic, 'isp');
});

test('pppoe-in gives a batch as arrays, which pppoe-out sends back to whom they came from', async () => {
  const nodes = NODES.map((node) => (node.id === 'in' ? { ...node, output: 'batch' } : node));
  await start(nodes);
  const [inbox, received] = [new Inbox('inbox'), new Inbox('received')];
  sessionIn().session?.send([IN, IN]);
  const message = await inbox.next();
  assert.equal((message.payload as Buffer[]).length, 2);
  assert.deepEqual(
    (message['subscriber'] as { account: string }[]).map(({ account }) => account),
    ['anna', 'anna'],
  );
  send(message);
  await received.next(() => received.messages.length === 2);
  assert.deepEqual(received.messages[0]?.payload, IN);
});

for (const [what, subscriber] of [
  ['its own destination', () => undefined],
  ['the session id', () => ({ sessionId: sessionIn().session?.status.sessionId })],
  ['the account', () => ({ account: 'anna' })],
  ['the address', () => ({ address: '10.64.0.2' })],
  ['the Ethernet address', () => ({ mac: concentratorIn().subscribers[0]?.mac })],
] as const) {
  test(`pppoe-out finds the subscriber by ${what}`, async () => {
    await start();
    const [received, completed] = [new Inbox('received'), new Inbox('completed')];
    send({ payload: OUT, subscriber: subscriber() });
    assert.deepEqual((await received.next()).payload, OUT);
    assert.deepEqual((await completed.next()).payload, OUT);
  });
}

test("pppoe-out makes a packet from an object, from the concentrator's own address", async () => {
  await start();
  const received = new Inbox('received');
  send({ payload: { destination: '10.64.0.2', protocol: 'udp', payload: 'hello' } });
  const { payload } = await received.next();
  const { source, payload: octets } = decodeIpv4(payload as Buffer);
  assert.deepEqual([source, octets.toString()], [parseIpv4('10.64.0.1'), 'hello']);
});

test('pppoe-out sends IPv6 to the prefix of a subscriber', async () => {
  await start(NODES, { ipv6Prefix: '2001:db8::/48' });
  const { session } = sessionIn();
  const address = () => session?.status.ipv6?.addresses[0]?.address;
  while (!address()) await new Promise<void>((resolve) => void session?.once('addresses', () => resolve()));
  const received = new Inbox('received');
  send({ payload: { destination: address(), protocol: 'udp', payload: 'hello' } });
  const { ip } = await received.next();
  assert.deepEqual(
    [(ip as { source: string }).source, (ip as { destination: string }).destination],
    ['2001:db8::1', address()],
  );
});

const REFUSED: readonly (readonly [what: string, code: string, message: () => Record<string, unknown>])[] = [
  ['a packet to an address that nobody has', 'no-account', () => ({ payload: packet('192.0.2.1', '10.64.0.99') })],
  ['an account that there is not', 'no-account', () => ({ payload: OUT, subscriber: { account: 'carl' } })],
  ['an account without a session', 'not-up', () => ({ payload: OUT, subscriber: { account: 'ben' } })],
  ['a session that there is not', 'no-account', () => ({ payload: OUT, subscriber: { sessionId: 0 } })],
  ['a packet that is too long', 'too-long', () => ({ payload: packet('192.0.2.1', '10.64.0.2', Buffer.alloc(1_473)) })],
  ['octets that are no packet', 'malformed', () => ({ payload: Buffer.from('hello') })],
  [
    'such octets to an account',
    'malformed',
    () => ({ payload: Buffer.from('hello'), subscriber: { account: 'anna' } }),
  ],
  ['a good packet with a bad one', 'no-account', () => ({ payload: [OUT, packet('192.0.2.1', '10.64.0.99')] })],
  [
    'an IPv6 packet where that is not up',
    'not-up',
    () => ({
      payload: Buffer.concat([Buffer.of(0x60, 0, 0, 0, 0, 0, 59, 64), Buffer.alloc(32)]),
      subscriber: { account: 'anna' },
    }),
  ],
];

for (const [what, code, message] of REFUSED) {
  test(`pppoe-out refuses ${what} with ${code}, and sends nothing`, async () => {
    const { flow } = labFlow(NODES);
    const { session, ac } = credentials();
    const accounts = [...JSON.parse(ac?.['accounts'] ?? ''), { username: 'ben', password: 'b' }];
    await load(flow, { session: session ?? {}, ac: { accounts: JSON.stringify(accounts) } });
    await up();
    const errors = new Inbox('errors');
    send(message());
    const { error } = await errors.next();
    assert.equal((error as { code?: string }).code, code);
    assert.equal(sessionIn().session?.status.counters.packetsReceived, 0);
  });
}

test('an account with two sessions is not one destination', async () => {
  const { flow, segment } = labFlow(NODES);
  const second = { id: 'second', type: 'pppoe-session', interface: segment };
  const { session = {}, ac = {} } = credentials();
  await load([...flow, second], { session, second: session, ac });
  await Promise.all([up(), up('second')]);
  const errors = new Inbox('errors');
  send({ payload: OUT, subscriber: { account: 'anna' } });
  const { error } = await errors.next();
  assert.match((error as { message: string }).message, /means 2 sessions/);
});

test('a pppoe-in that a deploy has made anew takes packets as before', async () => {
  const { flow } = labFlow(NODES);
  await load(flow);
  await up();
  await helper.setFlows(change(flow, 'in', { output: 'batch' }), 'nodes');
  const inbox = new Inbox('inbox');
  sessionIn().session?.send([IN]);
  assert.deepEqual((await inbox.next()).payload, [IN]);
  assert.equal(concentratorIn().packets.unclaimed, 0);
});
