// IPv6 with real peers: IPV6CP at pppd, radvd's Router Advertisements and a DHCPv6 server of the WIDE project that delegates.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarizeIp } from '../../src/index';
import { serveIpv6 } from './ipv6-services';
import { type Lab, malformed } from './lab';
import { type FlowNode, injector, NodeRed, type Report, reporter } from './node-red';
import { labSuite } from './requirements';

const CREDENTIALS = { session: { username: 'test', password: 'secret' } };
/** The DHCPv6 server knows its client by this address, of which the DUID is made. */
const MAC = '02:00:5e:00:53:77';
/** pppd has the first identifier, and wants its peer to have the second. */
const IPV6 = ['+ipv6', 'ipv6 ::1,::2'];

function flows(device: string): FlowNode[] {
  const at = { z: 'tab', x: 100, y: 100 };
  return [
    { id: 'tab', type: 'tab', label: 'lab' },
    { id: 'session', type: 'pppoe-session', name: 'isp', interface: device, mac: MAC },
    { id: 'state', type: 'pppoe-state', ...at, session: 'session', wires: [['states'], ['steps'], ['states']] },
    { id: 'in', type: 'pppoe-in', ...at, session: 'session', output: 'single', wires: [['packets']] },
    { id: 'out', type: 'pppoe-out', ...at, session: 'session', wires: [] },
    { id: 'control', type: 'pppoe-control', ...at, session: 'session', action: 'message', wires: [['outcome']] },
    ...['states', 'steps', 'packets', 'outcome'].map(reporter),
    injector('to-out', 'out'),
    injector('to-control', 'control'),
  ];
}

interface Status {
  readonly localAddress: string | null;
  readonly sessionId: number;
  readonly ipv6: {
    readonly linkLocal: string;
    readonly remoteLinkLocal: string;
    readonly addresses: readonly { readonly address: string; readonly source: string }[];
    readonly prefixes: readonly { readonly prefix: string; readonly length: number }[];
    readonly dns: readonly string[];
    readonly router?: string;
    readonly mtu?: number;
  } | null;
}

const statusOf = (report: Report) => report['session'] as Status;
const isUp = ({ payload }: Report) => payload === 'up';
/** IPv4 is there when the session is up; IPv6, whose identifier pppd corrects, comes with it or soon after. */
const hasIpv6 = (report: Report) => statusOf(report).ipv6 !== null;

/** Sends ICMPv6 echo requests and waits for as many replies from that address. */
async function ping(nodeRed: NodeRed, destination: string, count: number): Promise<void> {
  const since = nodeRed.mark;
  for (let sequence = 0; sequence < count; sequence++) {
    const payload = Buffer.concat([Buffer.of(128, 0, 0, 0, 0, 77, sequence >> 8, sequence & 0xff), Buffer.alloc(56)]);
    nodeRed.send('to-out', { payload: { destination, protocol: 'icmp', payload } });
  }
  const echoes = () =>
    nodeRed.reports('packets', since).filter(({ payload }) => {
      const packet = Buffer.from(payload as Uint8Array);
      return packet[6] === 58 && packet[40] === 129 && summarizeIp(packet).source === destination;
    });
  for (let waited = 1; echoes().length < count; waited++) await nodeRed.count('packets', waited, since);
  assert.equal(echoes().length, count);
}

async function start(lab: Lab, ...pppdOptions: string[]) {
  const concentrator = await lab.startConcentrator({ auth: 'chap', pppdOptions });
  const capture = await lab.capture(concentrator.interface);
  const nodeRed = await NodeRed.start(lab, flows(concentrator.interface), CREDENTIALS);
  return { concentrator, capture, nodeRed };
}

