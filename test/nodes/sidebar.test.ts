import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { NodeAPI } from 'node-red';
import type { ExportedFile, SessionDetails, SessionList } from '../../nodes/editor/sidebar/data';
import { selectIn } from '../lab/capture';
import { skipWithout } from '../lab/requirements';
import { credentials, helper, labFlow, load, PASSWORD, sessionIn, up } from './world';

import sidebar = require('../../nodes/pppoe-sidebar');

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

/** What an address of the editor's API answers: the body of JSON, or the status. */
async function get<Body>(path: string): Promise<Body | number> {
  const { status, body } = await helper.request().get(path);
  return status === 200 ? (body as Body) : status;
}

async function details(query = ''): Promise<SessionDetails> {
  const answer = await get<SessionDetails>(`/pppoe/sessions/session${query}`);
  assert.ok(typeof answer === 'object', `answered ${answer}`);
  return answer;
}

async function file(format: string): Promise<Buffer> {
  const answer = await get<ExportedFile>(`/pppoe/sessions/session/${format}`);
  assert.ok(typeof answer === 'object', `answered ${answer}`);
  return Buffer.from(answer.base64, 'base64');
}

async function loadLab(password?: string): Promise<void> {
  const { flow } = labFlow();
  await load(flow, credentials(password), [sidebar]);
}

test('every endpoint asks for the permission to read', () => {
  const asked: unknown[] = [];
  const guard = () => {};
  const guarded: unknown[][] = [];
  const red = {
    auth: {
      needsPermission: (permission: string) => {
        asked.push(permission);
        return guard;
      },
    },
    httpAdmin: { get: (...route: unknown[]) => guarded.push(route) },
  };
  sidebar(red as unknown as NodeAPI);
  assert.deepEqual(asked, ['pppoe.read']);
  assert.equal(guarded.length, 3);
  for (const route of guarded) assert.equal(route[1], guard, String(route[0]));
});

test('the list has each session with state, addresses and traffic', async () => {
  await loadLab();
  await up();
  const list = await get<SessionList>('/pppoe/sessions');
  assert.ok(typeof list === 'object');
  const [session, ...others] = list.sessions;
  assert.deepEqual(others, []);
  assert.equal(session?.name, 'home');
  assert.equal(session?.state, 'up');
  assert.equal(session?.problem, undefined);
  assert.match(session?.addresses[0] ?? '', /^10\.64\.0\./);
  assert.ok(Date.parse(session?.since ?? '') <= Date.parse(list.now));
});

test('details have the history, and when asked again only what is new', async () => {
  await loadLab();
  await up();
  const first = await details();
  assert.equal(first.whole, true);
  const [last] = first.entries.slice(-1);
  assert.equal(last?.type === 'state' && last.state, 'up');
  const again = await details(`?epoch=${first.epoch}&after=${last?.serial}`);
  assert.deepEqual([again.whole, again.entries], [false, []]);
  await sessionIn().disconnect(5_000);
  const more = await details(`?epoch=${first.epoch}&after=${last?.serial}`);
  assert.equal(more.whole, false);
  assert.deepEqual(
    more.entries.map(({ serial }) => serial),
    more.entries.map((_, index) => (last?.serial ?? 0) + 1 + index),
  );
  const other = await details(`?epoch=another&after=${last?.serial}`);
  assert.deepEqual([other.whole, other.entries.length], [true, first.entries.length + more.entries.length]);
  const ahead = await details(`?epoch=${first.epoch}&after=99999`);
  assert.equal(ahead.whole, true);
});

test('a wrong password is diagnosed, and neither it nor a response is in any answer', async () => {
  await loadLab('Wr0ng-0ne');
  const { session } = sessionIn();
  await assert.rejects(session?.connected(10_000) ?? Promise.resolve());
  const answer = await details();
  assert.equal(answer.summary.problem, 'authentication-failed');
  assert.equal(answer.diagnosis?.finding, 'authentication.wrong-credentials');
  const secrets = [PASSWORD, 'Wr0ng-0ne'].flatMap((secret) => [secret, Buffer.from(secret).toString('hex')]);
  const all = [JSON.stringify(answer), (await file('mermaid')).toString(), (await file('pcapng')).toString('latin1')];
  for (const secret of secrets) assert.ok(!all.some((text) => text.includes(secret)), secret);
  const responses = answer.entries.filter((entry) => entry.type === 'frame' && entry.code === 'Response');
  assert.ok(responses.length > 0);
  for (const entry of responses) assert.match(entry.type === 'frame' ? entry.octets : '', /2a2a2a2a2a2a2a2a/);
});

test('the negotiation is exported as Mermaid text and as pcapng', async () => {
  await loadLab();
  await up();
  assert.match((await file('mermaid')).toString(), /^sequenceDiagram\n/);
  const pcapng = await file('pcapng');
  assert.equal(pcapng.readUInt32LE(0), 0x0a0d0d0a);
  const frames = sessionIn().session?.trace ?? [];
  for (const { octets } of frames) assert.ok(pcapng.includes(octets));
});

for (const [what, password, filter, frames] of [
  ['login', PASSWORD, 'pppoe.code == 0x09 || ipcp.opt.ip_address', 4],
  ['refused login', 'Wr0ng-0ne', 'pppoe.code == 0x09 || chap.code == 4', 2],
] as const) {
  test(`tshark reads the exported pcapng of a ${what} without complaint`, {
    skip: skipWithout('tshark'),
  }, async () => {
    await loadLab(password);
    await Promise.allSettled([sessionIn().session?.connected(10_000)]);
    const found = await selectIn(await file('pcapng'), filter);
    assert.ok(found.length >= frames, found.join('\n'));
  });
}

test('what is not there is not found', async () => {
  await loadLab();
  assert.equal(await get('/pppoe/sessions/nobody'), 404);
  assert.equal(await get('/pppoe/sessions/nobody/pcapng'), 404);
  assert.equal(await get('/pppoe/sessions/session/exe'), 404);
});

test('a session with impossible settings is in the list, with what is wrong, and has no details', async () => {
  const { flow } = labFlow([], { mru: 1 });
  await load(flow, credentials(), [sidebar]);
  const list = await get<SessionList>('/pppoe/sessions');
  assert.equal(typeof list === 'object' && list.sessions[0]?.problem, 'bad settings');
  assert.equal(await get('/pppoe/sessions/session'), 404);
});

test('a session that was removed is not listed any longer', async () => {
  const { flow } = labFlow();
  await load(flow, credentials(), [sidebar]);
  await up();
  await helper.setFlows(
    flow.filter(({ id }) => id !== 'session'),
    'full',
  );
  assert.deepEqual(((await get<SessionList>('/pppoe/sessions')) as SessionList).sessions, []);
});
