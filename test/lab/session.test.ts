// A flow in a real Node-RED with real access concentrators: rp-pppoe's pppoe-server and pppd on a Linux PPP kernel.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { encodeIcmpEcho, ICMP, summarizeIp } from '../../src/index';
import { type Authentication, type Concentrator, type Lab, malformed, select } from './lab';
import { type FlowNode, injector, NodeRed, type Report, reporter } from './node-red';
import { labSuite } from './requirements';

const execute = promisify(execFile);
const CREDENTIALS = { session: { username: 'test', password: 'secret' } };

function flows(device: string, session: Record<string, unknown> = {}): FlowNode[] {
  const at = { z: 'tab', x: 100, y: 100 };
  return [
    { id: 'tab', type: 'tab', label: 'lab' },
    { id: 'session', type: 'pppoe-session', name: 'isp', interface: device, keepalive: 'adaptive', ...session },
    { id: 'state', type: 'pppoe-state', ...at, session: 'session', wires: [['states'], ['steps']] },
    { id: 'in', type: 'pppoe-in', ...at, session: 'session', output: 'single', wires: [['packets']] },
    { id: 'out', type: 'pppoe-out', ...at, session: 'session', wires: [] },
    { id: 'control', type: 'pppoe-control', ...at, session: 'session', action: 'message', wires: [['outcome']] },
    { id: 'catch', type: 'catch', ...at, scope: null, wires: [['errors']] },
    ...['states', 'steps', 'packets', 'outcome', 'errors'].map(reporter),
    injector('to-out', 'out'),
    injector('to-control', 'control'),
  ];
}

interface Status {
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly sessionId: number;
  readonly dns: readonly string[];
  readonly acName: string;
  readonly nextAttempt?: string;
}

function statusOf(report: Report): Status {
  return report['session'] as Status;
}

// Not a message about new addresses of a session that is up already.
const isUp = ({ payload, event }: Report & { event?: unknown }) => payload === 'up' && event === undefined;

/** Sends echo requests through pppoe-out and counts the gateway's replies at pppoe-in. */
async function ping(nodeRed: NodeRed, gateway: string, count: number): Promise<void> {
  const since = nodeRed.mark;
  for (let sequence = 0; sequence < count; sequence++) {
    const payload = encodeIcmpEcho({
      type: ICMP.echoRequest,
      code: 0,
      identifier: 77,
      sequence,
      data: Buffer.alloc(56),
    });
    nodeRed.send('to-out', { payload: { destination: gateway, protocol: 'icmp', payload } });
  }
  // The peer speaks IPv6, too: router solicitations, for one.
  const isReply = ({ payload }: Report) => summarizeIp(Buffer.from(payload as Uint8Array)).source === gateway;
  const replies = await nodeRed.count('packets', count, since, isReply);
  assert.equal(replies.length, count);
}

/** Times of a capture in ms, from the first frame that each filter selects. */
async function firstTimes(path: string, filters: Record<string, string>): Promise<Record<string, number>> {
  const times: Record<string, number> = {};
  for (const [name, filter] of Object.entries(filters)) {
    const args = ['-n', '-r', path, '-Y', filter, '-T', 'fields', '-e', 'frame.time_epoch'];
    const [first] = (await execute('tshark', args)).stdout.split('\n');
    times[name] = Number(first) * 1_000;
  }
  return times;
}

async function start(lab: Lab, auth: Authentication) {
  const concentrator = await lab.startConcentrator({ auth });
  const capture = await lab.capture(concentrator.interface);
  const nodeRed = await NodeRed.start(lab, flows(concentrator.interface), CREDENTIALS);
  return { concentrator, capture, nodeRed };
}

async function only(concentrator: Concentrator, sessionId: number) {
  const sessions = await concentrator.sessions();
  const session = sessions.find(({ id }) => id === sessionId);
  assert.ok(session, `session ${sessionId} is one of ${sessions.map(({ id }) => id)}`);
  return session;
}

