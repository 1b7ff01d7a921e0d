// Sessions of a flow through the Linux kernel's own tunnels, bridged to pppoe-server at their far end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeIcmpEcho, ICMP, summarizeIp } from '../../src/index';
import type { Concentrator, Lab } from './lab';
import { type FlowNode, injector, NodeRed, type Report, reporter } from './node-red';
import { labSuite } from './requirements';

const [OURS, THEIRS] = ['192.0.2.1', '192.0.2.2'];

interface FarEnd {
  readonly name: string;
  /** What the session's interface field says. */
  readonly text: string;
  /** How the far end makes its end, named `tunnel`. */
  readonly link: string;
  readonly module: string;
  /** What an underlay of 1500 octets leaves to PPP. */
  readonly mtu: number;
  /** What is told once the far end is gone. */
  readonly refusal: RegExp;
}

const FAR_ENDS: readonly FarEnd[] = [
  {
    name: 'gretap',
    text: `gre:${THEIRS}?local=${OURS}`,
    link: `type gretap local ${THEIRS} remote ${OURS}`,
    module: 'ip_gre',
    mtu: 1_454,
    refusal: /192\.0\.2\.2 says that 192\.0\.2\.2 cannot be reached/,
  },
  {
    name: 'gretap with a key',
    text: `gre:${THEIRS}?key=4242`,
    link: `type gretap local ${THEIRS} remote ${OURS} key 4242`,
    module: 'ip_gre',
    mtu: 1_450,
    refusal: /192\.0\.2\.2 says that 192\.0\.2\.2 cannot be reached/,
  },
  {
    name: 'vxlan',
    text: `vxlan:${THEIRS}?vni=42&local=${OURS}`,
    link: `type vxlan id 42 local ${THEIRS} remote ${OURS} dstport 4789`,
    module: 'vxlan',
    mtu: 1_442,
    refusal: /192\.0\.2\.2 cannot be reached: nobody listens at its UDP port 4789/,
  },
];

function flows(tunnel: string): FlowNode[] {
  const at = { z: 'tab', x: 100, y: 100 };
  const keepalive = { keepalive: 'fixed', keepaliveInterval: 1, keepaliveFailures: 5 };
  return [
    { id: 'tab', type: 'tab', label: 'lab' },
    { id: 'session', type: 'pppoe-session', name: 'isp', interface: tunnel, ...keepalive },
    { id: 'state', type: 'pppoe-state', ...at, session: 'session', wires: [['states'], []] },
    { id: 'in', type: 'pppoe-in', ...at, session: 'session', output: 'single', wires: [['packets']] },
    { id: 'out', type: 'pppoe-out', ...at, session: 'session', wires: [] },
    { id: 'catch', type: 'catch', ...at, scope: null, wires: [['errors']] },
    ...['states', 'packets', 'errors'].map(reporter),
    injector('to-out', 'out'),
  ];
}

/** Boots the far end: an access concentrator that listens on a bridge with the tunnel in it, and nowhere else. */
async function start(lab: Lab, { text, link, module }: FarEnd) {
  const concentrator = await lab.startConcentrator({ mtu: 1_500, modules: [module, 'bridge'] });
  await lab.ip('address', 'add', `${OURS}/24`, 'dev', concentrator.interface);
  await concentrator.run(
    [
      'kill $(cat /run/peer/server.pid)',
      `ip address add ${THEIRS}/24 dev vec0`,
      `ip link add tunnel ${link}`,
      'ip link add bridge0 type bridge',
      'ip link set tunnel master bridge0',
      'ip link set tunnel up',
      'ip link set bridge0 up',
      'while grep -q " 8863 " /proc/net/packet; do busybox usleep 10000; done',
      'DEVICE=bridge0 /run/peer/serve.sh',
    ].join(' && '),
  );
  const nodeRed = await NodeRed.start(lab, flows(text), { session: { username: 'test', password: 'secret' } });
  return { concentrator, nodeRed };
}

