// Discovery, sizes and VLANs of a flow in a real Node-RED against pppoe-server and pppd on a Linux PPP kernel.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Concentrator, select } from './lab';
import { labSuite, labTest } from './requirements';
import { ping, startSessions, up } from './sessions';

/**
 * Three servers, for frames without a tag, with one and with two. A packet socket of Linux on vec0 also takes the frames
 * of its VLANs, without their tags: a server there would answer those too, and its pppd of session 1 would negotiate with
 * our session 1 of each VLAN. On a bridge it gets what has no tag, and nothing else.
 */
async function serveThreeSegments(concentrator: Concentrator): Promise<void> {
  await concentrator.crash();
  await concentrator.run(`
    ip link add link vec0 name vec0.7 type vlan id 7
    ip link add link vec0 name vec0.100 type vlan proto 802.1ad id 100
    ip link add link vec0.100 name vec0.100.7 type vlan id 7
    ip link add br0 type bridge mcast_snooping 0
    echo 1 >/proc/sys/net/ipv6/conf/br0/disable_ipv6
    ip link set vec0 master br0
    ip link set vec0.100 up
    # Each server lends addresses of its own: the kernel has one table of routes.
    pool=1
    for device in br0 vec0.7 vec0.100.7; do
      ip link set $device up
      SERVER_OPTIONS="$SERVER_OPTIONS -R 10.99.$pool.1" DEVICE=$device /run/peer/serve.sh
      pool=$((pool + 1))
    done`);
}

labSuite(
  'pppoe-server with an MTU of 1500, messages and VLANs',
  async (lab) => {
    const concentrator = await lab.startConcentrator({
      modules: ['8021q', 'bridge'],
      pppdOptions: ['mtu 1500', 'mru 1500'],
      serverOptions: ['-M', "'Hello from LabAC'", '-H', "'http://lab.example/'"],
    });
    await serveThreeSegments(concentrator);
    const capture = await lab.capture(concentrator.interface);
    const nodeRed = await startSessions(lab, concentrator.interface, {
      large: { mru: 1500 },
      plain: { mru: 1492, mac: '02:00:5e:00:53:aa' },
      tagged: { vlan: '7', vlanPcp: 6, vlanDataPcp: 1 },
      doubled: { vlan: '100.7', mru: 1500 },
    });
    return { concentrator, capture, nodeRed };
  },
  (peers) => {
    test('PPP-Max-Payload: MRU and MTU are 1500, and a packet of that size passes whole', async () => {
      const { mru, mtu } = await up(peers().nodeRed, 'large');
      assert.deepEqual([mru, mtu], [1500, 1500]);
      await ping(peers(), 'large', 1500);
    });

    test('without it they are 1492, here with a MAC address of our own', async () => {
      const { nodeRed, concentrator } = peers();
      const { mru, mtu } = await up(nodeRed, 'plain');
      assert.deepEqual([mru, mtu], [1492, 1492]);
      await ping(peers(), 'plain', 1492);
      assert.ok((await concentrator.sessions()).some(({ peer }) => peer === '02:00:5e:00:53:aa'));
    });

    test('MOTM and HURL of pppoe-server -M -H are told and kept', async () => {
      const { nodeRed } = peers();
      await up(nodeRed, 'large');
      const steps = nodeRed.reports('large-steps').map(({ payload }) => payload);
      assert.ok(steps.includes('Got a message for users: Hello from LabAC'), String(steps));
      assert.ok(steps.includes('Got a URL for users: http://lab.example/'));
      const { motm, hurl } = await up(nodeRed, 'large');
      assert.deepEqual([motm, hurl], ['Hello from LabAC', 'http://lab.example/']);
    });

    test('a VLAN of the Linux kernel: one tag', async () => {
      const { mtu } = await up(peers().nodeRed, 'tagged');
      assert.equal(mtu, 1492);
      await ping(peers(), 'tagged', 1492);
    });

    test('a VLAN in a VLAN of the Linux kernel: two tags, which count towards what we send', async () => {
      const { mru, mtu } = await up(peers().nodeRed, 'doubled');
      assert.deepEqual([mru, mtu], [1500, 1492], 'a link MTU of 1508 has 1508 - 8 for the tags - 8 for PPPoE');
      await ping(peers(), 'doubled', mtu);
    });

    test('two sessions of one MAC address and one number are told apart by their tags', async () => {
      const inVlans = (await peers().concentrator.sessions()).filter(({ address }) => !address.startsWith('10.99.1.'));
      assert.deepEqual(
        inVlans.map(({ id, address }) => [id, address]).sort(),
        [2, 3].map((pool) => [1, `10.99.${pool}.1`]),
      );
      assert.equal(new Set(inVlans.map(({ peer }) => peer)).size, 1);
    });

    test('tags, priorities, no fragment', async () => {
      const { capture, nodeRed, concentrator } = peers();
      await nodeRed.stop();
      const path = await capture.stop();
      assert.deepEqual(await select(path, 'ip.flags.mf == 1 || ip.frag_offset > 0'), []);
      const ours = `eth.src != ${concentrator.mac} && vlan.id == 7 && !ieee8021ad`;
      assert.ok((await select(path, `${ours} && ip && vlan.priority == 1`)).length >= 1);
      assert.ok((await select(path, `${ours} && !ip && vlan.priority == 6`)).length >= 10);
      assert.deepEqual(
        await select(path, `${ours} && ((ip && vlan.priority != 1) || (!ip && vlan.priority != 6))`),
        [],
      );
      assert.ok((await select(path, 'ieee8021ad.id == 100 && vlan.id == 7')).length >= 20);
    });
  },
);

