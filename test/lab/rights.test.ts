// A real Node-RED that may not open raw sockets, and one that is told a wrong interface.
import assert from 'node:assert/strict';
import { type FlowNode, NodeRed, type Report, reporter } from './node-red';
import { labTest } from './requirements';

function flows(device: string): FlowNode[] {
  const at = { z: 'tab', x: 100, y: 100 };
  return [
    { id: 'tab', type: 'tab', label: 'lab' },
    { id: 'session', type: 'pppoe-session', name: 'isp', interface: device },
    { id: 'state', type: 'pppoe-state', ...at, session: 'session', wires: [['states'], []] },
    { id: 'catch', type: 'catch', ...at, scope: null, wires: [['errors']] },
    { id: 'status', type: 'status', ...at, scope: ['state'], wires: [['statuses']] },
    ...['states', 'errors', 'statuses'].map(reporter),
  ];
}

const failed = ({ status }: Report) => (status as { fill?: string } | undefined)?.fill === 'red';

labTest('without CAP_NET_RAW, status and error name the permission and the exact remedies', async (lab) => {
  await lab.cable('eth-lab', 'eth-peer');
  const without = ['setpriv', '--inh-caps=-net_raw', '--bounding-set=-net_raw'];
  const nodeRed = await NodeRed.start(lab, flows('eth-lab'), {}, without);
  const { error } = await nodeRed.next('errors');
  const { code, message } = error as { code: string; message: string };
  assert.equal(code, 'permission');
  assert.match(message, /AmbientCapabilities=CAP_NET_RAW/);
  assert.match(message, /--network host --cap-add NET_RAW --user root/);
  const { status } = await nodeRed.next('statuses', failed);
  assert.equal((status as { text: string }).text, 'permission');
  const report = await nodeRed.next('states', ({ payload }) => payload === 'idle');
  assert.ok(report);
});

labTest('a wrong interface name is answered with those that there are', async (lab) => {
  await lab.cable('eth-lab', 'eth-peer');
  const nodeRed = await NodeRed.start(lab, flows('eth-typo'), {});
  const { error } = await nodeRed.next('errors');
  const { code, message } = error as { code: string; message: string };
  assert.equal(code, 'no-interface');
  assert.match(message, /eth-typo/);
  assert.match(message, /eth-lab/);
  assert.match(message, /eth-peer/);
  const { status } = await nodeRed.next('statuses', failed);
  assert.equal((status as { text: string }).text, 'no-interface');
});

labTest('a session whose interface appears later comes to look for it', async (lab) => {
  const nodeRed = await NodeRed.start(lab, flows('eth-late'), {});
  await nodeRed.next('states', ({ payload }) => payload === 'waiting');
  const since = nodeRed.mark;
  await lab.cable('eth-late', 'eth-peer');
  await lab.ip('link', 'set', 'eth-late', 'up');
  assert.ok(await nodeRed.next('states', ({ payload }) => payload === 'discovering', since));
});
