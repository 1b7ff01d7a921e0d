// The demo in a real browser: what `npm start` shows without any privilege.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Demo, skip } from './browser';
import { Dashboard } from './dashboard';
import { Dialog } from './dialog';
import type { EditorPage } from './editor-globals';
import { Workspace } from './workspace';

const TYPES = ['pppoe-state', 'pppoe-in', 'pppoe-out', 'pppoe-control'];

describe('the demo in a browser', { skip: skip() }, () => {
  let demo: Demo;
  before(async () => {
    demo = await Demo.start();
  });
  after(() => demo?.stop());

  const shown = (label: string, value: string) => new Dashboard(demo.page).shown(label, value);

  test('the dashboard shows the session up, with address and gateway, and a latency', async () => {
    await demo.page.goto(`${demo.address}/dashboard/session`);
    await shown('State', 'up').waitFor();
    await shown('Our address', '10.64.0.').waitFor();
    await shown('Gateway', '10.64.0.1').waitFor();
    await shown('Access concentrator', 'demo-isp').waitFor();
    // The gauge begins at 0: a round trip takes longer.
    await demo.page.locator('.nrdb-ui-gauge-value').filter({ hasText: /[1-9]/ }).first().waitFor();
  });

  test('Disconnect ends the session in order, Connect brings it back', async () => {
    await demo.page.getByRole('button', { name: 'Disconnect' }).click();
    await shown('State', 'idle').waitFor();
    await shown('Reason', 'Closed by us').waitFor();
    await demo.page.getByRole('button', { name: 'Connect', exact: true }).click();
    await shown('State', 'up').waitFor();
  });

  test('the editor shows the flow with every node valid and the session in its status', async () => {
    await demo.openEditor();
    assert.deepEqual(await new Workspace(demo.page).invalid(), []);
  });

  for (const type of [...TYPES, 'pppoe-session', 'pppoe-concentrator']) {
    test(`the dialog of ${type} opens with translated labels and help`, async () => {
      const dialog = await Dialog.open(demo.page, type);
      const text = (await dialog.tray.locator('.form-row').allTextContents()).join('\n');
      assert.ok(text.includes('Name'), text);
      assert.doesNotMatch(text, /pppoe[-.]\w+\.(label|option|placeholder)|\blabel\.\w+/);
      const help = await demo.page.evaluate((wanted) => {
        return (globalThis as unknown as EditorPage).RED.nodes.getNodeHelp(wanted);
      }, type);
      assert.ok(help.length > 100, help);
      await dialog.cancel();
    });
  }

  test('nothing was logged as an error or warned about by our nodes', () => {
    assert.doesNotMatch(demo.log, /\[error\]|\[warn\] \[(pppoe|ui)-/);
  });
});
