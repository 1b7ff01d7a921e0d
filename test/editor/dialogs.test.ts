// The dialogs of the other nodes in a real browser, and of all nodes in every language.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { flat, TRANSLATIONS, TYPES, texts } from '../nodes/catalogue';
import { violations } from './accessibility';
import { Demo, skip } from './browser';
import { Dialog } from './dialog';

const LIMIT = { timeout: 60_000 };

describe('the dialogs of the other nodes', { skip: skip() }, () => {
  let demo: Demo;
  before(async () => {
    demo = await Demo.start();
    await demo.openEditor();
  });
  after(() => demo?.stop());

  /** Writes a wrong value and reads what is wanted, then a right one and a variable, which nothing is said about. */
  async function tryOut(dialog: Dialog, field: string, wrong: string, right: string, wanted: RegExp): Promise<void> {
    await dialog.field(field).fill(wrong);
    assert.match((await dialog.wanted(field).textContent()) ?? '', wanted);
    for (const value of ['${NAME}', right]) {
      await dialog.field(field).fill(value);
      assert.equal(await dialog.wanted(field).textContent(), '', `${field}: ${value}`);
    }
  }

  test('pppoe-concentrator says what is wanted, and takes variables within lists', LIMIT, async () => {
    const dialog = await Dialog.open(demo.page, 'pppoe-concentrator');
    await dialog.unfold();
    await tryOut(dialog, 'acName', 'x'.repeat(1_001), 'isp', /^AC-Name: at most 1000 octets/);
    await tryOut(dialog, 'services', `gold, ${'x'.repeat(1_001)}`, 'gold, ${SILVER}', /^Services: names of at most/);
    await tryOut(dialog, 'mru', '9001', '1500', /^MRU: a whole number/);
    await tryOut(dialog, 'address', '10.64.0', '10.64.0.1', /^Own address: an IPv4 address/);
    await tryOut(dialog, 'poolStart', 'first', '10.64.0.2', /^Pool begins at: an IPv4 address/);
    await tryOut(dialog, 'poolSize', '0', '10', /^Pool size: a whole number/);
    await tryOut(dialog, 'dns', '192.0.2.1, 192.0.2.2, 192.0.2.3', '${FIRST}, 192.0.2.2', /^Name servers: up to two/);
    const address = dialog.tray.locator('.pppoe-account input[data-key=address]').first();
    await address.fill('10.64.0');
    await address.blur();
    assert.match((await dialog.wanted('accounts').textContent()) ?? '', /^Accounts: each a user name of its own/);
    await address.fill('${ADDRESS}');
    await address.blur();
    assert.equal(await dialog.wanted('accounts').textContent(), '');
    assert.equal((await dialog.accept())['valid'], true);
  });

  test('pppoe-control has a typed action, and the time-out where there is something to wait for', LIMIT, async () => {
    let dialog = await Dialog.open(demo.page, 'pppoe-control', { action: 'status', actionType: '' });
    await dialog.field('timeout').waitFor({ state: 'hidden' });
    assert.ok(((await dialog.row('action').textContent()) ?? '').includes('tell the state'));
    await dialog.row('action').locator('.red-ui-typedInput-type-select').click();
    await demo.page.locator('.red-ui-typedInput-options:visible a', { hasText: 'msg.' }).click();
    await tryOut(dialog, 'timeout', '0', '30', /^Wait for: a number of seconds/);
    await dialog.row('action').locator('.red-ui-typedInput-input').fill('');
    assert.match((await dialog.wanted('action').textContent()) ?? '', /^Action: one of those offered/);
    await dialog.row('action').locator('.red-ui-typedInput-input').pressSequentially('do.this');
    assert.equal(await dialog.wanted('action').textContent(), '');
    const { action, actionType, valid } = await dialog.accept();
    assert.deepEqual([action, actionType, valid], ['do.this', 'msg', true]);

    dialog = await Dialog.open(demo.page, 'pppoe-control', { action: '${ACTION}', actionType: '' });
    const converted = await dialog.accept();
    assert.deepEqual([converted['action'], converted['actionType']], ['ACTION', 'env']);
    dialog = await Dialog.open(demo.page, 'pppoe-control', { action: 'message', actionType: '' });
    assert.equal((await dialog.accept())['actionType'], 'message');
  });

  test('pppoe-in takes a variable in the place of its choice', LIMIT, async () => {
    const dialog = await Dialog.open(demo.page, 'pppoe-in');
    await dialog.row('output').getByRole('button', { name: 'Use an environment variable' }).click();
    await dialog.field('output').fill('both');
    assert.match((await dialog.wanted('output').textContent()) ?? '', /^Output: single or batch/);
    await dialog.field('output').fill('${OUTPUT}');
    assert.equal((await dialog.accept())['output'], '${OUTPUT}');
  });

  for (const [type, property] of [
    ...['pppoe-state', 'pppoe-in', 'pppoe-out', 'pppoe-control', 'pppoe-ping'].map(
      (name) => [name, 'session'] as const,
    ),
    ['pppoe-subscriber', 'concentrator'],
  ] as const) {
    test(`${type} wants a ${property}`, LIMIT, async () => {
      const dialog = await Dialog.open(demo.page, type);
      const chosen = await dialog.field(property).inputValue();
      await dialog.field(property).selectOption('_ADD_');
      assert.match((await dialog.wanted(property).textContent()) ?? '', /^(?:Session|Concentrator): choose one/);
      await dialog.field(property).selectOption(chosen);
      assert.equal(await dialog.wanted(property).textContent(), '');
      await dialog.cancel();
    });
  }

  for (const type of TYPES) {
    test(`${type} names each of its controls, legibly`, LIMIT, async () => {
      const dialog = await Dialog.open(demo.page, type);
      await dialog.unfold();
      assert.deepEqual(await violations(demo.page, '.pppoe-form'), []);
      await dialog.cancel();
    });
  }

  for (const language of TRANSLATIONS) {
    test(`in ${language} every dialog has its labels, and none of them is cut off`, LIMIT, async () => {
      await demo.page.evaluate((value) => {
        const { localStorage } = globalThis as unknown as { localStorage: { setItem(key: string, to: string): void } };
        localStorage.setItem('editor-language', value);
      }, language);
      await demo.openEditor();
      for (const type of TYPES) {
        const dialog = await Dialog.open(demo.page, type);
        await dialog.unfold();
        const labels = await dialog.tray.locator('.form-row > label:first-child:visible').evaluateAll((all) =>
          all.map((label) => {
            const { scrollWidth, clientWidth, textContent } = label as unknown as Record<string, number | string>;
            return { text: String(textContent).trim(), isWhole: Number(scrollWidth) <= Number(clientWidth) };
          }),
        );
        const words = new Set(flat(texts(language, type)).values());
        for (const { text, isWhole } of labels.filter((label) => label.text !== '')) {
          assert.ok(words.has(text), `${type}: ${text}`);
          assert.ok(isWhole, `${type}: ${text} is cut off`);
        }
        await dialog.tray.locator('.red-ui-tray-toolbar button', { hasNotText: /^$/ }).nth(1).click();
        await dialog.tray.waitFor({ state: 'detached' });
      }
    });
  }
});
