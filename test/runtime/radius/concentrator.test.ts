// An access concentrator that asks scripted RADIUS servers, with hosts of our own, in virtual time.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Subscriber } from '../../../src/concentrator/line';
import type { Reason } from '../../../src/errors';
import { virtualSegments } from '../../../src/link/virtual-segment';
import { chapMd5 } from '../../../src/ppp/chap-md5';
import {
  authenticatorResponse,
  challengeHash,
  challengeResponse,
  ntPasswordHash,
} from '../../../src/ppp/ms-chap-v2-hash';
import { PppoeConcentrator, type PppoeConcentratorOptions } from '../../../src/runtime/pppoe-concentrator';
import { PppoeSession } from '../../../src/runtime/pppoe-session';
import { FakeClock, turns, until } from '../fake-clock';
import { type Asked, CODE, microsoft, type ReplyAttribute, replyTo, ScriptedServers } from './scripted-server';

const LIMIT = { timeout: 20_000 };
const CREDENTIALS = { username: 'test', password: 'secret' };
const [LOGIN, RESERVE, ACCOUNTING] = [1812, 1912, 1813];

after(() => assert.deepEqual(virtualSegments(), []));

type Answer = Parameters<ScriptedServers['on']>[1];
const taken: Answer = ({ octets }) => replyTo(octets, CODE.accounting, [], { signature: 'missing' });
const mute: Answer = () => undefined;
const accept =
  (...attributes: ReplyAttribute[]): Answer =>
  ({ octets }) =>
    replyTo(octets, CODE.accept, attributes);

let segments = 0;

/** A concentrator with two servers for logins, of which the second is silent, and one for accounting. */
function rig(login: Answer, options: Partial<PppoeConcentratorOptions> = {}, accounting: Answer = taken) {
  const clock = new FakeClock();
  const servers = new ScriptedServers();
  const name = `virtual:radius-${++segments}`;
  const radius = {
    authentication: [servers.on(LOGIN, login), servers.on(RESERVE, mute)],
    accounting: [servers.on(ACCOUNTING, accounting)],
    ...options.radius,
  };
  const settings = { interface: name, admission: 'ask', ...options, radius } as const;
  const concentrator = new PppoeConcentrator(settings, clock, servers.open);
  const told: unknown[] = [];
  const refusals: Reason[] = [];
  const details = () => refusals.map(({ code, detail }) => [code, detail]);
  for (const event of ['subscriber-up', 'subscriber-changed', 'subscriber-down', 'authenticate', 'radius'] as const) {
    concentrator.on(event, (...what: unknown[]) => void told.push([event, ...what]));
  }
  concentrator.on('subscriber-refused', (refusal) => void refusals.push(refusal.reason));
  const session = new PppoeSession({ interface: name, ...CREDENTIALS }, clock);
  const connect = async (): Promise<Subscriber> => {
    session.connect();
    await until(() => session.state === 'up' && servers.to(ACCOUNTING).length > 0);
    const [subscriber] = concentrator.subscribers;
    assert.ok(subscriber);
    return { ...subscriber, since: 0 };
  };
  const advance = async (ms: number) => {
    clock.advance(ms);
    await turns(5);
  };
  /** Ends both; the time that a record which nobody takes is waited for passes. */
  const end = async () => {
    let isClosed = false;
    const closing = concentrator.close().then(() => {
      isClosed = true;
    });
    while (!isClosed) await advance(500);
    await closing;
    const closed = session.close(0);
    await advance(1_000);
    await closed;
    assert.equal(servers.opened, 0);
    assert.deepEqual(clock.armed, []);
  };
  const kinds = () => servers.to(ACCOUNTING).map(({ attributes }) => attributes['Acct-Status-Type']);
  return { clock, servers, concentrator, session, told, refusals, details, connect, advance, end, kinds };
}

function attribute({ attributes }: Asked, name: string): Buffer {
  const value = attributes[name];
  assert.ok(Buffer.isBuffer(value), name);
  return value;
}

/** Judges a password as a server does, from the request alone (RFC 2865 §5.2-5.3, RFC 2548 §2.3). */
function judge(asked: Asked, password: string): { readonly right: boolean; readonly proof?: ReplyAttribute } {
  const { 'User-Password': clear, 'CHAP-Password': chap } = asked.attributes;
  if (clear !== undefined) return { right: clear === password };
  if (chap !== undefined) {
    const value = attribute(asked, 'CHAP-Password');
    const expected = chapMd5(value[0] ?? 0, password, attribute(asked, 'CHAP-Challenge'));
    return { right: expected.equals(value.subarray(1)) };
  }
  // Challenge and response: the only vendor's attributes, at the end of the packet.
  const response = asked.octets.subarray(-50);
  const challenge = asked.octets.subarray(-50 - 8 - 16, -50 - 8);
  const hash = challengeHash(response.subarray(2, 18), challenge, Buffer.from(CREDENTIALS.username));
  const expected = challengeResponse(hash, ntPasswordHash(password));
  const digits = authenticatorResponse(ntPasswordHash(password), expected, hash).toString('hex').toUpperCase();
  return {
    right: expected.equals(response.subarray(26)),
    proof: microsoft(26, Buffer.concat([response.subarray(0, 1), Buffer.from(`S=${digits}`)])),
  };
}

