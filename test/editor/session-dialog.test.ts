// The dialog of a session in a real browser: sections, messages, environment variables, interfaces and scan.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { listInterfaces, rawSocketAccess } from '../../src/index';
import { Demo, skip } from './browser';
import { Dialog } from './dialog';

/** A wrong value of each field that is written, a right one, and what the message begins with. */
const FIELDS: readonly (readonly [field: string, wrong: string, right: string, wanted: RegExp])[] = [
  ['username', 'x'.repeat(256), 'anna', /^User name: at most 255 octets/],
  ['password', 'x'.repeat(256), 'secret', /^Password: at most 255 octets/],
  ['service', 'x'.repeat(1_001), 'gold', /^Service: at most 1000 octets/],
  ['acName', 'x'.repeat(1_001), 'isp', /^AC-Name: at most 1000 octets/],
  ['vlan', '4095', '100.7', /^VLAN: a number from 0 to 4094/],
  ['mru', '100', '1500', /^MRU: a whole number from 128 to 9000/],
  ['address', '10.0.0', '192.0.2.1', /^IP address: an IPv4 address/],
  ['remoteAddress', 'theirs', '10.64.64.64', /^Peer's stand-in: an IPv4 address/],
  ['interfaceIdentifier', '::', '::1', /^Interface identifier: up to four groups/],
  ['prefixLength', '65', '56', /^Prefix length: a whole number of bits/],
  ['pauseLost', '0', '5', /^Pause: a number of seconds/],
  ['pauseLostMax', '4', '50', /^Longest pause: a number of seconds/],
  ['pauseNoOffer', 'soon', '5', /^Pause: a number of seconds/],
  ['pauseNoOfferMax', '4', '50', /^Longest pause: a number of seconds/],
  ['pauseRefused', '-1', '20', /^Pause: a number of seconds/],
  ['pauseRefusedMax', '9', '100', /^Longest pause: a number of seconds/],
  ['pauseAuthentication', 'x', '60', /^Pause: a number of seconds/],
  ['pauseAuthenticationMax', '9', '600', /^Longest pause: a number of seconds/],
  ['keepaliveInterval', '0', '10', /^Keepalive interval: a number of seconds/],
  ['keepaliveFailures', '0', '5', /^Keepalive failures: a whole number from 1 to 100/],
  ['acMac', 'ff:ff:ff:ff:ff:ff', '02:00:5e:10:00:01', /^AC MAC address: six octets/],
  ['offerWindow', '60001', '500', /^Offer window: a whole number of milliseconds/],
  ['hostUniq', '0xabc', '0x0a1b', /^Host-Uniq: text of at most 64 octets/],
  ['mac', '02:00', '02-00-5e-10-00-01', /^Own MAC address: six octets/],
  ['vlanPcp', '8', '7', /^PCP of control: a whole number from 0 to 7/],
  ['vlanDataPcp', '8', '5', /^PCP of data: a whole number from 0 to 7/],
  ['vlanTpid', '8100', '0x88a8', /^TPID: an Ethernet type/],
  ['discoveryType', '0x5ff', '0x9999', /^Discovery type: an Ethernet type/],
  ['sessionType', '0x5ff', '0x999a', /^Session type: an Ethernet type/],
  ['queue', '0', '100', /^Receive queue: a whole number/],
];
const NEW = {
  ...Object.fromEntries(FIELDS.map(([field]) => [field, ''])),
  interface: 'virtual:lab',
  ipv4: true,
  ipv6: true,
  keepalive: 'adaptive',
};
const LIMIT = { timeout: 60_000 };

describe('the dialog of a session', { skip: skip() }, () => {
  let demo: Demo;
  let dialog: Dialog;
  before(async () => {
    demo = await Demo.start();
    await demo.openEditor();
  });
  after(() => demo?.stop());
  beforeEach(async () => {
    dialog = await Dialog.open(demo.page, 'pppoe-session', NEW);
  });

  test(
    'says below a field what is wanted while its value is wrong, and takes a right one or a variable',
    LIMIT,
    async () => {
      await dialog.unfold();
      for (const [field, wrong, right, wanted] of FIELDS) {
        await dialog.field(field).fill(wrong);
        assert.match((await dialog.wanted(field).textContent()) ?? '', wanted, `${field}: ${wrong}`);
        assert.equal(await dialog.field(field).getAttribute('aria-invalid'), 'true');
        for (const value of ['${NAME}', right]) {
          await dialog.field(field).fill(value);
          assert.equal(await dialog.wanted(field).textContent(), '', `${field}: ${value}`);
        }
      }
      const { valid, mru, pauseLost, hostUniq } = await dialog.accept();
      assert.deepEqual([valid, mru, pauseLost, hostUniq], [true, '1500', '5', '0x0a1b']);
    },
  );

  test(
    'has its sections by keyboard, only the first open, and tells how many fields of each are wrong',
    LIMIT,
    async () => {
      const titles = await dialog.tray.locator('.pppoe-section > summary').allTextContents();
      assert.deepEqual(
        titles.map((title) => title.trim()),
        ['Basic', 'Network', 'Authentication', 'Reconnect', 'Advanced'],
      );
      assert.equal(await dialog.tray.locator('.pppoe-section[open]').count(), 1);
      await dialog.field('acName').focus();
      await demo.page.keyboard.press('Tab');
      await demo.page.keyboard.press('Enter');
      await dialog.field('vlan').waitFor();
      await demo.page.keyboard.press('Tab');
      await demo.page.keyboard.type('x');
      const network = dialog.section('Network');
      assert.equal(await network.locator('.pppoe-count').textContent(), '1 to correct');
      await demo.page.keyboard.press('Backspace');
      assert.equal(await network.locator('.pppoe-count').count(), 0);
      await network.locator('summary').press('Space');
      await dialog.field('vlan').waitFor({ state: 'hidden' });
      await dialog.cancel();
    },
  );

  test('opens the section of a wrong value', LIMIT, async () => {
    await dialog.cancel();
    dialog = await Dialog.open(demo.page, 'pppoe-session', { queue: 0 });
    assert.equal(await dialog.wanted('queue').isVisible(), true);
    await dialog.field('queue').fill('100');
    await dialog.accept();
  });

  test('wants IPv6 where IPv4 is off, and hides what belongs to one that is', LIMIT, async () => {
    await dialog.unfold();
    await dialog.field('ipv4').uncheck();
    await dialog.field('address').waitFor({ state: 'hidden' });
    await dialog.field('ipv6').uncheck();
    assert.match((await dialog.wanted('ipv6').textContent()) ?? '', /^IPv6: needed/);
    await dialog.field('ipv4').check();
    assert.equal(await dialog.wanted('ipv6').textContent(), '');
    await dialog.field('prefixLength').waitFor({ state: 'hidden' });
    await dialog.cancel();
  });

  test('takes a variable in the place of a tick and of a choice, and gives them back', LIMIT, async () => {
    await dialog.unfold();
    for (const property of ['ipv6', 'keepalive']) {
      const row = dialog.row(property);
      await row.getByRole('button', { name: 'Use an environment variable' }).press('Enter');
      await dialog.field(property).fill('no variable');
      assert.notEqual(await dialog.wanted(property).textContent(), '');
      await dialog.field(property).fill('${SETTING}');
      assert.equal(await dialog.wanted(property).textContent(), '');
    }
    const { ipv6, keepalive, valid } = await dialog.accept();
    assert.deepEqual([ipv6, keepalive, valid], ['${SETTING}', '${SETTING}', true]);
    dialog = await Dialog.open(demo.page, 'pppoe-session');
    await dialog.unfold();
    for (const property of ['ipv6', 'keepalive']) {
      assert.equal(await dialog.field(property).inputValue(), '${SETTING}');
      const row = dialog.row(property);
      await row.getByRole('button', { name: 'Use an environment variable' }).click();
    }
    await dialog.field('ipv6').check();
    await dialog.field('keepalive').selectOption('fixed');
    const changed = await dialog.accept();
    assert.deepEqual([changed['ipv6'], changed['keepalive']], [true, 'fixed']);
  });

  test('shows a tick that an older node does not have as a new node has it', LIMIT, async () => {
    await dialog.cancel();
    dialog = await Dialog.open(demo.page, 'pppoe-session', { ipv4: undefined, clampMss: undefined });
    await dialog.unfold();
    assert.deepEqual(
      [await dialog.field('ipv4').isChecked(), await dialog.field('clampMss').isChecked()],
      [true, false],
    );
    await dialog.cancel();
  });

  test(
    'lists the interfaces of the machine with MAC address and state, by keyboard, and takes another name',
    LIMIT,
    async () => {
      const [first] = listInterfaces();
      await dialog.tray.getByLabel('Kind of interface').selectOption('ethernet');
      const name = dialog.tray.getByRole('textbox', { name: 'Interface' });
      await name.press('ArrowDown');
      const list = demo.page.locator('.pppoe-suggestions');
      await list.waitFor();
      if (first) {
        const entry = list.locator('li', { hasText: first.name }).first();
        assert.match((await entry.textContent()) ?? '', /([0-9a-f]{2}:){5}[0-9a-f]{2}(up|down|no carrier)$/);
        await demo.page.keyboard.press('Enter');
        assert.equal(await dialog.field('interface').inputValue(), first.name);
      } else {
        await demo.page.keyboard.press('Escape');
      }
      await name.fill('eth 9');
      assert.match(
        (await dialog.wanted('interface').textContent()) ?? '',
        /^Interface: the name of a network interface/,
      );
      await name.fill('ppp-uplink');
      assert.equal((await dialog.accept())['interface'], 'ppp-uplink');
    },
  );

  test('lists the virtual segments of the flows', LIMIT, async () => {
    await dialog.tray.getByRole('textbox', { name: 'Segment' }).fill('');
    assert.match((await dialog.wanted('interface').textContent()) ?? '', /^Segment: a name without blanks/);
    await dialog.tray.getByRole('button', { name: 'Virtual segments of the flows' }).click();
    await demo.page.locator('.pppoe-suggestions a', { hasText: 'lab' }).click();
    assert.equal(await dialog.field('interface').inputValue(), 'virtual:lab');
    await dialog.cancel();
  });

  test(
    'says of a real interface whether Node-RED may open raw sockets, and of a virtual segment nothing',
    LIMIT,
    async () => {
      const note = dialog.tray.getByRole('note');
      assert.equal(await note.isVisible(), false);
      await dialog.tray.getByLabel('Kind of interface').selectOption('ethernet');
      await note.waitFor();
      const { allowed, remedy = '' } = rawSocketAccess();
      const text = (await note.textContent()) ?? '';
      assert.ok(text.includes(allowed ? 'may open raw sockets' : 'may not open raw sockets'), text);
      assert.ok(text.includes(remedy), text);
      await dialog.tray.getByLabel('Kind of interface').selectOption('vxlan');
      await note.waitFor({ state: 'hidden' });
      await dialog.cancel();
    },
  );

  test('shows the remedy where Node-RED may not open raw sockets', LIMIT, async () => {
    const remedy = 'One of these gives it:\n- systemd: AmbientCapabilities=CAP_NET_RAW\n- setcap cap_net_raw+ep node';
    await demo.page.route('**/pppoe/access', (route) => route.fulfill({ json: { allowed: false, remedy } }));
    await dialog.tray.getByLabel('Kind of interface').selectOption('gre');
    const note = dialog.tray.getByRole('note');
    await note.waitFor();
    assert.equal((await note.textContent())?.trim(), `Node-RED may not open raw sockets here.${remedy}`);
    await demo.page.unroute('**/pppoe/access');
    await dialog.cancel();
  });

  test('puts a tunnel together from its form, and takes it apart again', LIMIT, async () => {
    await dialog.tray.getByLabel('Kind of interface').selectOption('gre');
    await dialog.tray.getByLabel('Far end').fill('192.0.2.300');
    assert.match((await dialog.wanted('interface').textContent()) ?? '', /^Far end: the IPv4 address of a host/);
    await dialog.tray.getByLabel('Far end').fill('192.0.2.1');
    await dialog.tray.getByLabel('Kind of interface').selectOption('vxlan');
    assert.equal(await dialog.tray.getByLabel('Far end').inputValue(), '192.0.2.1');
    await dialog.tray.getByLabel('VNI').fill('16777216');
    assert.match((await dialog.wanted('interface').textContent()) ?? '', /^VNI: a whole number from 0 to 16777215/);
    await dialog.tray.getByLabel('VNI').fill('${VNI}');
    await dialog.tray.getByLabel('UDP port').fill('4790');
    const stored = await dialog.accept();
    assert.deepEqual([stored['interface'], stored['valid']], ['vxlan:192.0.2.1?vni=${VNI}&port=4790', true]);
    dialog = await Dialog.open(demo.page, 'pppoe-session');
    assert.equal(await dialog.tray.getByLabel('VNI').inputValue(), '${VNI}');
    await dialog.cancel();
  });

  test('scans, shows the offers, and fills in AC-Name and Service-Name of the one that is chosen', LIMIT, async () => {
    await dialog.tray.getByRole('button', { name: 'Scan' }).press('Enter');
    const row = dialog.tray.locator('.pppoe-offers tbody tr');
    await row.first().waitFor();
    assert.match((await row.first().textContent()) ?? '', /^demo-ispany([0-9a-f]{2}:){5}[0-9a-f]{2}[\d.]+ ms/);
    await row.getByRole('button', { name: 'Use demo-isp' }).click();
    assert.equal(await dialog.field('acName').inputValue(), 'demo-isp');
    assert.equal((await dialog.accept())['acName'], 'demo-isp');
  });

  test('takes offers away when the interface is another one than they came from', LIMIT, async () => {
    await dialog.tray.getByRole('button', { name: 'Scan' }).click();
    const row = dialog.tray.locator('.pppoe-offers tbody tr');
    await row.first().waitFor();
    const segment = dialog.tray.getByRole('textbox', { name: 'Segment' });
    const name = await segment.inputValue();
    await segment.fill('elsewhere');
    await row.first().waitFor({ state: 'detached' });
    assert.equal(await dialog.tray.locator('.pppoe-status').textContent(), '');
    await segment.fill(name);
    assert.equal(await row.count(), 0);
    await dialog.cancel();
  });

  test('says why a scan failed, and when nobody answered', LIMIT, async () => {
    await dialog.tray.getByLabel('Kind of interface').selectOption('ethernet');
    await dialog.tray.getByRole('textbox', { name: 'Interface' }).fill('no-such-if0');
    await dialog.tray.getByRole('button', { name: 'Scan' }).click();
    await dialog.tray.getByRole('status').filter({ hasText: 'The scan failed' }).waitFor();
    await dialog.tray.getByLabel('Kind of interface').selectOption('virtual');
    await dialog.tray.getByRole('textbox', { name: 'Segment' }).fill('nobody');
    await dialog.tray.getByRole('button', { name: 'Scan' }).click();
    await dialog.tray.getByRole('status').filter({ hasText: 'No access concentrator answered.' }).waitFor();
    await dialog.cancel();
  });
});
