// The lab's clients over IPv6, at the lab's own access concentrator: what a test of ours can rely on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, ping } from './clients';
import { serveIpv6 } from './ipv6-services';
import { labSuite } from './requirements';

labSuite(
  'a client with IPv6 at pppoe-server, radvd and a DHCPv6 server',
  async (lab) => {
    const [concentrator, client] = await Promise.all([
      lab.startConcentrator({ pppdOptions: ['+ipv6', 'ipv6 ::1,::2'] }),
      lab.startClient({ dial: false }),
    ]);
    await lab.bridge(concentrator.interface, client.interface);
    const dialled = await call(client, { pppdOptions: ['+ipv6', 'lcp-restart 1'] });
    await dialled.ipv6Up();
    await serveIpv6(concentrator, client.mac);
    await concentrator.run('ip -6 route add 2001:db8:1:100::/56 dev ppp0');
    return { concentrator, client, dialled };
  },
  (peers) => {
    test('its kernel makes itself an address of the advertised prefix, and pings with it', async () => {
      const { client, dialled } = peers();
      const address = await dialled.advertisedAddress();
      assert.equal(address, '2001:db8:1::2');
      const { interface: device } = await dialled.ipv6Up();
      assert.equal(await ping(client, `fe80::1%${device}`, 5, { source: address }), 5);
      assert.equal(await ping(client, '2001:db8:1::1', 5), 5);
    });

    test('dhcpcd gets a delegated prefix, pings with an address of it, and gives it back', async () => {
      const { concentrator, client, dialled } = peers();
      assert.deepEqual(await dialled.delegated(), { prefix: '2001:db8:1:100::/56', dns: ['2001:db8::54'] });
      assert.equal(await ping(client, '2001:db8:1::1', 5, { source: '2001:db8:1:100::1' }), 5);
      await dialled.release();
      const released = "grep -q 'received release' /run/ipv6/dhcp6s.log";
      await concentrator.run(`for try in $(seq 200); do ${released} && exit 0; busybox usleep 20000; done; exit 1`);
    });
  },
);
