// Node-RED is killed while a session is up: the next start ends the session that is left at the access concentrator.
import assert from 'node:assert/strict';
import { select } from './lab';
import { type FlowNode, NodeRed, type Report, reporter } from './node-red';
import { labTest } from './requirements';

function flows(device: string): FlowNode[] {
  return [
    { id: 'tab', type: 'tab', label: 'lab' },
    { id: 'session', type: 'pppoe-session', name: 'isp', interface: device, mac: '02:00:5e:00:53:99' },
    { id: 'state', type: 'pppoe-state', z: 'tab', x: 100, y: 100, session: 'session', wires: [['states'], []] },
    reporter('states'),
  ];
}

const isUp = ({ payload, event }: Report & { event?: unknown }) => payload === 'up' && event === undefined;
const sessionId = (report: Report) => (report['session'] as { sessionId: number }).sessionId;

labTest('kill -9 of Node-RED leaves a session, and the next start clears it before it begins its own', async (lab) => {
  const concentrator = await lab.startConcentrator();
  const capture = await lab.capture(concentrator.interface);
  const credentials = { session: { username: 'test', password: 'secret' } };
  const first = await NodeRed.start(lab, flows(concentrator.interface), credentials);
  const left = sessionId(await first.next('states', isUp));
  await first.kill();
  const stale = (await concentrator.sessions()).find(({ id }) => id === left);
  assert.ok(stale, 'the access concentrator still has it');
  const second = await first.again();
  const fresh = sessionId(await second.next('states', isUp));
  await concentrator.gone(stale.pid);
  assert.deepEqual(
    (await concentrator.sessions()).map(({ id }) => id),
    [fresh],
  );
  await second.stop();
  const lines = await select(await capture.stop(), `pppoed && eth.src == 02:00:5e:00:53:99`);
  const kinds = lines.map((line) => /PAD[A-Z]/.exec(line)?.[0]);
  assert.deepEqual(kinds, ['PADI', 'PADR', 'PADT', 'PADI', 'PADR', 'PADT']);
});