const WRAPPER = '/run/peer/pppd-with-mru';

labSuite(
  'pppd that demands an unusual MRU, and proposes VJ and CCP',
  async (lab) => {
    const concentrator = await lab.startConcentrator({
      modules: ['ppp_deflate', 'bsd_comp', 'ppp_mppe'],
      pppdOptions: ['deflate 15', 'bsdcomp 15'],
      serverOptions: ['-q', WRAPPER],
    });
    // pppoe-server gives pppd an MRU of its own; what comes behind it counts.
    const script = '#!/bin/sh\nexec /usr/sbin/pppd "$@" mru 1100 mtu 1300\n';
    await concentrator.run(`printf '%s' '${script}' >${WRAPPER} && chmod 755 ${WRAPPER}`);
    const nodeRed = await startSessions(lab, concentrator.interface, { session: { mru: 1400 } });
    return { concentrator, nodeRed };
  },
  (peers) => {
    test('each sends what the other takes: MTU 1100 is its MRU, MRU 1400 is ours', async () => {
      const { nodeRed, concentrator } = peers();
      const { mru, mtu } = await up(nodeRed, 'session');
      const log = await concentrator.log();
      assert.match(log, /sent \[LCP ConfReq id=0x1 <mru 1100>/);
      assert.match(log, /rcvd \[LCP ConfReq id=\S+ <mru 1400>/);
      assert.deepEqual([mru, mtu], [1400, 1100]);
      await ping(peers(), 'session', 1100);
    });

    test('VJ compression is rejected and CCP as a protocol; the session comes up and stays', async () => {
      const { nodeRed, concentrator } = peers();
      await up(nodeRed, 'session');
      const log = await concentrator.log();
      assert.match(log, /sent \[IPCP ConfReq id=\S+ <compress VJ/);
      assert.match(log, /rcvd \[IPCP ConfRej id=\S+ <compress VJ/);
      assert.match(log, /sent \[CCP ConfReq id=\S+ <deflate 15>/);
      assert.match(log, /rcvd \[LCP ProtRej id=\S+ 80 fd/);
      assert.equal(nodeRed.reports('session-states').at(-1)?.payload, 'up');
    });
  },
);

labTest('pppd that proposes MPPE, and insists: it is rejected, and the end is told as the peer’s', async (lab) => {
  const concentrator = await lab.startConcentrator({
    auth: 'mschap-v2',
    modules: ['ppp_mppe'],
    pppdOptions: ['require-mppe-128'],
  });
  const nodeRed = await startSessions(lab, concentrator.interface, { session: {} });
  const { reason } = await nodeRed.next('session-states', ({ payload }) => payload === 'waiting');
  const log = await concentrator.log();
  assert.match(log, /sent \[CCP ConfReq id=\S+ <mppe/);
  assert.match(log, /rcvd \[LCP ProtRej id=\S+ 80 fd/);
  assert.equal((reason as { code: string }).code, 'peer-terminated');
  assert.match((reason as { text: string }).text, /MPPE required/);
});
