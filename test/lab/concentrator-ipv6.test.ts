// IPv6 of real clients at our access concentrator: IPV6CP, a Router Advertisement with a prefix per session, and pings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIpv6 } from '../../src/index';
import { startAccess } from './access';
import { type Call, call, ping } from './clients';
import { type Client, malformed } from './lab';
import { labSuite } from './requirements';

const account = (user: string) => ({ user, password: 'secret' });
const ACCOUNTS = ['kernel', 'user'].map((username) => ({ username, password: account(username).password }));
const IPV6 = ['+ipv6'];
/** Each session gets a /64 of the one, the first of which is our own, and may ask for a /56 of the other. */
const NODE = {
  ipv6Prefix: '2001:db8:64::/48',
  delegationPrefix: '2001:db8:6400::/40',
  delegatedLength: '56',
  ipv6Dns: '2001:db8::53',
};
const OUR_ADDRESS = '2001:db8:64::1';

/** Of 64 bits. */
function prefixOf(address: string): string {
  return parseIpv6(address).subarray(0, 8).toString('hex');
}

/** Our end of the session, as the client's kernel addresses it. */
async function gateway(dialled: Call): Promise<string> {
  const { interface: device, remote } = await dialled.ipv6Up();
  return `${remote}%${device}`;
}

labSuite(
  'IPv6 of real clients at our access concentrator',
  async (lab) => {
    const [kernel, user] = await Promise.all([lab.startClient({ dial: false }), lab.startClient({ dial: false })]);
    const ethernet = await lab.bridge(kernel.interface, user.interface);
    const capture = await lab.capture(ethernet);
    const access = await startAccess(lab, ethernet, { node: NODE, accounts: ACCOUNTS });
    const calls = {
      kernel: await call(kernel, { mode: 'kernel', ...account('kernel'), pppdOptions: IPV6 }),
      user: await call(user, { mode: 'user', ...account('user'), pppdOptions: IPV6 }),
    };
    return { clients: { kernel, user }, calls, access, capture };
  },
  (peers) => {
    const ends = (mode: 'kernel' | 'user'): { client: Client; dialled: Call } => {
      const { clients, calls } = peers();
      return { client: clients[mode], dialled: calls[mode] };
    };

    for (const mode of ['kernel', 'user'] as const) {
      test(`${mode}: IPv4 and IPv6 come up, and our link-local address answers`, async () => {
        const { client, dialled } = ends(mode);
        assert.equal((await dialled.up()).remote, '10.64.0.1');
        const { local, remote } = await dialled.ipv6Up();
        assert.match(local, /^fe80:/);
        assert.match(remote, /^fe80:/);
        assert.notEqual(local, remote);
        assert.equal(await ping(client, await gateway(dialled), 20), 20);
      });

      test(`${mode}: a Router Advertisement brings a prefix and the default route, and we answer an address of it`, async () => {
        const { client, dialled } = ends(mode);
        const address = await dialled.advertisedAddress();
        const { prefix } = await peers().access.up(0, mode);
        assert.match(prefix ?? '', /^2001:db8:64:[0-9a-f]+::\/64$/);
        assert.equal(prefixOf(address), prefixOf((prefix ?? '').replace('/64', '')));
        const { interface: device, remote } = await dialled.ipv6Up();
        const routes = await client.run(`ip -6 route show default dev ${device}`);
        const router = / via (\S+)/.exec(routes)?.[1] ?? '';
        assert.deepEqual(parseIpv6(router), parseIpv6(remote), 'the default route is to us');
        assert.equal(await ping(client, OUR_ADDRESS, 20, { source: address }), 20);
      });
    }

    test('each session has a prefix of its own', async () => {
      const { calls } = peers();
      const prefixes = [await calls.kernel.advertisedAddress(), await calls.user.advertisedAddress()].map(prefixOf);
      assert.notEqual(prefixes[0], prefixes[1]);
    });

    test('they ping each other', async () => {
      const { clients, calls } = peers();
      assert.equal(await ping(clients.kernel, await calls.user.advertisedAddress(), 20), 20);
      assert.equal(await ping(clients.user, await calls.kernel.advertisedAddress(), 20), 20);
    });

    test('DHCPv6: a prefix is delegated, routed both ways, and taken back', async () => {
      const { clients, calls, access } = peers();
      const since = access.mark;
      const { prefix, dns } = await calls.kernel.delegated();
      assert.match(prefix, /^2001:db8:64[0-9a-f]{2}:.*\/56$/);
      assert.deepEqual(dns, ['2001:db8::53']);
      assert.equal((await access.changed(since)).delegated, prefix);
      const delegated = prefix.replace('/56', '1');
      assert.equal(await ping(clients.kernel, OUR_ADDRESS, 5, { source: delegated }), 5);
      assert.equal(await ping(clients.user, delegated, 5), 5);
      const mark = access.mark;
      await calls.kernel.release();
      assert.equal((await access.changed(mark)).delegated, undefined);
    });

    test('a client that refuses IPv4 is up with IPv6 alone, and one that refuses IPv6 with IPv4 alone', async () => {
      const { clients, calls, access } = peers();
      for (const mode of ['kernel', 'user'] as const) {
        await calls[mode].hangUp();
        await calls[mode].ended();
      }
      const since = access.mark;
      const six = await call(clients.kernel, { ...account('kernel'), pppdOptions: [...IPV6, 'noip'] });
      assert.equal(await ping(clients.kernel, await gateway(six), 5), 5);
      const four = await call(clients.user, { ...account('user'), pppdOptions: ['noipv6'] });
      assert.equal(await ping(clients.user, (await four.up()).remote, 5), 5);
      assert.match((await access.up(since, 'kernel')).prefix ?? '', /^2001:db8:64:/);
      assert.equal((await access.up(since, 'user')).address, (await four.up()).local);
    });

    test('tshark finds every frame sound', async () => {
      assert.deepEqual(await malformed(await peers().capture.stop()), []);
    });
  },
);