labSuite(
  'IPv4 with IPv6 at pppoe-server and pppd',
  (lab) => start(lab, ...IPV6),
  (peers) => {
    test('both come up, with the Interface-Identifier that pppd wants us to have', async () => {
      assert.equal(statusOf(await peers().nodeRed.next('states', isUp)).localAddress, '10.99.1.1');
      const { ipv6 } = statusOf(await peers().nodeRed.next('states', hasIpv6));
      assert.equal(ipv6?.linkLocal, 'fe80::2');
      assert.equal(ipv6.remoteLinkLocal, 'fe80::1');
    });

    test('pppd’s link-local address answers 50 pings through the session', async () => {
      const { nodeRed } = peers();
      await nodeRed.next('states', hasIpv6);
      await ping(nodeRed, 'fe80::1', 50);
    });

    test('radvd: an address of the prefix, a name server, the router and the MTU', async () => {
      const { nodeRed, concentrator } = peers();
      await nodeRed.next('states', hasIpv6);
      await serveIpv6(concentrator, MAC);
      const told = await nodeRed.next('states', (report) => Boolean(statusOf(report).ipv6?.router));
      const { addresses, dns, router, mtu } = statusOf(told).ipv6 ?? {};
      assert.equal(told['event'], 'addresses');
      assert.deepEqual(
        addresses?.filter(({ source }) => source === 'slaac').map(({ address }) => address),
        ['2001:db8:1::2'],
      );
      assert.ok(dns?.includes('2001:db8::53'));
      assert.deepEqual([router, mtu], ['fe80::1', 1480]);
    });

    test('a global address of the router answers pings to ours of its prefix', async () => {
      await ping(peers().nodeRed, '2001:db8:1::1', 10);
    });

    test('the DHCPv6 server: a delegated prefix, an address and a name server', async (t) => {
      const { nodeRed, concentrator } = peers();
      try {
        const told = await nodeRed.next('states', ({ event }) => event === 'prefix-delegated');
        assert.equal(told['prefix'], '2001:db8:1:100::/56');
        assert.equal(told.payload, '2001:db8:1:100::/56');
        const { prefixes, addresses, dns } = statusOf(told).ipv6 ?? {};
        assert.deepEqual(
          prefixes?.map(({ prefix, length }) => `${prefix}/${length}`),
          ['2001:db8:1:100::/56'],
        );
        assert.ok(addresses?.some(({ address, source }) => address === '2001:db8:0:1::100' && source === 'dhcpv6'));
        assert.ok(dns?.includes('2001:db8::54'));
      } catch (error) {
        t.diagnostic(await concentrator.run('cat /run/ipv6/*.log'));
        throw error;
      }
    });

    test('a disconnect gives the prefix back before the session ends', async () => {
      const { nodeRed, concentrator } = peers();
      const since = nodeRed.mark;
      const [session] = await concentrator.sessions();
      nodeRed.send('to-control', { payload: 'disconnect' });
      const lost = await nodeRed.next('states', ({ event }) => event === 'prefix-lost', since);
      assert.equal(lost['prefix'], '2001:db8:1:100::/56');
      assert.equal((await nodeRed.next('outcome', undefined, since)).payload, 'idle');
      assert.ok(nodeRed.reports('steps', since).some(({ payload }) => payload === 'DHCPv6: released'));
      assert.match(await concentrator.run('cat /run/ipv6/dhcp6s.log'), /received release/i);
      await concentrator.gone(session?.pid ?? 0);
      assert.deepEqual(await concentrator.sessions(), []);
    });

    test('tshark finds no malformed frame', async () => {
      const { capture, nodeRed } = peers();
      await nodeRed.stop();
      assert.deepEqual(await malformed(await capture.stop()), []);
    });
  },
);

labSuite(
  'IPv6 only at pppoe-server and pppd',
  (lab) => start(lab, ...IPV6, 'noip'),
  (peers) => {
    test('is up without an IPv4 address, and pings go through', async () => {
      const { nodeRed } = peers();
      const { localAddress, ipv6 } = statusOf(await nodeRed.next('states', isUp));
      assert.equal(localAddress, null);
      assert.equal(ipv6?.linkLocal, 'fe80::2');
      await peers().concentrator.run(
        'for try in $(seq 200); do ip -6 addr show dev ppp0 | grep -q fe80 && exit 0; busybox usleep 20000; done; exit 1',
      );
      await ping(nodeRed, 'fe80::1', 50);
    });
  },
);

labSuite(
  'IPv4 only at pppoe-server and pppd',
  (lab) => start(lab),
  (peers) => {
    test('IPV6CP is rejected, and IPv4 does not notice', async () => {
      const { nodeRed } = peers();
      const status = statusOf(await nodeRed.next('states', isUp));
      assert.deepEqual([status.localAddress, status.ipv6], ['10.99.1.1', null]);
      const isRejection = ({ payload }: Report) => payload === 'Peer rejected IPV6CP';
      assert.ok(await nodeRed.next('steps', isRejection));
    });
  },
);