for (const protocol of ['pap', 'chap-md5', 'ms-chap-v2'] as const) {
  test(
    `${protocol}: a server can tell right passwords from wrong ones, and says what the host gets`,
    LIMIT,
    async () => {
      let isFirst = true;
      const login: Answer = (asked) => {
        const password = isFirst ? 'other' : CREDENTIALS.password;
        isFirst = false;
        const { right, proof } = judge(asked, password);
        if (!right)
          return replyTo(asked.octets, CODE.reject, [[18, 'Nobody knows you'], microsoft(2, '\x01E=691 R=0')]);
        const address: ReplyAttribute = [8, Buffer.of(192, 0, 2, 77)];
        const dns = [microsoft(28, Buffer.of(192, 0, 2, 53)), microsoft(29, Buffer.of(192, 0, 2, 54))];
        return replyTo(asked.octets, CODE.accept, [address, ...dns, [18, 'Hello'], ...(proof ? [proof] : [])]);
      };
      const { session, refusals, end, told } = rig(login, { authentication: [protocol] });
      const progress: string[] = [];
      session.on('progress', (text) => progress.push(text));
      session.connect();
      await until(() => session.state === 'waiting');
      assert.equal(session.status.reason?.code, 'authentication-failed');
      assert.match(session.status.reason?.text ?? '', /Nobody knows you/);
      assert.equal(refusals[0]?.detail, 'wrong-credentials');
      // Once more, without the pause after a wrong password.
      session.connect();
      await until(() => session.state === 'up');
      assert.equal(session.status.localAddress, '192.0.2.77');
      assert.deepEqual(session.status.dns, ['192.0.2.53', '192.0.2.54']);
      assert.ok(progress.some((text) => text.includes('Hello')));
      assert.ok(!JSON.stringify([told, refusals]).includes(CREDENTIALS.password));
      await end();
    },
  );
}

test('a request tells who asks, from where, and how', LIMIT, async () => {
  const { servers, connect, end } = rig(accept(), { authentication: ['pap'], acName: 'here', vlan: [] });
  const subscriber = await connect();
  const { 'User-Password': _, 'Message-Authenticator': __, ...attributes } = servers.to(LOGIN)[0]?.attributes ?? {};
  assert.deepEqual(attributes, {
    'User-Name': 'test',
    'NAS-Identifier': 'here',
    'NAS-Port': subscriber.sessionId,
    'NAS-Port-Type': 'Virtual',
    'NAS-Port-Id': `virtual:radius-${segments}`,
    'Calling-Station-Id': subscriber.mac.replaceAll(':', '-').toUpperCase(),
    'Service-Type': 'Framed-User',
    'Framed-Protocol': 'PPP',
    'Acct-Session-Id': subscriber.key,
  });
  await end();
});

const REFUSALS: readonly (readonly [what: string, answer: Answer, text: RegExp])[] = [
  ['an Access-Challenge', ({ octets }) => replyTo(octets, CODE.challenge), /more than a password/],
  ['another service than PPP', accept([6, Buffer.of(0, 0, 0, 1)]), /another service/],
  ['another protocol than PPP', accept([7, Buffer.of(0, 0, 0, 2)]), /another service/],
];
for (const [what, answer, text] of REFUSALS) {
  test(`${what} is a refusal`, LIMIT, async () => {
    const { session, refusals, end } = rig(answer, { authentication: ['pap'] });
    session.connect();
    await until(() => refusals.length > 0);
    assert.match(refusals[0]?.text ?? '', text);
    await end();
  });
}

test('an acceptance of MS-CHAPv2 without proof of the password is a refusal', LIMIT, async () => {
  const { session, refusals, end } = rig(accept(), { authentication: ['ms-chap-v2'] });
  session.connect();
  await until(() => refusals.length > 0);
  assert.match(refusals[0]?.text ?? '', /does not prove/);
  await end();
});

test('addresses that are none come from the pool', LIMIT, async () => {
  for (const address of [Buffer.of(255, 255, 255, 254), Buffer.of(255, 255, 255, 255), Buffer.of(0, 0, 0, 0)]) {
    const { session, connect, end } = rig(accept([8, address]), { authentication: ['pap'] });
    await connect();
    assert.equal(session.status.localAddress, '10.64.0.2');
    await end();
  }
});

test(
  'with all servers silent the host is refused with a code of its own, after all their time-outs',
  LIMIT,
  async () => {
    const radius = { timeout: 1_000, tries: 2 };
    const { session, servers, refusals, details, told, advance, end } = rig(mute, { authentication: ['pap'], radius });
    session.connect();
    await until(() => servers.to(LOGIN).length > 0);
    await advance(2_000);
    await advance(1_999);
    assert.deepEqual(details(), []);
    await advance(1);
    await until(() => refusals.length > 0);
    assert.deepEqual(details(), [['authentication-failed', 'no-server']]);
    assert.match(refusals[0]?.text ?? '', /No RADIUS server answers/);
    assert.deepEqual(
      told.map((what) => (Array.isArray(what) ? what[1].code : '')),
      ['server-dead', 'server-dead'],
    );
    await end();
  },
);