const isUp = ({ payload, event }: Report & { event?: unknown }) => payload === 'up' && event === undefined;

interface Status {
  readonly remoteAddress: string;
  readonly mtu: number;
  readonly link: { readonly refused: Readonly<Record<string, number>>; readonly sendDrops: number };
}

/** Waits until the session is up at both ends: pppd takes IP packets only after it has acknowledged our address. */
async function up(nodeRed: NodeRed, concentrator: Concentrator, since = 0, events = 0): Promise<Status> {
  const report = await nodeRed.next('states', isUp, since);
  await concentrator.up(events);
  return report['session'] as Status;
}

/** The far end's pppoe has a receive buffer of 93 packets, and User-Mode Linux may take more than that in one go. */
const AT_A_TIME = 25;

/** Sends echo requests in IP packets of this length and counts the replies of the same length. */
async function ping(nodeRed: NodeRed, gateway: string, count: number, length: number): Promise<void> {
  const since = nodeRed.mark;
  const isReply = ({ payload }: Report) => {
    const packet = summarizeIp(Buffer.from(payload as Uint8Array));
    return packet.source === gateway && packet.length === length;
  };
  for (let sequence = 0; sequence < count; sequence++) {
    nodeRed.send('to-out', { payload: request(gateway, sequence, length) });
    if ((sequence + 1) % AT_A_TIME === 0) await nodeRed.count('packets', sequence + 1, since, isReply);
  }
  assert.equal((await nodeRed.count('packets', count, since, isReply)).length, count);
}

function request(destination: string, sequence: number, length: number) {
  const echo = { type: ICMP.echoRequest, code: 0, identifier: 77, sequence, data: Buffer.alloc(length - 28) };
  return { destination, protocol: 'icmp', payload: encodeIcmpEcho(echo) };
}

for (const farEnd of FAR_ENDS) {
  labSuite(
    `a flow in Node-RED through ${farEnd.name} of the Linux kernel to pppoe-server`,
    (lab) => start(lab, farEnd),
    (peers) => {
      test('logs in, with the MTU that the tunnel leaves', async () => {
        const { nodeRed, concentrator } = peers();
        const { mtu } = await up(nodeRed, concentrator);
        assert.equal(mtu, farEnd.mtu);
        assert.match(await concentrator.log(), new RegExp(`rcvd \\[LCP ConfReq .*<mru ${farEnd.mtu}>`));
      });

      test('pings the gateway 100 times, and loses none', async () => {
        const { nodeRed, concentrator } = peers();
        await ping(nodeRed, (await up(nodeRed, concentrator)).remoteAddress, 100, 84);
      });

      test('carries packets of the whole MTU both ways, and refuses longer ones with an error', async () => {
        const { nodeRed, concentrator } = peers();
        const { remoteAddress } = await up(nodeRed, concentrator);
        await ping(nodeRed, remoteAddress, 20, farEnd.mtu);
        const since = nodeRed.mark;
        nodeRed.send('to-out', { payload: request(remoteAddress, 0, farEnd.mtu + 1) });
        const { error } = await nodeRed.next('errors', () => true, since);
        assert.equal((error as { code: string }).code, 'too-long');
      });

      test('a far end that goes down is a lost link, and the session comes back when it is up again', async () => {
        const { nodeRed, concentrator } = peers();
        const [since, events] = [nodeRed.mark, concentrator.machine.events.length];
        await concentrator.run('ip link set tunnel down');
        const { reason } = await nodeRed.next('states', ({ payload }) => payload === 'waiting', since);
        const { code, text } = reason as { code: string; text: string };
        assert.equal(code, 'link-down');
        assert.match(text, farEnd.refusal);
        await concentrator.run('ip link set tunnel up');
        const { remoteAddress, link } = await up(nodeRed, concentrator, since, events);
        await ping(nodeRed, remoteAddress, 20, farEnd.mtu);
        assert.deepEqual(link.refused, { strangers: 0, wrongKeys: 0, malformed: 0, fragments: 0 });
      });
    },
  );
}