for (const auth of ['chap', 'pap'] as const) {
  labSuite(
    `a flow in Node-RED and pppoe-server with pppd, ${auth}`,
    (lab) => start(lab, auth),
    (peers) => {
      test('logs in and gets its address, gateway and name servers', async () => {
        const status = statusOf(await peers().nodeRed.next('states', isUp));
        assert.equal(status.localAddress, '10.99.1.1');
        assert.equal(status.remoteAddress, '10.99.0.1');
        assert.deepEqual(status.dns, ['192.0.2.53', '192.0.2.54']);
        assert.equal(status.acName, 'LabAC');
      });

      test('pings the gateway 100 times through its nodes, and loses none', async () => {
        const { nodeRed, concentrator } = peers();
        const { remoteAddress } = statusOf(await nodeRed.next('states', isUp));
        // pppd gives its interface the address only after it has acknowledged ours: until then its kernel drops packets.
        await concentrator.up();
        await ping(nodeRed, remoteAddress, 100);
      });

      test('a Terminate-Request of the peer is told as such, and the session comes back', async () => {
        const { nodeRed, concentrator } = peers();
        const { sessionId } = statusOf(await nodeRed.next('states', isUp));
        const since = nodeRed.mark;
        await concentrator.terminate((await only(concentrator, sessionId)).pid);
        const { reason } = await nodeRed.next('states', ({ payload }) => payload === 'waiting', since);
        assert.equal((reason as { code: string }).code, 'peer-terminated');
        assert.notEqual(statusOf(await nodeRed.next('states', isUp, since)).sessionId, sessionId);
      });

      test('a PADT alone is told as such, and the session comes back', async () => {
        const { nodeRed, concentrator } = peers();
        const { sessionId } = statusOf(nodeRed.reports('states').filter(isUp).at(-1) ?? {});
        const since = nodeRed.mark;
        await concentrator.padt((await only(concentrator, sessionId)).pid);
        const { reason } = await nodeRed.next('states', ({ payload }) => payload === 'waiting', since);
        assert.equal((reason as { code: string }).code, 'peer-terminated');
        assert.ok(nodeRed.reports('steps', since).some(({ payload }) => String(payload).startsWith('Got PADT')));
        assert.ok(await nodeRed.next('states', isUp, since));
      });

      test('a disconnect leaves no session at the access concentrator', async () => {
        const { nodeRed, concentrator } = peers();
        const { sessionId } = statusOf(nodeRed.reports('states').filter(isUp).at(-1) ?? {});
        const { pid } = await only(concentrator, sessionId);
        nodeRed.send('to-control', { payload: 'disconnect' });
        assert.equal((await nodeRed.next('outcome')).payload, 'idle');
        await concentrator.gone(pid);
        assert.deepEqual(await concentrator.sessions(), []);
        assert.match(await concentrator.log(), /rcvd \[LCP TermReq/);
      });

      test('stopping Node-RED sends Terminate-Request and PADT, and leaves no session', async () => {
        const { nodeRed, concentrator } = peers();
        const since = nodeRed.mark;
        nodeRed.send('to-control', { payload: 'connect' });
        const { sessionId } = statusOf(await nodeRed.next('states', isUp, since));
        const { pid } = await only(concentrator, sessionId);
        await nodeRed.stop();
        await concentrator.gone(pid);
        assert.deepEqual(await concentrator.sessions(), []);
      });

      test('nothing waits from the first Configure-Request to up, and every frame is sound', async (t) => {
        const { capture, nodeRed, concentrator } = peers();
        const path = await capture.stop();
        const ours = `eth.src != ${concentrator.mac}`;
        const theirs = `eth.src == ${concentrator.mac}`;
        const times = await firstTimes(path, {
          PADI: 'pppoe.code == 0x09',
          PADO: 'pppoe.code == 0x07',
          PADS: 'pppoe.code == 0x65',
          'their LCP Configure-Request': `${theirs} && ppp.protocol == 0xc021 && ppp.code == 1`,
          'authentication over': auth === 'chap' ? 'chap.code == 3' : 'pap.code == 2',
          'our IPCP acknowledged': `${theirs} && ppp.protocol == 0x8021 && ppp.code == 2`,
          'their IPCP acknowledged': `${ours} && ppp.protocol == 0x8021 && ppp.code == 2`,
        });
        const start = times['PADI'] ?? 0;
        for (const [name, time] of Object.entries(times)) t.diagnostic(`${name}: ${(time - start).toFixed(1)} ms`);
        const done = Math.max(times['our IPCP acknowledged'] ?? 0, times['their IPCP acknowledged'] ?? 0);
        const split = done - (times['their LCP Configure-Request'] ?? 0);
        t.diagnostic(`from their first Configure-Request to up: ${split.toFixed(1)} ms`);
        assert.ok(split > 0 && split <= 100, `${split} ms`);
        assert.deepEqual(await malformed(path), []);
        const ends = await select(path, `${ours} && (pppoe.code == 0xa7 || (ppp.protocol == 0xc021 && ppp.code == 5))`);
        const last = ends.slice(-2).join('\n');
        assert.match(last, /Termination Request[\s\S]*PADT/, 'stopping Node-RED: Terminate-Request, then PADT');
        assert.ok(!nodeRed.log.includes('secret'), 'the password is in no log line, at level debug');
      });
    },
  );

  labSuite(
    `a flow in Node-RED with a wrong password, ${auth}`,
    async (lab) => {
      const concentrator = await lab.startConcentrator({ auth });
      const credentials = { session: { username: 'test', password: 'not-it' } };
      return { nodeRed: await NodeRed.start(lab, flows(concentrator.interface), credentials) };
    },
    (peers) => {
      test("ends in authentication-failed with the access concentrator's text, and a long pause", async () => {
        const { nodeRed } = peers();
        const report = await nodeRed.next('states', ({ payload }) => payload === 'waiting');
        const { code, text } = report['reason'] as { code: string; text: string };
        assert.equal(code, 'authentication-failed');
        assert.match(text, auth === 'chap' ? /Access denied/ : /Login incorrect/);
        // 30 s, less the jitter; after a lost session it would be 1 s.
        const pause = Date.parse(statusOf(report).nextAttempt ?? '') - Date.now();
        assert.ok(pause > 20_000, `${pause} ms`);
        const { error } = await nodeRed.next('errors');
        assert.equal((error as { code: string }).code, 'authentication-failed');
        assert.ok(!JSON.stringify(nodeRed.reports('steps')).includes('not-it'));
        assert.ok(!nodeRed.log.includes('not-it'));
      });
    },
  );
}
