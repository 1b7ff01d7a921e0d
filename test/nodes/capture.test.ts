import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { selectIn } from '../lab/capture';
import { skipWithout } from '../lab/requirements';
import { credentials, helper, Inbox, labFlow, load, type Message, PASSWORD, sessionIn, up } from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

const SECTION = 0x0a0d0d0a;

function captureFlow(properties: Record<string, unknown> = {}, session: Record<string, unknown> = {}) {
  return labFlow(
    [
      { id: 'capture', type: 'pppoe-capture', z: 'tab', session: 'session', ...properties, wires: [['captured']] },
      ...['captured', 'errors', 'completed'].map((id) => ({ id, type: 'helper', z: 'tab' })),
      { id: 'catch', type: 'catch', z: 'tab', wires: [['errors']] },
      { id: 'complete', type: 'complete', z: 'tab', scope: ['capture'], wires: [['completed']] },
    ],
    session,
  );
}

const tell = (message: Record<string, unknown>) => helper.getNode('capture')?.receive(message as never);

/** Starts a stopped node, lets the session come up and end, and stops: all that is told until the last message. */
async function login(isLast: (message: Message) => boolean, message: object = {}): Promise<readonly Message[]> {
  const captured = new Inbox('captured');
  const { session } = sessionIn();
  tell({ payload: 'start', ...message });
  session?.connect();
  await up();
  session?.disconnect();
  await session?.disconnected(5_000);
  tell({ payload: 'stop' });
  await captured.next(isLast);
  return captured.messages;
}

const isEnd = ({ event }: Message) => event === 'end';
const isPadt = ({ payload }: Message) => /PADT/.test(typeof payload === 'string' ? payload : JSON.stringify(payload));

function octetsOf({ payload }: Message): Buffer {
  assert.ok(Buffer.isBuffer(payload));
  return payload;
}

test('start and stop give a pcapng file in pieces, its header first, for the file that start names', async () => {
  const { flow } = captureFlow({}, { autoconnect: false });
  await load(flow);
  const messages = await login(isEnd, { filename: '/tmp/x.pcapng' });
  const events = messages.map(({ event }) => event);
  assert.deepEqual([events[0], events.at(-1)], ['header', 'end']);
  assert.ok(events.slice(1, -1).every((event) => event === 'frames'));
  assert.ok(messages.every(({ topic, filename }) => topic === 'home' && filename === '/tmp/x.pcapng'));
  const file = Buffer.concat(messages.map(octetsOf));
  assert.equal(file.readUInt32LE(0), SECTION);
  assert.ok(file.includes('TestAC'), 'the AC-Name of PADO');
  assert.ok(!file.includes(PASSWORD));
});

test('tshark reads the file of a whole login without complaint', { skip: skipWithout('tshark') }, async () => {
  const { flow, segment } = captureFlow({}, { autoconnect: false });
  await load(flow);
  const messages = await login(isEnd);
  const file = Buffer.concat(messages.map(octetsOf));
  const filter = `frame.interface_name == "${segment}" && (pppoed || chap || lcp || ipcp)`;
  assert.ok((await selectIn(file, filter)).length > 12);
  assert.equal((await selectIn(file, 'frame.comment == "home: up"')).length, 1);
});

test('lines and objects are a message for each frame', async () => {
  const { flow } = captureFlow({ format: 'lines', filter: 'control' }, { autoconnect: false });
  await load(flow);
  const lines = await login(isPadt);
  assert.match(String(lines[0]?.payload), /^sent PADI/);
  assert.deepEqual([lines[0]?.['event'], lines[0]?.['direction']], ['frame', 'sent']);
  assert.ok(!Number.isNaN(Date.parse(String(lines[0]?.['at']))));
  assert.ok(lines.some(({ payload }) => /^received LCP Configure-Ack/.test(String(payload))));
  await helper.unload();
  await load(captureFlow({ format: 'objects' }, { autoconnect: false }).flow);
  const [first = assert.fail()] = await login(isPadt);
  const { protocol, code, direction, octets, text } = first.payload as Record<string, unknown>;
  assert.deepEqual([protocol, code, direction], ['PPPoE', 'PADI', 'sent']);
  assert.ok(Buffer.isBuffer(octets) && typeof text === 'string');
});

test('a stream begins with the flows when it is told to', async () => {
  const { flow } = captureFlow({ format: 'lines', autostart: true }, { autoconnect: false });
  await load(flow);
  const captured = new Inbox('captured');
  sessionIn().session?.connect();
  const { payload } = await captured.next(({ payload }) => String(payload).includes('PAD'));
  assert.match(String(payload), /PAD[IORS]/);
});

test('the last frames are dumped when the session fails, once for each new failure', {
  skip: skipWithout('tshark'),
}, async () => {
  const { flow } = captureFlow(
    { mode: 'ring' },
    { autoconnect: false, pauseAuthentication: '0.1', pauseAuthenticationMax: '0.1' },
  );
  await load(flow, credentials('Wr0ng-S3cret'));
  const captured = new Inbox('captured');
  sessionIn().session?.connect();
  const dump = await captured.next();
  const { code, text } = dump['reason'] as { code: string; text: string };
  assert.equal(code, 'authentication-failed');
  assert.match(String(dump['filename']), /^pppoe-home-\d{8}T\d{6}Z\.pcapng$/);
  const file = octetsOf(dump);
  assert.ok(file.includes(`authentication-failed: ${text}`), 'why, as the comment of the file');
  assert.ok((await selectIn(file, 'chap.code == 4')).length >= 1);
  const { session } = sessionIn();
  await new Promise<void>((resolve) => session?.on('state', (state) => state === 'waiting' && resolve()));
  assert.equal(captured.messages.length, 1, 'the same failure again');
});

test('a message dumps the last frames as well, as many as are kept', async () => {
  const { flow } = captureFlow({ mode: 'ring', format: 'lines', keep: '3' });
  await load(flow);
  await up();
  const captured = new Inbox('captured');
  tell({ action: 'dump' });
  const { payload, frames, event, reason } = await captured.next();
  assert.deepEqual([(payload as string[]).length, frames, event, reason], [3, 3, 'dump', { code: '', text: '' }]);
});

test('without the option a failure dumps nothing', async () => {
  const { flow } = captureFlow({ mode: 'ring', dumpOnFailure: false }, { autoconnect: false });
  await load(flow, credentials('Wr0ng-S3cret'));
  const captured = new Inbox('captured');
  const errors = new Inbox('errors');
  sessionIn().session?.connect();
  await errors.next();
  assert.equal(captured.messages.length, 0);
});

test('unknown actions, and dumps of what is not kept, are malformed', async () => {
  const { flow } = captureFlow({}, { autoconnect: false });
  await load(flow);
  const errors = new Inbox('errors');
  for (const message of [{ payload: 'dance' }, { payload: 'dump' }]) {
    errors.clear();
    tell(message);
    assert.equal(((await errors.next())['error'] as { code: string }).code, 'malformed');
  }
});

test('a capture follows its session to another interface', async () => {
  const { flow } = captureFlow({ format: 'lines', autostart: true, filter: 'control' });
  const other = {
    id: 'ac2',
    type: 'pppoe-concentrator',
    interface: 'virtual:test-moved',
    acName: 'Moved',
    authentication: 'none',
  };
  await load([...flow, other]);
  await up();
  const captured = new Inbox('captured');
  await sessionIn().connect(5_000, { interface: 'virtual:test-moved' });
  const { payload } = await captured.next(({ payload }) => String(payload).includes('AC-Name Moved'));
  assert.match(String(payload), /^received PADO/);
});
