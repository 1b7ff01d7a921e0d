// Environment variables in the settings: within lists and interfaces, in the place of ticks, and in accounts.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { credentials, helper, labFlow, load, PASSWORD, sessionIn, up } from './world';

const VARIABLES = { PPPOE_TEST_SEGMENT: 'variables', PPPOE_TEST_DNS: '192.0.2.53', PPPOE_TEST_NO: 'false' };

describe('environment variables in the settings', () => {
  before(async () => {
    Object.assign(process.env, VARIABLES);
    await helper.startServer();
  });
  after(async () => {
    for (const name of Object.keys(VARIABLES)) delete process.env[name];
    await helper.stopServer();
  });
  afterEach(() => helper.unload());

  /** The flow of a session and its concentrator, with these settings over theirs. */
  function flowWith(session: Record<string, unknown>, concentrator: Record<string, unknown>) {
    const { flow } = labFlow([], session);
    return flow.map((node) => (node.id === 'ac' ? { ...node, ...concentrator } : node));
  }

  test('are resolved within an interface and a list, and for an account', async () => {
    process.env['PPPOE_TEST_PASSWORD'] = PASSWORD;
    const segment = { interface: 'virtual:${PPPOE_TEST_SEGMENT}' };
    const accounts = JSON.stringify([{ username: 'anna', password: '${PPPOE_TEST_PASSWORD}' }]);
    await load(flowWith(segment, { ...segment, dns: '${PPPOE_TEST_DNS}, 192.0.2.54' }), {
      ...credentials(),
      ac: { accounts },
    });
    await up();
    const { status } = sessionIn().session ?? assert.fail('the session cannot start');
    assert.equal(status.interface, 'virtual:variables');
    assert.deepEqual(status.dns, ['192.0.2.53', '192.0.2.54']);
    delete process.env['PPPOE_TEST_PASSWORD'];
  });

  test('may stand for a tick', async () => {
    await load(flowWith({ autoconnect: '${PPPOE_TEST_NO}' }, {}));
    assert.equal(sessionIn().session?.state, 'idle');
  });

  test('that are not set leave the session without a start, with an error that names them', async () => {
    await load(flowWith({ dns: '${PPPOE_TEST_UNSET}' }, {}));
    assert.equal(sessionIn().session, undefined);
    const logged = helper.log().args.flat() as { msg?: { message?: string } }[];
    assert.ok(logged.some(({ msg }) => String(msg?.message ?? msg).includes('${PPPOE_TEST_UNSET}')));
  });
});
