// What the dialogs ask over HTTP: interfaces, the right to raw sockets, and a scan.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { listInterfaces, rawSocketAccess } from '../../src/index';
import { helper, labFlow, load } from './world';

describe('the endpoints for the dialogs', () => {
  before(() => helper.startServer());
  after(() => helper.stopServer());
  afterEach(() => helper.unload());

  /** A scan that is short, and what it answers. */
  async function scanned(fields: Record<string, unknown>) {
    const { status, body } = await helper
      .request()
      .post('/pppoe/scan')
      .send({ duration: 50, ...fields });
    return { status, offers: body['offers'] as Record<string, unknown>[], error: body['error'] };
  }

  test('interfaces: those of this machine, with MAC address and state', async () => {
    await load([]);
    const { status, body } = await helper.request().get('/pppoe/interfaces');
    assert.equal(status, 200);
    const list = body['interfaces'] as { name: string; mac: string; up: boolean }[];
    assert.deepEqual(
      list.map(({ name, up }) => [name, up]),
      listInterfaces().map(({ name, up }) => [name, up]),
    );
    for (const { mac } of list) assert.match(mac, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  });

  test('access: whether this process may open raw sockets', async () => {
    await load([]);
    const { status, body } = await helper.request().get('/pppoe/access');
    assert.deepEqual([status, body], [200, rawSocketAccess()]);
  });

  test('scan: the offers on the interface, also on one that a variable names', async () => {
    const { flow, segment } = labFlow();
    await load(flow);
    process.env['PPPOE_TEST_INTERFACE'] = segment;
    for (const name of [segment, '${PPPOE_TEST_INTERFACE}']) {
      const { status, offers } = await scanned({ interface: name, vlan: '', omitService: false, mru: '1492' });
      assert.deepEqual([status, offers.map(({ acName }) => acName)], [200, ['TestAC']]);
    }
    delete process.env['PPPOE_TEST_INTERFACE'];
  });

  for (const [what, fields] of Object.entries({
    'no interface': {},
    'a VLAN that is none': { interface: 'virtual:nobody', vlan: 'seven' },
    'a MAC address that is none': { interface: 'virtual:nobody', mac: 'home' },
    'a field that there is not': { interface: 'virtual:nobody', password: 'x' },
    'a field of another kind': { interface: { name: 'eth0' } },
  })) {
    test(`scan: ${what} is refused as malformed`, async () => {
      await load([]);
      const { status, error } = await scanned(fields);
      assert.deepEqual([status, (error as { code: string }).code], [400, 'malformed']);
    });
  }

  test('scan: an interface that there is not is told by its code, and a variable by its name only', async () => {
    await load([]);
    process.env['PPPOE_TEST_INTERFACE'] = 'no-such-if0';
    const { status, error } = await scanned({ interface: '${PPPOE_TEST_INTERFACE}' });
    delete process.env['PPPOE_TEST_INTERFACE'];
    const { code, message } = error as { code: string; message: string };
    assert.equal(status, 422);
    assert.ok(['no-interface', 'permission', 'no-native'].includes(code), code);
    assert.doesNotMatch(message, /no-such-if0/);
  });
});
