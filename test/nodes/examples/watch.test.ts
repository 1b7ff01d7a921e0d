// The examples that measure, record, test and tell others.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { malformed, select } from '../../lab/capture';
import { skipWithout } from '../../lab/requirements';
import { helper, sessionIn } from '../world';
import { Example } from './example';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

test('ping-monitor tells when the line gets bad, by loss or because it is down, and when it is good again', async () => {
  const example = await Example.start('ping-monitor', { 'the gateway': { interval: '0.02', timeout: '0.1' } });
  const line = example.debug('the line is');
  const is = async (verdict: 'good' | 'bad') => {
    assert.equal((await line.next()).payload, verdict);
    line.clear();
  };
  await is('good');
  example.press('lose most of it');
  example.press('measure now');
  await is('bad');
  example.press('lose nothing');
  example.press('measure now');
  await is('good');
  const { session } = sessionIn(example.id('pppoe-session', 'my line'));
  session?.disconnect();
  await session?.disconnected(5_000);
  example.press('measure now');
  await is('bad');
});

describe('capture-on-failure', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pppoe-example-'));
  });
  after(() => rm(directory, { recursive: true }));

  /** Breaks the password, and gives the file that came of it. */
  async function failure(): Promise<string> {
    const folder = { t: 'set', p: 'filename', pt: 'msg', tot: 'jsonata' };
    const to = `"${join(directory, 'captures')}/" & filename`;
    const example = await Example.start('capture-on-failure', { 'the folder': { rules: [{ ...folder, to }] } });
    await example.up();
    const written = example.debug('written');
    const errors = example.debug('errors');
    example.press('with a wrong password');
    assert.equal(((await errors.next())['error'] as { code: string }).code, 'authentication-failed');
    return String((await written.next())['filename']);
  }

  test('writes a file that is named after the session and the time', async () => {
    const path = await failure();
    assert.match(path, /captures\/pppoe-my-line-\d{8}T\d{6}Z\.pcapng$/);
    assert.ok((await readFile(path)).includes('authentication-failed'));
  });

  test('writes what tshark reads without complaint, the refusal in it', { skip: skipWithout('tshark') }, async () => {
    const path = await failure();
    assert.deepEqual(await malformed(path), []);
    assert.equal((await select(path, 'chap.code == 4')).length, 1);
  });
});

describe('test-a-router', () => {
  test('shows that the router comes back, and that it is refused until the faults end', async () => {
    const example = await Example.start('test-a-router');
    await example.up('stands for the router');
    const events = example.debug('comes and goes');
    example.press('end it in order');
    await events.next(({ payload }) => payload === 'down');
    await events.next(({ payload }) => payload === 'up');
    events.clear();
    example.press('sessions are ended, then refused');
    const { reason } = await events.next(({ payload }) => payload === 'refused');
    assert.match((reason as { text: string }).text, /Closed on purpose/);
  });

  test('has buttons that are all understood', async () => {
    const example = await Example.start('test-a-router');
    await example.up('stands for the router');
    const done = example.debug('what was done');
    const errors = example.debug('errors');
    for (const [button, action] of [
      ['who is there', 'list'],
      ['tell it something', 'broadcast'],
      ['no keepalive is answered', 'faults'],
      ['LCP is negotiated anew', 'faults'],
      ['half of IPCP is lost, after LCP anew', 'faults'],
      ['a third of all packets is lost', 'faults'],
      ['IPCP finds no end, after LCP anew', 'faults'],
      ['it is gone without a word', 'faults'],
      ['no faults any more', 'faults'],
    ] as const) {
      done.clear();
      example.press(button);
      assert.equal((await done.next())['action'], action, button);
    }
    assert.deepEqual(done.messages[0]?.payload, []);
    assert.deepEqual(errors.messages, []);
  });
});

describe('ipv6-prefix-to-script', () => {
  test('calls a program with each prefix that comes, and another with the one that goes', async () => {
    const example = await Example.start('ipv6-prefix-to-script');
    const says = example.debug('it says');
    const { payload } = await says.next();
    const [, prefix] =
      /^delegated (2001:db8:8[0-9a-f:]+::\/56)\n$/.exec(String(payload)) ?? assert.fail(String(payload));
    says.clear();
    example.press('try it');
    await says.next(({ payload }) => payload === `lost ${prefix}\n`);
    await says.next(({ payload }) => String(payload).startsWith('delegated 2001:db8:8'));
  });

  test('has no shell in between', async () => {
    const example = await Example.start('ipv6-prefix-to-script');
    const says = example.debug('it says');
    const text = '2001:db8::/56; echo $HOME | cat';
    example.give('exec', 'prefix delegated', { payload: text });
    await says.next(({ payload }) => payload === `delegated ${text}\n`);
  });
});
