// The examples that keep a line up, or say that it is down.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { helper, Inbox, sessionIn } from '../world';
import { Example, readExample } from './example';

before(() => helper.startServer());
after(() => helper.stopServer());
afterEach(() => helper.unload());

describe('nightly-reconnect', () => {
  for (const [what, changes, button] of [
    ['each time that it is due', { 'at four': { crontab: '* * * * * *' } }, undefined],
    ['at each press of a button', {}, 'now'],
  ] as const) {
    test(`ends the session and connects anew ${what}`, async () => {
      const example = await Example.start('nightly-reconnect', changes);
      const outcome = example.debug('outcome');
      const reconnected = async () => {
        outcome.clear();
        if (button) example.press(button);
        const { payload, session } = await outcome.next();
        assert.equal(payload, 'up');
        return (session as { sessionId: number }).sessionId;
      };
      assert.notEqual(await reconnected(), await reconnected());
    });
  }

  test('has four in the morning as its time', () => {
    const times = readExample('nightly-reconnect.json').map(({ crontab }) => crontab);
    assert.ok(times.includes('00 04 * * *'));
  });
});

describe('alert-on-outage', () => {
  test('says that a broken line is down, and why, and when it is up again', async () => {
    const example = await Example.start('alert-on-outage', { 'for 1 minute': { duration: '1', units: 'ms' } });
    await example.up();
    const sent = example.debug('send this');
    example.press('break it');
    assert.match(String((await sent.next()).payload), /^my line is down: The peer ended the session\. ./);
    sent.clear();
    example.press('repair it');
    assert.equal((await sent.next()).payload, 'my line is up again');
  });

  test('is silent at the start, and about a short interruption', async () => {
    const example = await Example.start('alert-on-outage');
    const changes = new Inbox(example.id('rbe', 'when it changes'));
    const sent = example.debug('send this');
    await example.up();
    await changes.next(({ topic }) => topic === 'my line');
    changes.clear();
    example.press('a short interruption');
    await changes.next(({ payload }) => payload === 'up');
    example.give('rbe', 'when it changes', { topic: 'the end', payload: 'waiting', reason: {} });
    await sent.next();
    assert.deepEqual(
      sent.messages.map(({ topic }) => topic),
      ['the end'],
    );
  });

  test('waits a minute, which begins with the loss and ends when the line is back; and says it once', async (t) => {
    const example = await Example.start('alert-on-outage');
    await example.up();
    const sent = example.debug('send this');
    const trigger = new Inbox(example.id('trigger', 'for 1 minute'));
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const tell = async (payload: 'waiting' | 'up', text = '') => {
      const reason = { text, diagnosis: '' };
      example.give('switch', 'down or up', { topic: 'my line', payload, reason });
      // The state of the start may arrive only now, too.
      await trigger.next((message) => message['reason'] === reason);
      await turn();
    };
    await tell('waiting');
    t.mock.timers.tick(59_000);
    await tell('up');
    t.mock.timers.tick(60_000);
    await tell('waiting', 'Lost');
    await tell('waiting', 'No answer');
    t.mock.timers.tick(60_000);
    assert.match(String((await sent.next()).payload), /^my line is down: No answer/);
    await tell('waiting');
    t.mock.timers.tick(60_000);
    await tell('up');
    await sent.next(({ payload }) => payload === 'my line is up again');
    assert.equal(sent.messages.length, 2);
  });
});

test('failover connects the reserve while the first line is down, and sends over the one that is up', async () => {
  const example = await Example.start('failover', { 'each second': { repeat: '0.1' } });
  const answered = example.debug('answered over');
  const reserve = example.debug('the reserve is');
  const answeredOver = async (line: string) => {
    answered.clear();
    await answered.next(({ topic }) => topic === line);
  };
  await answeredOver('first line');
  example.press('break it');
  await reserve.next(({ payload }) => payload === 'up');
  await answeredOver('reserve');
  reserve.clear();
  example.press('repair it');
  await reserve.next(({ payload }) => payload === 'idle');
  await answeredOver('first line');
  assert.equal(sessionIn(example.id('pppoe-session', 'reserve')).session?.state, 'idle');
});
