// Two real clients on one Ethernet with our access concentrator, which carries packets between their sessions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAccess } from './access';
import { call, ping } from './clients';
import { malformed } from './lab';
import { labSuite } from './requirements';

const account = (user: string) => ({ user, password: 'secret' });
const ACCOUNTS = ['kernel', 'user'].map((username) => ({ username, password: account(username).password }));

labSuite(
  'two clients at our access concentrator',
  async (lab) => {
    const clients = await Promise.all([lab.startClient({ dial: false }), lab.startClient({ dial: false })]);
    const [kernel, user] = clients;
    const ethernet = await lab.bridge(kernel.interface, user.interface);
    const capture = await lab.capture(ethernet);
    const access = await startAccess(lab, ethernet, { accounts: ACCOUNTS });
    const kernelCall = await call(kernel, { mode: 'kernel', ...account('kernel') });
    const userCall = await call(user, { mode: 'user', ...account('user') });
    // pppd has a route to us alone.
    await kernel.run(`ip route add ${(await userCall.up()).local} dev ${(await kernelCall.up()).interface}`);
    await user.run(`ip route add ${(await kernelCall.up()).local} dev ${(await userCall.up()).interface}`);
    return { kernel, user, kernelCall, userCall, access, capture };
  },
  (peers) => {
    test('each logs in with its own account and gets an address of its own', async () => {
      const { kernel, user, kernelCall, userCall, access } = peers();
      const addresses = { kernel: (await kernelCall.up()).local, user: (await userCall.up()).local };
      assert.notEqual(addresses.kernel, addresses.user);
      await access.up(0, 'kernel');
      await access.up(0, 'user');
      const listed = (await access.subscribers()).map(({ username, address, mac }) => [username, address, mac]);
      assert.deepEqual(listed.sort(), [
        ['kernel', addresses.kernel, kernel.mac],
        ['user', addresses.user, user.mac],
      ]);
    });

    test('they ping each other, with packets of every size that the sessions carry', async () => {
      const { kernel, user, kernelCall, userCall } = peers();
      const addresses = { kernel: (await kernelCall.up()).local, user: (await userCall.up()).local };
      assert.equal(await ping(kernel, addresses.user, 20), 20);
      assert.equal(await ping(user, addresses.kernel, 20), 20);
      assert.equal(await ping(kernel, addresses.user, 5, { size: 1_464 }), 5);
    });

    test('a packet has passed one hop: its Time To Live is one less', async () => {
      const { kernel, userCall } = peers();
      const { local } = await userCall.up();
      assert.match((await kernel.sh(`busybox ping -c 1 -W 3 ${local}`)).output, /ttl=63/);
    });

    test('when one hangs up, the other stays, and its packets to the first get no answer', async () => {
      const { kernel, kernelCall, userCall, user, access } = peers();
      const { local } = await userCall.up();
      const since = access.mark;
      await userCall.hangUp();
      await userCall.ended();
      assert.equal((await access.down(since)).subscriber.mac, user.mac);
      assert.equal(await ping(kernel, local, 1), 0);
      assert.equal(await ping(kernel, (await kernelCall.up()).remote, 5), 5);
    });

    test('tshark finds every frame sound', async () => {
      assert.deepEqual(await malformed(await peers().capture.stop()), []);
    });
  },
);
