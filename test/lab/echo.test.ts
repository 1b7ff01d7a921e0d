// An access concentrator that answers no Echo-Request and sends none, as some providers' do: which sessions stay up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Concentrator, type Lab, select } from './lab';
import type { NodeRed, Report } from './node-red';
import { labSuite } from './requirements';
import { ping, startSessions, up } from './sessions';

const KEEPALIVE = { keepaliveInterval: 1, keepaliveFailures: 2 };
const ECHO_REPLY = 'ppp.protocol == 0xc021 && ppp.code == 10';

/** Drops LCP Echo-Requests (PPP protocol 0xc021, code 9) before the access concentrator's programs see them. */
async function dropEchoRequests(concentrator: Concentrator): Promise<void> {
  await concentrator.run(`
    tc qdisc add dev vec0 ingress
    tc filter add dev vec0 parent ffff: protocol 0x8864 u32 \
      match u16 0xc021 0xffff at 6 match u8 9 0xff at 8 action drop`);
}

/** Starts pings of an address from the access concentrator, which go on until they are stopped. */
async function startPings(concentrator: Concentrator, address: string): Promise<{ stop(): Promise<void> }> {
  const pid = await concentrator.run(`busybox ping -i 0.2 ${address} >/dev/null 2>&1 </dev/null & echo $!`);
  return {
    stop: async () => {
      await concentrator.run(`kill ${pid.trim()}`);
    },
  };
}

async function start(lab: Lab) {
  const concentrator = await lab.startConcentrator({
    modules: ['sch_ingress', 'cls_u32', 'act_gact'],
    pppdOptions: ['lcp-echo-interval 0'],
  });
  await dropEchoRequests(concentrator);
  const capture = await lab.capture(concentrator.interface);
  const nodeRed = await startSessions(lab, concentrator.interface, {
    busy: { keepalive: 'adaptive', ...KEEPALIVE },
    watched: { keepalive: 'fixed', ...KEEPALIVE },
    idle: { keepalive: 'off', ...KEEPALIVE },
  });
  const { localAddress } = await up(nodeRed, 'busy');
  await concentrator.upWith(localAddress);
  const pings = await startPings(concentrator, localAddress);
  await up(nodeRed, 'idle');
  return { concentrator, capture, nodeRed, pings };
}

const isWaiting = ({ payload }: Report) => payload === 'waiting';

/** Why the session of this name ended, from a report on. */
async function endOf(nodeRed: NodeRed, name: string, since = 0): Promise<string> {
  const report = await nodeRed.next(`${name}-states`, isWaiting, since);
  return (report['reason'] as { code: string }).code;
}

const ends = (nodeRed: NodeRed, name: string) => nodeRed.reports(`${name}-states`).filter(isWaiting).length;

labSuite('an access concentrator without echo', start, (peers) => {
  test('with fixed keepalive the session ends as no-reply, and so does the next', async () => {
    const { nodeRed } = peers();
    assert.equal(await endOf(nodeRed, 'watched'), 'no-reply');
    const reports = await nodeRed.count('watched-states', 2, 0, isWaiting);
    assert.deepEqual(
      reports.map(({ reason }) => (reason as { code: string }).code),
      ['no-reply', 'no-reply'],
    );
  });

  test('meanwhile, with adaptive keepalive, one with traffic is still up', () => {
    assert.equal(ends(peers().nodeRed, 'busy'), 0);
    assert.equal(peers().nodeRed.reports('busy-states').at(-1)?.payload, 'up');
  });

  test('and ends as no-reply when the traffic does', async () => {
    const { nodeRed, pings } = peers();
    const since = nodeRed.mark;
    await pings.stop();
    assert.equal(await endOf(nodeRed, 'busy', since), 'no-reply');
  });

  test('with keepalive off an idle one is up through all of this, and carries packets', async () => {
    assert.equal(ends(peers().nodeRed, 'idle'), 0);
    await ping(peers(), 'idle', 1492);
  });

  test('there were requests, all ours, and not one reply', async () => {
    const { nodeRed, capture, concentrator } = peers();
    await nodeRed.stop();
    const path = await capture.stop();
    const requests = await select(path, 'ppp.protocol == 0xc021 && ppp.code == 9');
    assert.ok(requests.length >= 6, requests.join('\n'));
    assert.ok(requests.every((line) => !line.includes(concentrator.mac)));
    assert.deepEqual(await select(path, ECHO_REPLY), []);
  });
});
