import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { decodeIcmpEcho, decodeIpv4, encodeIcmpEcho, encodeIpv4, ICMP, IP_PROTOCOL, parseIpv4 } from '../../src/index';
import {
  concentratorIn,
  credentials,
  helper,
  Inbox,
  labFlow,
  load,
  type Message,
  PASSWORD,
  sessionIn,
  up,
} from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

const PAYLOAD = Buffer.from('ping');

function echo(sequence: number, data = PAYLOAD): Buffer {
  return encodeIcmpEcho({ type: ICMP.echoRequest, code: 0, identifier: 7, sequence, data });
}

/** A whole packet from the session's address to its gateway. */
function packet(sequence: number, data = PAYLOAD): Buffer {
  const { localAddress = '', remoteAddress = '' } = sessionIn().session?.status ?? {};
  return encodeIpv4({
    tos: 0,
    identification: sequence,
    fragment: 0,
    ttl: 64,
    protocol: IP_PROTOCOL.icmp,
    source: parseIpv4(localAddress),
    destination: parseIpv4(remoteAddress),
    options: Buffer.alloc(0),
    payload: echo(sequence, data),
  });
}

function sequenceOf({ payload }: Message): number {
  assert.ok(Buffer.isBuffer(payload));
  return decodeIcmpEcho(decodeIpv4(payload).payload).sequence;
}

const IN_AND_OUT = [
  { id: 'out', type: 'pppoe-out', z: 'tab', session: 'session', wires: [] },
  { id: 'in', type: 'pppoe-in', z: 'tab', session: 'session', output: 'single', wires: [['inbox']] },
  { id: 'inbox', type: 'helper', z: 'tab' },
  { id: 'catch', type: 'catch', z: 'tab', wires: [['errors']] },
  { id: 'errors', type: 'helper', z: 'tab' },
];

const STATE = [
  { id: 'state', type: 'pppoe-state', z: 'tab', session: 'session', wires: [['states'], ['steps']] },
  { id: 'states', type: 'helper', z: 'tab' },
  { id: 'steps', type: 'helper', z: 'tab' },
];

