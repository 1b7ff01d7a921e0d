// The way of somebody new: a session put together by mouse, filled in, deployed, broken, and looked at.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { Demo, skip } from './browser';
import { Dialog } from './dialog';
import type { EditorPage } from './editor-globals';
import { Workspace } from './workspace';

const LIMIT = { timeout: 60_000 };
/** What the new session is called, beside that of the demo, whose access concentrator it dials in to. */
const NAME = 'my line';

describe('a new user in the editor', { skip: skip() }, () => {
  let demo: Demo;
  let workspace: Workspace;
  before(async () => {
    demo = await Demo.start();
    workspace = new Workspace(demo.page);
    await demo.openEditor();
    await demo.page.locator('.red-ui-tab-button.red-ui-tabs-add a').first().click();
    await demo.page.locator('.red-ui-tab.active', { hasText: /Flow \d/ }).waitFor();
  });
  after(() => demo?.stop());

  const sidebar = (selector: string, options: { readonly hasText?: string | RegExp } = {}): Locator =>
    demo.page.locator(`.pppoe-sidebar ${selector}`, options);
  /** The node of the new flow with this text on it. */
  const node = (text: string): Locator => demo.page.locator('.red-ui-flow-node', { hasText: text }).first();
  const opened = (action: () => Promise<void>) => Dialog.opened(demo.page, action);
  const segment = (dialog: Dialog) => dialog.row('interface').getByRole('textbox', { name: 'Segment' });

  test('drags the nodes from the palette, which say that they want a session', LIMIT, async () => {
    await demo.page.locator('#red-ui-palette-search input').pressSequentially('pppoe');
    await demo.page.locator('.red-ui-palette-node[data-palette-type="inject"]').waitFor({ state: 'hidden' });
    await workspace.drag('pppoe-state', 200, 150);
    await workspace.drag('pppoe-control', 200, 300);
    await node('pppoe state').waitFor();
    await node('pppoe control').waitFor();
    assert.deepEqual([...(await workspace.invalid())].sort(), ['pppoe-control', 'pppoe-state']);
  });

  test('makes the session beside the node, and is told what is wrong in its form', LIMIT, async () => {
    const state = await opened(() => node('pppoe state').dblclick());
    await state.field('session').selectOption('_ADD_');
    const session = await opened(() => state.row('session').locator('[id$="-session-add"]').click());
    assert.match(
      (await session.wanted('interface').textContent()) ?? '',
      /^Interface: the name of a network interface/,
    );
    await session.field('name').fill(NAME);
    await session.row('interface').getByLabel('Kind of interface').selectOption('virtual');
    const heights = await session
      .row('interface')
      .locator('.pppoe-line > *')
      .evaluateAll((all) => all.map((each) => (each as unknown as { offsetHeight: number }).offsetHeight));
    assert.equal(new Set(heights).size, 1, `what stands in one line is of one height, not ${heights}`);
    await segment(session).fill('the lab');
    assert.match((await session.wanted('interface').textContent()) ?? '', /^Segment: a name without blanks/);
    await segment(session).fill('lab');
    await session.field('username').fill('x'.repeat(256));
    assert.match((await session.wanted('username').textContent()) ?? '', /^User name: at most 255 octets/);
    await session.field('username').fill('demo');
    await session.field('password').fill('demo');
    for (const field of ['interface', 'username', 'password']) {
      assert.equal(await session.wanted(field).textContent(), '', field);
    }
    await session.tray.getByRole('button', { name: 'Scan' }).click();
    await session.tray.getByRole('button', { name: 'Use demo-isp' }).click();
    assert.equal(await session.field('acName').inputValue(), 'demo-isp');
    assert.equal((await session.accept())['valid'], true);
    const { valid, session: chosen } = await state.accept();
    assert.deepEqual([valid, chosen], [true, session.id]);
  });

  test('chooses it in the second node, deploys, and watches it come up', LIMIT, async () => {
    const control = await opened(() => node('pppoe control').dblclick());
    await control.field('session').selectOption({ label: NAME });
    assert.equal((await control.accept())['valid'], true);
    assert.deepEqual(await workspace.invalid(), []);
    await workspace.deploy();
    await node('pppoe state').locator('.red-ui-flow-node-status-label', { hasText: '10.64.0.' }).waitFor();
    await node('pppoe control').locator('.red-ui-flow-node-status-label', { hasText: '10.64.0.' }).waitFor();
  });

  test('sees in the sidebar how it came up', LIMIT, async () => {
    await demo.page.evaluate(() => {
      (globalThis as unknown as EditorPage).RED.sidebar.show('pppoe');
    });
    await sidebar('.pppoe-list-row', { hasText: NAME }).click();
    await sidebar('.pppoe-name', { hasText: NAME }).waitFor();
    for (const step of ['PADI', 'PADO', 'PADR', 'PADS', 'IPCP Configure-Ack']) {
      await sidebar('.rung').filter({ hasText: step }).first().waitFor();
    }
    assert.equal(await sidebar('.pppoe-diagnosis p').count(), 0);
  });

  test(
    'breaks the password, deploys, reads the diagnosis, and sees in the ladder where it was refused',
    LIMIT,
    async () => {
      const state = await opened(() => node('pppoe state').dblclick());
      const session = await opened(() => state.row('session').locator('[id$="-session-edit"]').click());
      await session.field('password').fill('wr0ng-0ne');
      await session.accept();
      await state.accept();
      await workspace.deploy();
      await node('pppoe state')
        .locator('.red-ui-flow-node-status-label', { hasText: 'authentication-failed' })
        .waitFor();
      await sidebar('.pppoe-list-row', { hasText: NAME }).click();
      await sidebar('.pppoe-state', { hasText: 'authentication-failed' }).waitFor();
      await sidebar('.pppoe-diagnosis p', { hasText: 'the provider refused demo' }).waitFor();
      await sidebar('.rung.refused').filter({ hasText: 'CHAP Failure' }).first().waitFor();
      assert.ok(!(await demo.page.content()).includes('wr0ng-0ne'));
      assert.ok(!demo.log.includes('wr0ng-0ne'));
    },
  );
});
