// Logins that the flow decides about.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { codeOf, connect, NODES, SUBSCRIBER, tell, twoSessions } from './subscriber-rig';
import { concentratorIn, type Flow, helper, Inbox, load, PASSWORD, sessionIn, up } from './world';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

/** A login of anna that the flow is asked about. */
async function asked(ac: Record<string, unknown> = {}, nodes: Flow = NODES) {
  const { flow, creds } = twoSessions({ admission: 'ask', ...ac }, nodes);
  await load(flow, { ...creds, ac: {} });
  const logins = new Inbox('logins');
  sessionIn().session?.connect();
  return { question: await logins.next(), logins };
}

test('the flow is asked about a login with all that is known, but for the password', async () => {
  const { question } = await asked({ authentication: 'pap' });
  const { login, payload, topic } = question;
  const { id, mac, sessionId, ...rest } = login as Record<string, unknown>;
  assert.deepEqual([payload, topic], ['anna', 'isp']);
  assert.deepEqual(rest, { username: 'anna', protocol: 'pap', vlan: '', service: '' });
  assert.equal(sessionId, concentratorIn().subscribers[0]?.sessionId);
  assert.ok(id && mac);
  assert.ok(!JSON.stringify(question).includes(PASSWORD));
});

for (const authentication of ['pap', 'chap-md5', 'ms-chap-v2']) {
  test(`the flow lets a host in with address, name servers and password (${authentication})`, async () => {
    const { question } = await asked({ authentication });
    const completed = new Inbox('completed');
    const answer = { accept: true, password: PASSWORD, address: '192.0.2.77', dns: ['192.0.2.53'], text: 'Hello' };
    tell({ ...question, payload: answer });
    await up();
    const { localAddress, dns } = sessionIn().session?.status ?? {};
    assert.deepEqual([localAddress, dns], ['192.0.2.77', ['192.0.2.53']]);
    const done = await completed.next();
    assert.equal((done.payload as { accept: boolean }).accept, true);
    assert.ok(!JSON.stringify([done, helper.log().args]).includes(PASSWORD), 'the password goes no further');
  });
}

test('a plain true believes the host', async () => {
  const { question } = await asked({ authentication: 'pap' });
  tell({ ...question, payload: true });
  await up();
  assert.equal(concentratorIn().subscribers[0]?.username, 'anna');
});

for (const [what, payload, text] of [
  ['false', false, 'Login incorrect'],
  ['a text', { accept: false, text: 'Bill not paid' }, 'Bill not paid'],
  ['another password', { accept: true, password: 'other' }, 'Login incorrect'],
] as const) {
  test(`the flow refuses a host with ${what}`, async () => {
    const { question } = await asked({ authentication: 'chap-md5' });
    const events = new Inbox('events');
    tell({ ...question, payload });
    const { reason } = await events.next(({ payload: event }) => event === 'refused');
    assert.equal((reason as { code: string }).code, 'authentication-failed');
    assert.match(sessionIn().session?.status.reason?.text ?? '', new RegExp(text));
  });
}

test('a refusal may say in the words of MS-CHAPv2 what is wrong', async () => {
  const { question } = await asked({ authentication: 'ms-chap-v2' });
  const events = new Inbox('events');
  tell({ ...question, payload: { accept: false, detail: 'account-disabled' } });
  await events.next(({ payload: event }) => event === 'refused');
  assert.equal(sessionIn().session?.status.reason?.detail, 'account-disabled');
});

for (const [what, payload] of [
  ['the question itself', 'anna'],
  ['an object without accept', { password: PASSWORD }],
  ['an empty password', { accept: true, password: '' }],
  ['an address that is none', { accept: true, address: 'auto' }],
  ['three name servers', { accept: true, dns: '192.0.2.1, 192.0.2.2, 192.0.2.3' }],
  ['a text that is longer than hosts take', { accept: false, text: 'x'.repeat(201) }],
  ['a detail that there is not', { accept: false, detail: 'mood' }],
] as const) {
  test(`${what} is no answer: an error malformed without the password, and the login still waits`, async () => {
    const { question } = await asked({ authentication: 'pap' });
    const errors = new Inbox('errors');
    tell({ ...question, payload });
    assert.equal(await codeOf(errors), 'malformed');
    assert.ok(!JSON.stringify(errors.messages).includes(PASSWORD));
    tell({ ...question, payload: true });
    await up();
  });
}

test('every node of a concentrator is asked; the first answer counts and the second is an error', async () => {
  const second = { ...SUBSCRIBER, id: 'second', wires: [[], ['others'], []] };
  const nodes = [...NODES, second, { id: 'others', type: 'helper', z: 'tab' }];
  const { flow, creds } = twoSessions({ admission: 'ask', authentication: 'pap' }, nodes);
  await load(flow, creds);
  const [logins, others, errors] = [new Inbox('logins'), new Inbox('others'), new Inbox('errors')];
  sessionIn().session?.connect();
  const [one, two] = [await logins.next(), await others.next()];
  assert.deepEqual(one['login'], two['login']);
  tell({ ...two, payload: true }, 'second');
  tell({ ...one, payload: false });
  assert.equal(await codeOf(errors), 'timeout');
  await up();
});

test('an answer after the time for it is an error timeout, and the host was refused', async () => {
  const { question } = await asked({ authentication: 'pap', decisionTimeout: '0.01' });
  const events = new Inbox('events');
  await events.next(({ payload }) => payload === 'refused');
  const errors = new Inbox('errors');
  tell({ ...question, payload: true });
  assert.equal(await codeOf(errors), 'timeout');
  assert.match(sessionIn().session?.status.reason?.text ?? '', /in time/);
});

test('accounts are asked first when the flow is only for the others', async () => {
  const { flow, creds } = twoSessions({ admission: 'accounts-then-ask' });
  const accounts = JSON.stringify([{ username: 'anna', password: PASSWORD }]);
  await load(flow, { ...creds, ac: { accounts } });
  const logins = new Inbox('logins');
  await connect();
  sessionIn('other').session?.connect();
  const question = await logins.next();
  assert.equal(question.payload, 'ben');
  tell({ ...question, payload: { accept: true, password: PASSWORD } });
  await up('other');
  assert.equal(logins.messages.length, 1);
});