test('pppoe-state tells each state once, from idle to up, with all that the session knows', async () => {
  const { flow, segment } = labFlow(STATE);
  await load(flow, credentials());
  const states = new Inbox('states');
  const { session, topic } = await states.next(({ payload }) => payload === 'up');
  const order = ['discovering', 'requesting', 'establishing', 'authenticating', 'configuring', 'up'];
  const seen = states.messages.map(({ payload }) => payload).filter((state) => state !== 'idle');
  assert.deepEqual(seen, order.slice(-seen.length), 'in order, none left out');
  assert.equal(topic, 'home');
  const { since, link, counters, acMac, sessionId, ...rest } = session as Record<string, unknown>;
  assert.deepEqual(rest, {
    state: 'up',
    serviceName: '',
    acName: 'TestAC',
    localAddress: '10.64.0.2',
    remoteAddress: '10.64.0.1',
    dns: ['192.0.2.53'],
    nbns: [],
    mru: 1492,
    mtu: 1492,
    ipv6: null,
    motm: null,
    hurl: null,
    interface: segment,
    nextAttempt: null,
    roundTrip: null,
    queue: { length: 0, dropped: 0, unclaimed: 0 },
  });
  assert.match(String(acMac), /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  assert.equal(sessionId, concentratorIn().subscribers[0]?.sessionId);
  assert.ok(Math.abs(Date.parse(String(since)) - Date.now()) < 60_000, `since ${since}`);
  assert.ok(link && counters);
});

test('pppoe-state tells the steps of the negotiation as text on its second output', async () => {
  const { flow } = labFlow(STATE);
  await load(flow, credentials());
  const steps = new Inbox('steps');
  await steps.next(({ payload }) => String(payload).startsWith('IPCP is open'));
  await up();
  const texts = steps.messages.map(({ payload }) => String(payload));
  for (const text of [
    'Starting LCP',
    'Got CHAP challenge from TestAC',
    'IPCP is open: we are 10.64.0.2, the peer is 10.64.0.1',
  ]) {
    assert.ok(texts.includes(text), `'${text}' in ${texts.join(' | ')}`);
  }
});

test('a pppoe-state that is added later gets the present state at once', async () => {
  const { flow } = labFlow();
  await load(flow, credentials());
  await up();
  await helper.setFlows([...flow, ...STATE], 'nodes', credentials());
  const first = await new Inbox('states').next();
  assert.equal(first.payload, 'up');
});

test('a ping that pppoe-out sends comes back through pppoe-in, as a Buffer and from an object', async () => {
  const { flow } = labFlow(IN_AND_OUT);
  await load(flow, credentials());
  await up();
  const inbox = new Inbox('inbox');
  const out = helper.getNode('out');
  out?.receive({ payload: packet(1) } as never);
  out?.receive({ payload: { destination: '10.64.0.1', protocol: 'icmp', payload: echo(2), ttl: 9 } } as never);
  out?.receive({ payload: [packet(3), packet(4)] } as never);
  await inbox.next((message) => sequenceOf(message) === 4);
  assert.deepEqual(inbox.messages.map(sequenceOf), [1, 2, 3, 4]);
  const [{ ip, topic } = {}] = inbox.messages;
  assert.deepEqual(ip, { version: 4, source: '10.64.0.1', destination: '10.64.0.2', protocol: 1, ttl: 64, length: 32 });
  assert.equal(topic, 'home');
});

test('pppoe-in gives one message for a batch when it is told to', async () => {
  const nodes = IN_AND_OUT.map((node) => (node.id === 'in' ? { ...node, output: 'batch' } : node));
  const { flow } = labFlow(nodes);
  await load(flow, credentials());
  await up();
  const inbox = new Inbox('inbox');
  helper.getNode('out')?.receive({ payload: [packet(1), packet(2), packet(3)] } as never);
  const { payload, ip } = await inbox.next();
  assert.ok(Array.isArray(payload) && Array.isArray(ip));
  assert.deepEqual(
    payload.map((octets) => sequenceOf({ payload: octets })),
    [1, 2, 3],
  );
  assert.equal(ip.length, 3);
});

const REFUSED: readonly { what: string; code: string; payload: () => unknown }[] = [
  { what: 'text', code: 'malformed', payload: () => 'hello' },
  { what: 'nothing', code: 'malformed', payload: () => undefined },
  { what: 'octets that are no IP packet', code: 'malformed', payload: () => Buffer.from('hello') },
  { what: 'a packet whose length is wrong', code: 'malformed', payload: () => packet(1).subarray(0, 25) },
  { what: 'an object without a destination', code: 'malformed', payload: () => ({ protocol: 1, payload: PAYLOAD }) },
  {
    what: 'an object with a wrong destination',
    code: 'malformed',
    payload: () => ({ destination: '300.1.1.1', protocol: 1 }),
  },
  { what: 'an object without a protocol', code: 'malformed', payload: () => ({ destination: '10.64.0.1' }) },
  {
    what: 'a time to live of 256',
    code: 'malformed',
    payload: () => ({ destination: '10.64.0.1', protocol: 1, ttl: 256 }),
  },
  { what: 'a packet longer than the MTU', code: 'too-long', payload: () => packet(1, Buffer.alloc(1_465)) },
  { what: 'an array with one bad packet', code: 'malformed', payload: () => [packet(1), Buffer.alloc(3)] },
];

for (const { what, code, payload } of REFUSED) {
  test(`pppoe-out refuses ${what} with ${code}, and sends nothing`, async () => {
    const { flow } = labFlow(IN_AND_OUT);
    await load(flow, credentials());
    await up();
    const errors = new Inbox('errors');
    helper.getNode('out')?.receive({ payload: payload() } as never);
    const { error } = await errors.next();
    assert.equal((error as { code?: string }).code, code);
    assert.equal(sessionIn().session?.status.counters.packetsSent, 0);
  });
}

test('pppoe-out takes a packet of exactly the MTU', async () => {
  const { flow } = labFlow(IN_AND_OUT);
  await load(flow, credentials());
  await up();
  const inbox = new Inbox('inbox');
  helper.getNode('out')?.receive({ payload: packet(5, Buffer.alloc(1_464)) } as never);
  const message = await inbox.next();
  assert.equal((message.payload as Buffer).length, 1_492);
});

test('pppoe-out refuses packets with not-up while the session is not up', async () => {
  const { flow } = labFlow(IN_AND_OUT, { autoconnect: false });
  await load(flow, credentials());
  const errors = new Inbox('errors');
  helper.getNode('out')?.receive({ payload: Buffer.alloc(20, 0x45) } as never);
  const { error } = await errors.next();
  assert.equal((error as { code?: string }).code, 'not-up');
});

test('the password appears in no message and no log line, also when it is refused', async () => {
  const wrong = 'Wr0ng-S3cret';
  const { flow } = labFlow([...STATE, ...IN_AND_OUT]);
  await load(flow, credentials(wrong));
  const boxes = [new Inbox('states'), new Inbox('steps'), new Inbox('errors')];
  await boxes[0]?.next(({ payload }) => payload === 'waiting');
  const { error } = (await boxes[2]?.next()) ?? {};
  assert.equal((error as { code?: string }).code, 'authentication-failed');
  const said = JSON.stringify([boxes.map(({ messages }) => messages), helper.log().args]);
  assert.ok(said.includes('Login incorrect'), 'the reason is told');
  assert.ok(!said.includes(wrong) && !said.includes(PASSWORD), 'the secrets are not');
});
