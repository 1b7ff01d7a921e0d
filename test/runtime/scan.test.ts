import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { PppoeError } from '../../src/errors';
import { virtualSegments } from '../../src/link/virtual-segment';
import { PppoeConcentrator } from '../../src/runtime/pppoe-concentrator';
import { PppoeSession } from '../../src/runtime/pppoe-session';
import { scan } from '../../src/runtime/scan';
import { FakeClock, turns, until } from './fake-clock';

const LIMIT = { timeout: 10_000 };
const ACCOUNTS = [{ username: 'test', password: 'secret' }];

after(() => assert.deepEqual(virtualSegments(), []));

test('a scan lists the access concentrators of a segment, and leaves the session beside it alone', LIMIT, async () => {
  const segment = { interface: 'virtual:scan-a' };
  const one = new PppoeConcentrator({
    ...segment,
    acName: 'one',
    serviceNames: ['gold', 'silver'],
    accounts: ACCOUNTS,
  });
  const two = new PppoeConcentrator({ ...segment, acName: 'two', mru: 1_500 });
  const session = new PppoeSession({ ...segment, username: 'test', password: 'secret', acName: 'one' });
  session.connect();
  const { sessionId } = await session.connected(5_000);
  const clock = new FakeClock();
  const offers = scan({ ...segment, maxPayload: 1_500 }, clock);
  await turns();
  clock.advance(5_000);
  const found = [...(await offers)].sort((a, b) => String(a.acName).localeCompare(String(b.acName)));
  assert.deepEqual(
    found.map(({ acName, maxPayload }) => [acName, maxPayload]),
    [
      ['one', 1_500],
      ['two', 1_500],
    ],
  );
  const [{ acMac, serviceNames, tags } = assert.fail()] = found;
  assert.match(acMac, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  assert.deepEqual(serviceNames.filter(Boolean), ['gold', 'silver']);
  assert.ok(tags.some(({ name, value }) => name === 'AC-Name' && value === 'one'));
  assert.equal(session.status.sessionId, sessionId);
  assert.equal(session.state, 'up');
  await session.close(2_000);
  await Promise.all([one.close(), two.close()]);
});

test('a scan of an empty segment ends with nothing', LIMIT, async () => {
  assert.deepEqual(await scan({ interface: 'virtual:scan-b', duration: 20, attempts: 2 }), []);
});

test('a scan on a VLAN finds who stands there', LIMIT, async () => {
  const vlan = [{ tpid: 0x9999, vid: 7, pcp: 0, dei: false }];
  const segment = { interface: 'virtual:scan-c' };
  const concentrator = new PppoeConcentrator({ ...segment, acName: 'tagged', vlan });
  const options = { ...segment, duration: 100, attempts: 1 };
  assert.equal((await scan({ ...options, vlan })).length, 1);
  assert.equal((await scan(options)).length, 0);
  await concentrator.close();
});

test('a scan may be ended early, and then lets go of the interface', LIMIT, async () => {
  const early = new AbortController();
  const offers = scan({ interface: 'virtual:scan-d', duration: 60_000, signal: early.signal });
  await turns(1);
  early.abort();
  await assert.rejects(offers, (error) => error instanceof PppoeError && error.code === 'closed');
  await assert.rejects(scan({ interface: 'virtual:scan-d', signal: early.signal }), { code: 'closed' });
  await until(() => !virtualSegments().includes('scan-d'));
});

test('impossible options are refused', LIMIT, async () => {
  for (const wrong of [
    { duration: 0 },
    { attempts: 0 },
    { macAddress: Buffer.alloc(6, 0xff) },
    { serviceName: 'x'.repeat(1_001) },
    { etherTypes: { discovery: 1, session: 2 } },
  ]) {
    await assert.rejects(scan({ interface: 'virtual:scan-e', ...wrong }), RangeError);
  }
  await assert.rejects(scan({ interface: 'no-such-if0' }), PppoeError);
});

test(
  'a session with a MTU of 1500 comes up on a virtual segment, with another MAC address and on two VLANs',
  LIMIT,
  async () => {
    const vlan = [
      { tpid: 0x88a8, vid: 100, pcp: 0, dei: false },
      { tpid: 0x8100, vid: 7, pcp: 0, dei: false },
    ];
    const segment = { interface: 'virtual:scan-f', mru: 1_500, vlan };
    const concentrator = new PppoeConcentrator({ ...segment, accounts: ACCOUNTS });
    const macAddress = Buffer.from('02005e100042', 'hex');
    const session = new PppoeSession({ ...segment, username: 'test', password: 'secret', macAddress });
    session.connect();
    const { mtu, mru } = await session.connected(5_000);
    assert.deepEqual([mtu, mru], [1_500, 1_500]);
    assert.equal(concentrator.subscribers[0]?.mac, '02:00:5e:10:00:42');
    await session.close(2_000);
    await concentrator.close();
  },
);