test('the next server decides when the first is silent', LIMIT, async () => {
  const { session, servers, advance, end } = rig(mute, { authentication: ['pap'] });
  servers.on(RESERVE, accept());
  session.connect();
  await until(() => servers.to(LOGIN).length > 0);
  await advance(6_000);
  await until(() => session.state === 'up');
  await end();
});

test(
  'with the accounts first, servers are asked about others only; without servers for it the flow is',
  LIMIT,
  async () => {
    const accounts = [CREDENTIALS];
    const known = rig(mute, { admission: 'accounts-then-ask', accounts, authentication: ['pap'] });
    await known.connect();
    assert.equal(known.servers.to(LOGIN).length, 0);
    assert.equal(known.servers.to(ACCOUNTING)[0]?.attributes['Acct-Authentic'], 'Local');
    await known.end();
    const flow = rig(mute, { authentication: ['pap'], radius: { authentication: [] } });
    flow.concentrator.on('authenticate', (login) => flow.concentrator.admit(login, { accepted: true }));
    await flow.connect();
    await flow.end();
  },
);

test('accounting tells beginning, progress and end, with what the server wants to hear again', LIMIT, async () => {
  const terms: ReplyAttribute[] = [
    [25, 'class one'],
    [25, 'class two'],
    [85, Buffer.of(0, 0, 0, 90)],
  ];
  const { servers, session, connect, advance, end, kinds } = rig(accept(...terms), { authentication: ['pap'] });
  const { key } = await connect();
  await advance(89_999);
  assert.deepEqual(kinds(), ['Start']);
  await advance(1);
  assert.deepEqual(kinds(), ['Start', 'Interim-Update']);
  const disconnected = session.disconnect();
  await until(() => kinds().length === 3);
  await disconnected;
  const records = servers.to(ACCOUNTING).map(({ attributes }) => attributes);
  for (const record of records) {
    assert.deepEqual(record['Class'], [Buffer.from('class one'), Buffer.from('class two')]);
    assert.deepEqual([record['Acct-Session-Id'], record['User-Name']], [key, 'test']);
    assert.deepEqual([record['Framed-IP-Address'], record['Acct-Authentic']], ['10.64.0.2', 'RADIUS']);
  }
  assert.equal(records[0]?.['Acct-Session-Time'], undefined);
  assert.equal(records[1]?.['Acct-Session-Time'], 90);
  assert.equal(records[2]?.['Acct-Terminate-Cause'], 'User-Request');
  await end();
  assert.equal(kinds().length, 3);
});

test('a session ends when its time is over, which accounting tells', LIMIT, async () => {
  const { servers, session, connect, advance, end, kinds } = rig(accept([27, Buffer.of(0, 0, 0, 60)]), {
    authentication: ['pap'],
  });
  await connect();
  await advance(59_999);
  assert.equal(session.state, 'up');
  await advance(1);
  await until(() => kinds().includes('Stop'));
  assert.equal(servers.to(ACCOUNTING).at(-1)?.attributes['Acct-Terminate-Cause'], 'Session-Timeout');
  await end();
});

test('records that nobody takes are told later, in order, with their age', LIMIT, async () => {
  const { servers, concentrator, connect, advance, end, kinds, told } = rig(
    accept(),
    { authentication: ['pap'] },
    mute,
  );
  const { sessionId } = await connect();
  concentrator.disconnect(sessionId);
  await advance(6_000);
  assert.deepEqual([...new Set(kinds())], ['Start']);
  servers.on(ACCOUNTING, taken);
  await advance(30_000);
  await until(() => kinds().at(-1) === 'Stop');
  const [start, stop] = servers.to(ACCOUNTING).slice(-2);
  assert.equal(start?.attributes['Acct-Status-Type'], 'Start');
  assert.equal(start?.attributes['Acct-Delay-Time'], 36);
  assert.equal(stop?.attributes['Acct-Terminate-Cause'], 'Admin-Reset');
  assert.ok(!JSON.stringify(told).includes('record-lost'));
  await end();
});

test(
  'close tells the end of every session, and does not wait for long for servers that are silent',
  LIMIT,
  async () => {
    const { servers, connect, end, kinds } = rig(accept(), { authentication: ['pap'] });
    await connect();
    await end();
    assert.deepEqual(kinds(), ['Start', 'Stop']);
    assert.equal(servers.to(ACCOUNTING).at(-1)?.attributes['Acct-Terminate-Cause'], 'Admin-Reboot');
    const silent = rig(accept(), { authentication: ['pap'] }, mute);
    await silent.connect();
    const before = silent.clock.now();
    await silent.end();
    assert.ok(silent.clock.now() - before <= 4_500);
    const lost = silent.told.filter((what) => JSON.stringify(what).includes('record-lost'));
    assert.equal(lost.length, 2);
  },
);
