// Several sessions in one Node-RED, each with nodes of its own that the test talks to.
import assert from 'node:assert/strict';
import { decodeIcmpEcho, decodeIpv4, encodeIcmpEcho, ICMP } from '../../src/index';
import type { Concentrator, Lab } from './lab';
import { type FlowNode, injector, NodeRed, type Report, reporter } from './node-red';

const ACCOUNT = { username: 'test', password: 'secret' };

/** A session of this name with the nodes that a test talks to: `NAME-states`, `NAME-steps`, `NAME-packets`, `NAME-out`. */
function sessionFlow(name: string, device: string, settings: Record<string, unknown>): FlowNode[] {
  const at = { z: 'tab', x: 100, y: 100, session: name };
  return [
    { id: name, type: 'pppoe-session', name: `the ${name} one`, interface: device, ...settings },
    { ...at, id: `${name}-state`, type: 'pppoe-state', wires: [[`${name}-states`], [`${name}-steps`]] },
    { ...at, id: `${name}-in`, type: 'pppoe-in', output: 'single', wires: [[`${name}-packets`]] },
    { ...at, id: `${name}-send`, type: 'pppoe-out', wires: [] },
    ...['states', 'steps', 'packets'].map((what) => reporter(`${name}-${what}`)),
    injector(`${name}-out`, `${name}-send`),
  ];
}

/** Starts Node-RED with sessions of these names and settings on an interface of the lab. */
export async function startSessions(
  lab: Lab,
  device: string,
  sessions: Record<string, Record<string, unknown>>,
): Promise<NodeRed> {
  const flows = Object.entries(sessions).flatMap(([name, settings]) => sessionFlow(name, device, settings));
  const credentials = Object.fromEntries(Object.keys(sessions).map((name) => [name, ACCOUNT]));
  return NodeRed.start(lab, [{ id: 'tab', type: 'tab', label: 'lab' }, ...flows], credentials);
}

interface Status {
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly mru: number;
  readonly mtu: number;
  readonly motm: string | null;
  readonly hurl: string | null;
}

const isUp = ({ payload }: Report) => payload === 'up';

/** What the session of this name tells when it is up: at once if it is. */
export async function up(nodeRed: NodeRed, name: string): Promise<Status> {
  const last = nodeRed.reports(`${name}-states`).at(-1);
  const report = last && isUp(last) ? last : await nodeRed.next(`${name}-states`, isUp, nodeRed.mark);
  return report['session'] as Status;
}

interface Peers {
  readonly concentrator: Concentrator;
  readonly nodeRed: NodeRed;
}

/** Sends an echo request of so many octets in all to the peer, and expects an answer as long, in one piece. */
export async function ping({ concentrator, nodeRed }: Peers, name: string, octets: number): Promise<void> {
  const { localAddress, remoteAddress } = await up(nodeRed, name);
  await concentrator.upWith(localAddress);
  const since = nodeRed.mark;
  const data = Buffer.alloc(octets - 28, 0x5a);
  const payload = encodeIcmpEcho({ type: ICMP.echoRequest, code: 0, identifier: 77, sequence: 1, data });
  nodeRed.send(`${name}-out`, { payload: { destination: remoteAddress, protocol: 'icmp', payload } });
  const reply: Report = await nodeRed.next(`${name}-packets`, () => true, since);
  const packet = Buffer.from(reply.payload as Uint8Array);
  const { fragment, payload: icmp } = decodeIpv4(packet);
  assert.equal(fragment & 0x3fff, 0, 'the answer is no fragment');
  assert.deepEqual(decodeIcmpEcho(icmp).data, data);
  assert.equal(packet.length, octets);
}
