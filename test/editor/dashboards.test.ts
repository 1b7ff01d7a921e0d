// The example dashboards as their user has them: imported, deployed, looked at while traffic runs and while things go wrong.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Demo, skip } from './browser';
import { Dashboard } from './dashboard';

const LIMIT = { timeout: 60_000 };

describe('the dashboard link status', { skip: skip() }, () => {
  let demo: Demo;
  let page: Dashboard;
  before(async () => {
    demo = await Demo.start();
    page = await Dashboard.ofExample(demo, 'dashboard-link-status', '/link-status');
  });
  after(() => demo?.stop());

  const press = (name: string) => demo.page.getByRole('button', { name }).click();
  /** How often the provider has said that a session is up. */
  const sessions = () => demo.log.match(/provider\] .* is up with/g)?.length ?? 0;

  test('shows the session up, with all its addresses, and no reason', LIMIT, async () => {
    await page.shown('State', 'up').waitFor();
    await page.shown('IPv4 address', '10.64.0.2').waitFor();
    await page.shown('Gateway', '10.64.0.1').waitFor();
    await page.shown('Name servers', '9.9.9.9, 149.112.112.112').waitFor();
    await page.shown('IPv6 address', /2001:db8:[\da-f:]+$/).waitFor();
    await page.shown('IPv6 prefix', /2001:db8:8000::\/56$/).waitFor();
    await page.shown('Access concentrator', 'provider').waitFor();
    assert.deepEqual([await page.valueOf('Reason'), await page.valueOf('Diagnosis')], ['', '']);
  });

  test('the uptime goes on, and the latency is measured', LIMIT, async () => {
    await page.shown('Uptime', /0 d 00:0\d:\d\d/).waitFor();
    const first = await page.valueOf('Uptime');
    await page.shown('Uptime', /0 d/).filter({ hasNotText: first }).waitFor();
    assert.ok((await page.valueOf('Uptime')) > first, first);
    await page.shown('Last ping', 'answered by 10.64.0.1').waitFor();
    // The gauge begins at 0: a round trip takes longer.
    await demo.page.locator('.nrdb-ui-gauge-value').filter({ hasText: /[1-9]/ }).first().waitFor();
  });

  test('traffic shows in the chart, in both directions', LIMIT, async () => {
    const before = await page.drawing();
    await press('Make traffic for 10 s');
    // Pings of 1,400 octets, 50 in a second; the one to the gateway alone has 84 octets.
    await page.point('my line/sent', 20_000);
    await page.point('my line/received', 20_000);
    assert.notEqual(await page.drawing(), before);
  });

  test('a session that the provider ends is explained, comes back, and stands among the outages', LIMIT, async () => {
    const explained = page.shown('Diagnosis', 'The provider ended the session').waitFor();
    const emptied = page.shown('IPv6 prefix', /prefix$/).waitFor();
    await press('The provider ends it');
    await Promise.all([explained, emptied]);
    await page.rows('Outages', 'peer-terminated', 'The peer ended the session').waitFor();
    await page.shown('State', 'up').waitFor();
    await page.shown('IPv6 prefix', '2001:db8:8000::/56').waitFor();
    assert.equal(await page.valueOf('Diagnosis'), '');
  });

  test('Reconnect makes a new session, and the newest outage stands first', LIMIT, async () => {
    const before = sessions();
    await press('Reconnect');
    await page.rows('Outages', /closed/).waitFor();
    await page.shown('State', 'up').waitFor();
    assert.equal(sessions(), before + 1);
    const rows = await page.rows('Outages').allInnerTexts();
    assert.equal(rows.length, 2);
    assert.match(rows[0] ?? '', /closed/);
  });

  test('nothing was logged as an error or warned about', () => {
    assert.doesNotMatch(demo.log, /\[error\]|\[warn\] \[(pppoe|ui)-/);
  });
});

describe('the dashboard of a lab', { skip: skip() }, () => {
  let demo: Demo;
  let page: Dashboard;
  before(async () => {
    demo = await Demo.start();
    page = await Dashboard.ofExample(demo, 'dashboard-lab', '/lab');
  });
  after(() => demo?.stop());

  const fault = (name: string) => demo.page.locator('.nrdb-ui-switch', { hasText: name }).locator('input').first();
  const end = (account: string) => page.rows('Subscribers', account).getByRole('button', { name: 'End' }).click();
  /** Each of the accounts whose session has ended, in order. */
  const ended = () => [...demo.log.matchAll(/lab\] (\w+) \S+ is down/g)].map(([, account]) => account);

  test('lists the subscribers, whose counters grow, and the latency of each', LIMIT, async () => {
    for (const account of ['anna', 'ben', 'carla']) {
      const row = page.rows('Subscribers', account, /10\.64\.0\.[2-4]/);
      for (const counter of ['octetsReceived', 'octetsSent']) {
        // A ping and its reply have 84 octets.
        await row.locator(`[data-column-key="${counter}"]`, { hasText: /\d{3}/ }).waitFor();
      }
      await page.rows('Events', account, 'up').waitFor();
      await page.point(account, 0);
    }
    await page.shown('Sessions', '3').waitFor();
  });

  test('a broadcast reaches every host', LIMIT, async () => {
    await demo.page.getByLabel('Tell all hosts').fill('Maintenance tonight at ten');
    await demo.page.getByLabel('Tell all hosts').press('Enter');
    await page.shown('Hosts told', '3').waitFor();
    await page.shown('Heard by anna', 'Maintenance tonight at ten').waitFor();
  });

  test('End ends the session of its row and no other, and says so among the events', LIMIT, async () => {
    await end('ben');
    await page.rows('Events', 'ben', 'down', 'Closed by the access concentrator').waitFor();
    assert.deepEqual(ended(), ['ben']);
    await page.shown('Sessions', '3').waitFor();
  });

  test('the switches of faults add up, and each has its effect', LIMIT, async () => {
    await fault('Packets are 200 ms late').click();
    await page.shown('Faults now', /delay$/).waitFor();
    await page.point('anna', 200);
    await fault('New sessions are refused').click();
    await page.shown('Faults now', /delay, refuse$/).waitFor();
    await end('carla');
    await page.rows('Events', 'refused', 'Refused on purpose').first().waitFor();
    await page.shown('Sessions', '2').waitFor();
    await fault('Packets are 200 ms late').click();
    await page.shown('Faults now', /now\s*refuse$/).waitFor();
  });

  test('one button ends all faults, and the hosts come back', LIMIT, async () => {
    await demo.page.getByRole('button', { name: 'None of them' }).click();
    await page.shown('Faults now', /now$/).waitFor();
    assert.equal(await fault('New sessions are refused').isChecked(), false);
    await page.shown('Sessions', '3').waitFor();
    assert.deepEqual(ended(), ['ben', 'carla']);
  });

  test('nothing was logged as an error or warned about', () => {
    assert.doesNotMatch(demo.log, /\[error\]|\[warn\] \[(pppoe|ui)-/);
  });
});
