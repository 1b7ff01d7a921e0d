// The choice of authentication protocols in a real editor: ticks in the form, one text in the flow.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Demo, skip } from './browser';
import { Dialog } from './dialog';

describe('the authentication protocols in the editor', { skip: skip() }, () => {
  let demo: Demo;
  before(async () => {
    demo = await Demo.start();
    await demo.openEditor();
  });
  after(() => demo?.stop());

  /** Stores a value, opens the dialog, ticks and unticks, and is done; what was ticked at first, and what is stored then. */
  async function edit(type: string, stored: string, click: readonly string[]) {
    const dialog = await Dialog.open(demo.page, type, { authentication: stored });
    await dialog.unfold();
    const ticked = await dialog.tray.locator('.pppoe-protocols input').evaluateAll((all) =>
      all.flatMap((box) => {
        const { checked, dataset } = box as unknown as { checked: boolean; dataset: Record<string, string> };
        return checked ? [dataset['protocol']] : [];
      }),
    );
    for (const name of click) await dialog.tray.locator(`input[data-protocol="${name}"]`).click();
    const { authentication: value, valid } = await dialog.accept();
    return { ticked, value, valid };
  }

  const ALL = ['ms-chap-v2', 'chap-md5', 'eap', 'pap'];
  for (const [type, stored, click, expected] of [
    ['pppoe-session', 'any', [], { ticked: ALL, value: 'any', valid: true }],
    ['pppoe-session', 'any', ['pap'], { ticked: ALL, value: 'ms-chap-v2,chap-md5,eap', valid: true }],
    ['pppoe-session', 'pap', ['chap-md5'], { ticked: ['pap'], value: 'chap-md5,pap', valid: true }],
    ['pppoe-session', 'pap', ['pap'], { ticked: ['pap'], value: 'none', valid: false }],
    ['pppoe-session', '${AUTH}', [], { ticked: [], value: '${AUTH}', valid: true }],
    ['pppoe-concentrator', 'chap-md5', [], { ticked: ['chap-md5'], value: 'chap-md5', valid: true }],
    ['pppoe-concentrator', 'none', ['pap'], { ticked: [], value: 'pap', valid: true }],
    ['pppoe-concentrator', 'pap', ['pap'], { ticked: ['pap'], value: 'none', valid: true }],
  ] as const) {
    test(`${type}: '${stored}', with ${click.join() || 'nothing'} clicked, is stored as '${expected.value}'`, async () => {
      assert.deepEqual(await edit(type, stored, click), expected);
    });
  }
});
