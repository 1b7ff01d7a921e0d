// An ISP in a flow, as its user has it: the example imported and deployed, and the dialogs of what is in it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Demo, skip } from './browser';
import { Dialog } from './dialog';
import { Workspace } from './workspace';

const LIMIT = { timeout: 60_000 };
const EXAMPLE = JSON.parse(readFileSync(join(__dirname, '../../examples/isp-in-a-flow.json'), 'utf8'));

describe('an ISP in a flow', { skip: skip() }, () => {
  let demo: Demo;
  before(async () => {
    demo = await Demo.start();
    await demo.openEditor();
  });
  after(() => demo?.stop());

  test(
    'the imported example comes up: the flow lets both hosts in, and one is given its own address',
    LIMIT,
    async () => {
      const workspace = new Workspace(demo.page);
      await workspace.importFlow(EXAMPLE);
      await workspace.deploy();
      await workspace.status('2 sessions').waitFor();
      await workspace.status('10.64.0.50').waitFor();
    },
  );

  test(
    'a node of packets shows the session or the access concentrator that is chosen, and keeps only that',
    LIMIT,
    async () => {
      const dialog = await Dialog.open(demo.page, 'pppoe-in');
      const [session, concentrator] = [dialog.row('session'), dialog.row('concentrator')];
      await dialog.field('source').selectOption('session');
      assert.deepEqual([await session.isVisible(), await concentrator.isVisible()], [true, false]);
      await dialog.field('source').selectOption('concentrator');
      assert.deepEqual([await session.isVisible(), await concentrator.isVisible()], [false, true]);
      await dialog.field('concentrator').selectOption({ label: 'isp' });
      const { valid, source, session: kept } = await dialog.accept();
      assert.deepEqual([valid, source, kept], [true, 'concentrator', '']);
    },
  );

  test('the order of the protocols is that of the lines, and is stored', LIMIT, async () => {
    const dialog = await Dialog.open(demo.page, 'pppoe-concentrator', { authentication: 'any' });
    const lines = dialog.tray.locator('.pppoe-protocols > label');
    await lines.nth(2).getByRole('button').click();
    await lines.nth(1).getByRole('button').click();
    assert.match((await lines.first().textContent()) ?? '', /PAP/);
    await lines.nth(2).locator('input').uncheck();
    const { authentication, valid } = await dialog.accept();
    assert.deepEqual([authentication, valid], ['pap,ms-chap-v2', true]);
  });

  test('accounts and the time for the flow are shown for as long as they count', LIMIT, async () => {
    const dialog = await Dialog.open(demo.page, 'pppoe-concentrator', { authentication: 'any', admission: 'accounts' });
    const shown = async () => [
      await dialog.row('accounts').isVisible(),
      await dialog.row('decisionTimeout').isVisible(),
    ];
    assert.deepEqual(await shown(), [true, false]);
    await dialog.field('admission').selectOption('ask');
    assert.deepEqual(await shown(), [false, true]);
    await dialog.field('admission').selectOption('accounts-then-ask');
    assert.deepEqual(await shown(), [true, true]);
    await dialog.unfold();
    await dialog.field('vlan').fill('any');
    await dialog.field('ipv6Prefix').fill('2001:db8::');
    assert.match((await dialog.wanted('ipv6Prefix').textContent()) ?? '', /^IPv6 prefix: of at most 63 bits/);
    await dialog.field('ipv6Prefix').fill('2001:db8::/48');
    const { vlan, ipv6Prefix, admission, valid } = await dialog.accept();
    assert.deepEqual([vlan, ipv6Prefix, admission, valid], ['any', '2001:db8::/48', 'accounts-then-ask', true]);
  });
});
