// Authentication of a flow in Node-RED against rp-pppoe's pppoe-server with pppd; real clients: concentrator.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { malformed, select } from './lab';
import { type FlowNode, NodeRed, type Report, reporter } from './node-red';
import { labSuite } from './requirements';

const PASSWORD = 'secret';

function sessionFlow(device: string, session: Record<string, unknown> = {}): FlowNode[] {
  const at = { z: 'tab', x: 100, y: 100 };
  return [
    { id: 'tab', type: 'tab', label: 'lab' },
    { id: 'session', type: 'pppoe-session', name: 'isp', interface: device, ...session },
    { id: 'state', type: 'pppoe-state', ...at, session: 'session', wires: [['states'], ['steps']] },
    ...['states', 'steps'].map(reporter),
  ];
}

const credentials = (password: string) => ({ session: { username: 'test', password } });
const isUp = ({ payload, event }: Report & { event?: unknown }) => payload === 'up' && event === undefined;
const isWaiting = ({ payload }: Report) => payload === 'waiting';

interface Reason {
  readonly code: string;
  readonly text: string;
  readonly detail?: string;
}

const METHODS = [
  { auth: 'mschap-v2', filter: 'chap.code == 3', detail: 'wrong-credentials' },
  { auth: 'eap', filter: 'eap.code == 3', detail: undefined },
] as const;

for (const { auth, filter, detail } of METHODS) {
  labSuite(
    `pppoe-server that requires ${auth}`,
    async (lab) => {
      const concentrator = await lab.startConcentrator({ auth });
      return { concentrator, capture: await lab.capture(concentrator.interface) };
    },
    (peers, lab) => {
      test('a flow in Node-RED logs in, and each frame is sound', async () => {
        const { concentrator, capture } = peers();
        const nodeRed = await NodeRed.start(lab(), sessionFlow(concentrator.interface), credentials(PASSWORD));
        const report = await nodeRed.next('states', isUp);
        assert.equal((report['session'] as { localAddress: string }).localAddress, '10.99.1.1');
        assert.match(await concentrator.log(), auth === 'eap' ? /EAP Success/ : /CHAP Success/);
        await nodeRed.stop();
        const path = await capture.stop();
        assert.deepEqual(await malformed(path), []);
        assert.equal((await select(path, filter)).length, 1);
        assert.ok(!nodeRed.log.includes(PASSWORD), 'the password is in no log line, at level debug');
      });

      test('a wrong password is authentication-failed', async () => {
        const { concentrator } = peers();
        const nodeRed = await NodeRed.start(lab(), sessionFlow(concentrator.interface), credentials('not-it'));
        const { code, text, detail: said } = (await nodeRed.next('states', isWaiting))['reason'] as Reason;
        assert.equal(code, 'authentication-failed');
        assert.equal(said, detail);
        assert.notEqual(text, '');
        assert.ok(!nodeRed.reports('states').some(isUp));
        await nodeRed.stop();
        assert.ok(!nodeRed.log.includes('not-it'));
      });

      test('a session that does not allow it does not log in', async () => {
        const { concentrator } = peers();
        const flow = sessionFlow(concentrator.interface, { authentication: 'pap' });
        const nodeRed = await NodeRed.start(lab(), flow, credentials(PASSWORD));
        const { code, text } = (await nodeRed.next('states', isWaiting))['reason'] as Reason;
        // It is pppd that ends it: it does not do without the authentication that we do not agree to.
        assert.equal(code, 'peer-terminated');
        assert.match(text, /refused to authenticate/);
        const steps = nodeRed.reports('steps').map(({ payload }) => String(payload));
        assert.ok(!steps.some((step) => /PAP|EAP|CHAP/.test(step)), steps.join('\n'));
        await nodeRed.stop();
      });
    },
  );
}
