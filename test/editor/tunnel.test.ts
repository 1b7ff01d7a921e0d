// A tunnel chosen in the dialogs, as its user does: filled in wrong and right, deployed, and the session comes up through it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Demo, skip } from './browser';
import { Dialog } from './dialog';
import { Workspace } from './workspace';

const LIMIT = { timeout: 60_000 };
const EXAMPLE: readonly { readonly id: string; readonly type: string }[] = JSON.parse(
  readFileSync(join(__dirname, '../../examples/tunnel-vxlan.json'), 'utf8'),
);
const TUNNELS = ['gre:192.0.2.1?key=7', 'eoip:192.0.2.1?tunnel-id=7', 'etherip:192.0.2.1', 'vxlan:192.0.2.1?vni=42'];

describe('a tunnel in the editor', { skip: skip() }, () => {
  let demo: Demo;
  let workspace: Workspace;
  before(async () => {
    demo = await Demo.start();
    workspace = new Workspace(demo.page);
    await demo.openFlows([]);
  });
  after(() => demo?.stop());

  test(
    'both ends are filled in, wrong and right, deployed, and the session comes up through VXLAN',
    LIMIT,
    async () => {
      const isEnd = (type: string) => type === 'pppoe-session' || type === 'pppoe-concentrator';
      await workspace.importFlow(EXAMPLE.map((node) => (isEnd(node.type) ? { ...node, interface: '' } : node)));
      for (const [type, far, own] of [
        ['pppoe-concentrator', '127.0.0.2', '127.0.0.3'],
        ['pppoe-session', '127.0.0.3', '127.0.0.2'],
      ] as const) {
        const dialog = await Dialog.open(demo.page, type);
        const field = (label: string) => dialog.row('interface').getByLabel(label, { exact: true });
        const wanted = async () => (await dialog.wanted('interface').textContent()) ?? '';
        await field('Kind of interface').selectOption('vxlan');
        await field('Far end').fill('127.0.0.300');
        assert.match(await wanted(), /^Far end: the IPv4 address of a host/);
        await field('Far end').fill(far);
        await field('Own address').fill(far);
        await field('VNI').fill('16777216');
        assert.match(await wanted(), /^VNI: a whole number from 0 to 16777215/);
        await field('VNI').fill('42');
        assert.match(await wanted(), /^Own address: an IPv4 address of this machine/);
        await field('Own address').fill(own);
        await field('UDP port').fill('0');
        assert.match(await wanted(), /^UDP port: a whole number from 1 to 65535/);
        await field('UDP port').fill('4799');
        assert.equal(await wanted(), '');
        const stored = await dialog.accept();
        assert.deepEqual([stored['interface'], stored['valid']], [`vxlan:${far}?local=${own}&vni=42&port=4799`, true]);
      }
      await workspace.deploy();
      await workspace.status('10.65.0.').waitFor();
    },
  );

  test('with another VNI at the far end the session finds nobody, and says so', LIMIT, async () => {
    const dialog = await Dialog.open(demo.page, 'pppoe-session');
    await dialog.row('interface').getByLabel('VNI').fill('43');
    await dialog.accept();
    await workspace.deploy();
    await workspace.status('discovering').waitFor();
  });

  test('a scan goes through the tunnel of its session, or through one of its own', LIMIT, async () => {
    await workspace.drag('pppoe-scan', 400, 500);
    for (const [interface_, valid] of [
      ['', true],
      ['vxlan:192.0.2.1', false],
      ...TUNNELS.map((text) => [text, true] as const),
    ] as const) {
      const dialog = await Dialog.open(demo.page, 'pppoe-scan', { interface: interface_ });
      assert.equal((await dialog.wanted('interface').textContent()) === '', valid, interface_);
      assert.equal((await dialog.accept())['interface'], interface_);
    }
  });

  for (const type of ['pppoe-session', 'pppoe-concentrator']) {
    for (const text of TUNNELS) {
      test(`${type} takes '${text}'`, LIMIT, async () => {
        const dialog = await Dialog.open(demo.page, type, { interface: text });
        assert.equal(await dialog.wanted('interface').textContent(), '');
        const { interface: stored, valid } = await dialog.accept();
        assert.deepEqual([stored, valid], [text, true]);
      });
    }
  }
});
