// The sidebar in a real browser: a negotiation that can be looked at, by mouse, keyboard and screen reader.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Download, Locator } from 'playwright-core';
import { violations } from './accessibility';
import { Demo, skip } from './browser';
import type { EditorPage } from './editor-globals';

/** A configuration as Node-RED's admin API takes it. */
type Config = Record<string, unknown> & { readonly id: string; readonly type: string };

/** A dark theme's variables, as Node-RED 5 has them. */
const DARK = `:root {
  --red-ui-primary-background: #2a2a2a; --red-ui-secondary-background: #1f1f1f; --red-ui-primary-text-color: #d8d8d8;
  --red-ui-secondary-border-color: #444; --red-ui-form-input-background: #333; --red-ui-tab-background-active: #1f1f1f;
  --red-ui-list-item-background: #1f1f1f; --red-ui-view-background: #242424; --red-ui-view-grid-color: #2e2e2e;
}`;

describe('the sidebar', { skip: skip() }, () => {
  let demo: Demo;
  let original: readonly Config[];
  const sidebar = (selector: string, options: { readonly hasText?: string | RegExp } = {}): Locator =>
    demo.page.locator(`.pppoe-sidebar ${selector}`, options);
  const rung = (title: string): Locator => sidebar('.rung').filter({ hasText: title }).first();

  before(async () => {
    demo = await Demo.start();
    original = (await (await fetch(`${demo.address}/flows`)).json()) as Config[];
    await demo.openEditor();
    await show();
  });
  after(() => demo?.stop());
  beforeEach(async () => {
    await demo.page.setViewportSize({ width: 1280, height: 900 });
  });

  /** Shows the sidebar, as wide as this. */
  async function show(width = 315): Promise<void> {
    await demo.page.evaluate((wanted) => {
      const { RED, $ } = globalThis as unknown as EditorPage;
      RED.sidebar.show('pppoe');
      $('#red-ui-sidebar').width(wanted);
      RED.events.emit('sidebar:resize');
    }, width);
    await sidebar('.pppoe-list-row').first().waitFor();
  }

  /** Deploys the demo with changes, and with further nodes. */
  async function deploy(change: (node: Config) => Config, more: readonly Config[] = []): Promise<void> {
    const flows = [...original.map(change), ...more];
    const answer = await fetch(`${demo.address}/flows`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Node-RED-Deployment-Type': 'full' },
      body: JSON.stringify(flows),
    });
    assert.ok(answer.ok, await answer.text());
  }

  const only = (type: string, more: Record<string, unknown>) => (node: Config) =>
    node.type === type ? { ...node, ...more } : node;

  async function text(download: Promise<Download>): Promise<Buffer> {
    return readFile(await (await download).path());
  }

  test('lists the session with state, address, uptime and traffic', async () => {
    const row = sidebar('.pppoe-list-row');
    await row.filter({ hasText: 'up' }).waitFor();
    assert.match((await row.locator('.pppoe-list-addresses').textContent()) ?? '', /^10\.64\.0\./);
    await row.locator('.pppoe-list-time', { hasText: /\d\d:\d\d:\d\d/ }).waitFor();
    // The demo pings once a second.
    await row.locator('.pppoe-list-rates', { hasText: /[1-9]\d* B\/s/ }).waitFor();
    await row.locator('.spark-received').waitFor({ state: 'attached' });
  });

  test('draws the negotiation from PADI to the last Configure-Ack', async () => {
    const titles = await sidebar('.rung .title').allTextContents();
    const expected = [
      'discovering',
      'PADI',
      'PADO',
      'PADR',
      'PADS',
      /^LCP Configure-Request/,
      /^CHAP/,
      /^IPCP Configure-Ack/,
      'up',
    ];
    let at = -1;
    for (const title of expected) {
      const found = titles.findIndex(
        (one, index) => index > at && (typeof title === 'string' ? one === title : title.test(one)),
      );
      assert.ok(found > at, `${title} after ${titles[at]} in ${titles.join(', ')}`);
      at = found;
    }
    assert.deepEqual(await sidebar('.pppoe-ladder svg > text').allTextContents(), [
      'Host',
      'Access Concentrator',
      'demo-isp',
    ]);
    await sidebar('.refused .mark').first().waitFor();
  });

  test('a click on a frame shows its fields and octets, another takes them away', async () => {
    await rung('PADO').click();
    const frame = sidebar('.pppoe-frame');
    await frame.locator('h4', { hasText: 'Received PADO' }).waitFor();
    await frame.locator('dd', { hasText: 'demo-isp' }).waitFor();
    assert.match((await frame.locator('pre').textContent()) ?? '', /^0000 {2}([\da-f]{2} ){8}/);
    await rung('PADO').click();
    await frame.waitFor({ state: 'detached' });
  });

  test('the response to a challenge is overwritten in the octets that are shown', async () => {
    await rung('CHAP Response').click();
    const octets = (await sidebar('.pppoe-frame pre').textContent()) ?? '';
    assert.match(octets, /2a 2a 2a 2a/);
    await sidebar('.pppoe-frame button').click();
  });

  test('everything is done by keyboard', async () => {
    await sidebar('.pppoe-list-row').first().focus();
    const { keyboard } = demo.page;
    const focused = () =>
      demo.page.evaluate(
        () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
      );
    await keyboard.press('Tab');
    assert.equal(await focused(), 'Negotiation');
    await keyboard.press('ArrowRight');
    assert.equal(await focused(), 'States');
    await sidebar('.pppoe-states svg').waitFor();
    await keyboard.press('Home');
    assert.equal(await focused(), 'Negotiation');
    await keyboard.press('Tab');
    await keyboard.press('Home');
    assert.match(await focused(), /^State discovering/);
    await keyboard.press('ArrowDown');
    assert.match(await focused(), /^Sent PADI/);
    await keyboard.press('Enter');
    await sidebar('.pppoe-frame h4', { hasText: 'Sent PADI' }).waitFor();
    assert.match(await focused(), /^Sent PADI/, 'the focus stays where it was');
    await keyboard.press('Escape');
    await sidebar('.pppoe-frame').waitFor({ state: 'detached' });
    await keyboard.press('End');
    assert.match(await focused(), /^State up/);
    await keyboard.press('Tab');
    assert.match(await focused(), /^Save the picture as SVG/);
  });

  test('the states are drawn with the present one lit, and where it leads from there', async () => {
    await sidebar('#pppoe-tab-states').click();
    assert.equal(await sidebar('.lit[data-state]').getAttribute('data-state'), 'up');
    await sidebar('.pppoe-states li', { hasText: 'terminating' }).waitFor();
    assert.match((await sidebar('.pppoe-automaton').first().textContent()) ?? '', /LCPOpened/);
    await sidebar('#pppoe-tab-facts').click();
    await sidebar('dd', { hasText: 'demo-isp' }).first().waitFor();
    await sidebar('#pppoe-tab-negotiation').click();
  });

  for (const [label, begins] of [
    ['SVG', /^<\?xml[\s\S]*<svg [\s\S]*PADI[\s\S]*<\/svg>\s*$/],
    ['PNG', /^\u0089PNG/],
    ['Mermaid', /^sequenceDiagram\n/],
    ['pcapng', /^\n\r\r\n/],
  ] as const) {
    test(`${label} is saved as a file`, async () => {
      const saved = demo.page.waitForEvent('download');
      await sidebar(`.pppoe-exports button[aria-label*="${label}"]`).click();
      const octets = await text(saved);
      assert.match(octets.toString('latin1'), begins);
      assert.match((await saved).suggestedFilename(), /^pppoe-demo-\d+\.(svg|png|mmd|pcapng)$/);
    });
  }

  for (const [theme, style] of [
    ['light', ':root {}'],
    ['dark', DARK],
  ] as const) {
    for (const width of [300, 480]) {
      test(`can be read and heard in a ${theme} theme, ${width} pixels wide`, async () => {
        const tag = await demo.page.addStyleTag({ content: style });
        try {
          await show(width);
          for (const tab of ['negotiation', 'states', 'facts']) {
            await sidebar(`#pppoe-tab-${tab}`).click();
            if (tab === 'negotiation') await rung('PADI').click();
            // It takes the theme's colours the next time that it asks.
            await demo.page.waitForResponse(/pppoe\/sessions\//);
            assert.deepEqual(await violations(demo.page, '.pppoe-sidebar'), [], tab);
            assert.doesNotMatch((await sidebar('.pppoe-body').textContent()) ?? '', /pppoe-sidebar[.:]/);
            if (tab === 'negotiation') await rung('PADI').click();
          }
          const cut = await demo.page.evaluate(() =>
            [...document.querySelectorAll('.pppoe-sidebar, .pppoe-ladder, .pppoe-exports')]
              .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
              .map(({ className }) => className),
          );
          assert.deepEqual(cut, [], 'nothing is wider than the sidebar');
        } finally {
          await tag.evaluate((element) => (element as unknown as { remove(): void }).remove());
          await sidebar('#pppoe-tab-negotiation').click();
          await show();
        }
      });
    }
  }

  test('an AC-Name with markup in it stays text', async () => {
    const acName = `<script>alert(1)</script><b onclick='x'>"`;
    await deploy(only('pppoe-concentrator', { acName }));
    await rung('PADO').filter({ hasText: '<script>' }).waitFor();
    assert.equal(await sidebar('script, b[onclick]').count(), 0);
    await rung('PADO').click();
    await sidebar('.pppoe-frame dd').filter({ hasText: acName }).waitFor();
    const saved = demo.page.waitForEvent('download');
    await sidebar('.pppoe-exports button', { hasText: 'SVG' }).click();
    assert.ok(!(await text(saved)).includes('<script'));
  });

  test('a wrong password is diagnosed in plain language, shown and saved nowhere, and attempts can be leafed through', async () => {
    const credentials = { username: 'demo', password: 'Wr0ng-0ne' };
    const wrong = only('pppoe-session', { pauseAuthentication: '1', pauseAuthenticationMax: '1', credentials });
    await deploy((node) => only('pppoe-concentrator', { authentication: 'pap' })(wrong(node)));
    await sidebar('.pppoe-state', { hasText: 'authentication-failed' }).waitFor();
    await sidebar('.pppoe-diagnosis p', { hasText: 'The provider refused demo: Login incorrect' }).waitFor();
    assert.ok((await sidebar('.pppoe-diagnosis li').count()) > 0);
    await sidebar('.bad').first().waitFor();
    await sidebar('.pppoe-attempt', { hasText: /Attempt ([2-9]|\d\d)/ }).waitFor();
    await sidebar('button[aria-label="Older attempt"]').click();
    await rung('PAP Authenticate-Nak').waitFor();
    await rung('PAP Authenticate-Request').click();
    await sidebar('.pppoe-frame dd', { hasText: 'hidden' }).waitFor();
    assert.deepEqual(await violations(demo.page, '.pppoe-sidebar'), []);
    const texts = [await demo.page.content()];
    for (const format of ['SVG', 'Mermaid', 'pcapng']) {
      const saved = demo.page.waitForEvent('download');
      await sidebar(`.pppoe-exports button[aria-label*="${format}"]`).click();
      texts.push((await text(saved)).toString('latin1'));
    }
    const hidden = Buffer.from('Wr0ng-0ne')
      .toString('hex')
      .replaceAll(/..(?=.)/g, '$& ');
    for (const one of texts) assert.ok(!one.includes('Wr0ng-0ne') && !one.includes(hidden));
    await sidebar('.pppoe-frame button').click();
  });

  test('with 100 sessions and 10,000 packets a second it shows them all, and can still be used', async (t) => {
    const credentials = { username: '${PPPOE_USERNAME}', password: '${PPPOE_PASSWORD}' };
    await deploy(only('pppoe-session', { credentials }), hundred());
    await sidebar('.pppoe-list-row').nth(100).waitFor();
    await sidebar('.pppoe-list-row[data-look=good]').nth(100).waitFor();
    const longest = await demo.page.evaluateHandle(() => {
      const seen = { ms: 0 };
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.ms = Math.max(seen.ms, duration);
      }).observe({ type: 'longtask' });
      return seen;
    });
    for (let answers = 0; answers < 6; answers++) await demo.page.waitForResponse(/pppoe\/sessions\?/);
    t.diagnostic(`longest task of the page: ${(await longest.jsonValue()).ms.toFixed(0)} ms`);
    await sidebar('.pppoe-list-row').first().focus();
    await demo.page.keyboard.press('End');
    const last = sidebar('.pppoe-list-row').last();
    assert.equal(await last.getAttribute('aria-selected'), 'true');
    await sidebar('.pppoe-name')
      .filter({ hasText: (await last.locator('.pppoe-list-name').textContent()) ?? '' })
      .waitFor();
    await last.locator('.pppoe-list-rates', { hasText: /kB\/s/ }).waitFor();
  });

  test('it asks twice a second while it is seen, and nothing while it is not', async () => {
    let asked = 0;
    demo.page.on('request', (request) => {
      if (request.url().includes('/pppoe/sessions')) asked++;
    });
    const { clock } = demo.page;
    await clock.install();
    await demo.page.waitForResponse(/pppoe\/sessions/);
    asked = 0;
    for (let tenths = 0; tenths < 10; tenths++) await clock.runFor(100);
    assert.ok(asked >= 1 && asked <= 4, `${asked} requests`);
    await demo.page.evaluate(() => {
      (globalThis as unknown as EditorPage).RED.sidebar.show('info');
    });
    await sidebar('.pppoe-list').waitFor({ state: 'hidden' });
    // What was under way when it was hidden is the last.
    await clock.runFor(1_000);
    asked = 0;
    await clock.runFor(10_000);
    assert.equal(asked, 0);
  });

  /** A hundred sessions, each of which is handed 100 packets a second. */
  function hundred(): readonly Config[] {
    const z = 'crowd';
    const concentrator = original.find(({ type }) => type === 'pppoe-concentrator');
    const session = original.find(({ type }) => type === 'pppoe-session');
    assert.ok(concentrator && session);
    const name = (index: number) => String(index).padStart(3, '0');
    const segment = { interface: 'virtual:crowd' };
    const credentials = { accounts: JSON.stringify([{ username: 'demo', password: 'demo' }]) };
    const indices = Array.from({ length: 100 }, (_, index) => index);
    const func =
      'const packet = Buffer.alloc(100); packet[0] = 0x45; packet.writeUInt16BE(100, 2);' +
      ' packet[8] = 64; packet[9] = 17; msg.payload = Array.from({ length: 10 }, () => packet); return msg;';
    return [
      { id: z, type: 'tab', label: 'crowd' },
      { ...concentrator, ...segment, id: 'crowd-ac', name: 'crowd', credentials },
      ...indices.map((index) => ({
        ...session,
        ...segment,
        id: `crowd-session-${index}`,
        name: `line ${name(index)}`,
        mac: `02:00:00:00:01:${index.toString(16).padStart(2, '0')}`,
        credentials: { username: 'demo', password: 'demo' },
      })),
      {
        id: 'crowd-clock',
        type: 'inject',
        z,
        name: '',
        props: [],
        repeat: '0.1',
        once: true,
        onceDelay: 1,
        x: 100,
        y: 100,
        wires: [['crowd-make']],
      },
      {
        id: 'crowd-make',
        type: 'function',
        z,
        name: '',
        func,
        outputs: 1,
        x: 200,
        y: 100,
        wires: [indices.map((index) => `crowd-out-${index}`)],
      },
      ...indices.map((index) => ({
        id: `crowd-out-${index}`,
        type: 'pppoe-out',
        z,
        name: '',
        session: `crowd-session-${index}`,
        x: 400,
        y: 100 + index,
        wires: [],
      })),
    ];
  }
});
