import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { openPort } from '../../src/runtime/ports';
import { PppoeConcentrator } from '../../src/runtime/pppoe-concentrator';
import { PppoeSession } from '../../src/runtime/pppoe-session';
import { scan } from '../../src/runtime/scan';

const skip = process.platform === 'linux' ? false : 'not Linux: 127.0.0.2 is no address of its own';
const [HERE, THERE] = ['127.0.0.2', '127.0.0.3'];
const WRONG = { name: 'RangeError', message: /^VNI is needed: a whole number from 0 to 16777215/ };

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, HERE);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

test('a tunnel that is not one is told before anything is opened', async () => {
  const options = { interface: 'vxlan:192.0.2.1' };
  assert.throws(() => new PppoeSession(options), WRONG);
  assert.throws(() => new PppoeConcentrator(options), WRONG);
  await assert.rejects(scan(options), WRONG);
});

describe('through VXLAN, without any right', { skip }, () => {
  test('all users of a tunnel share its port, however its text is written', async () => {
    const port = await freePort();
    const open = (text: string) => openPort({ interface: text, role: 'host' });
    const one = open(`vxlan:${THERE}?vni=42&local=${HERE}&port=${port}`);
    const two = open(`vxlan:${THERE}?port=${port}&local=${HERE}&vni=0x2a`);
    const other = open(`vxlan:${THERE}?port=${port}&local=${HERE}&vni=43`);
    assert.equal(one.port, two.port);
    assert.notEqual(one.port, other.port);
    for (const { close } of [one, two, other]) close();
  });

  test('a scan finds the access concentrator, and a session logs in with the MTU that the path leaves', async () => {
    const rest = `vni=42&port=${await freePort()}&path-mtu=1500`;
    const [ours, theirs] = [`vxlan:${THERE}?local=${HERE}&${rest}`, `vxlan:${HERE}?local=${THERE}&${rest}`];
    const accounts = [{ username: 'test', password: 'secret' }];
    const concentrator = new PppoeConcentrator({ interface: theirs, acName: 'far-end', accounts });
    const session = new PppoeSession({ interface: ours, username: 'test', password: 'secret' });
    try {
      const offers = await scan({ interface: ours, attempts: 1, duration: 200 });
      assert.deepEqual(
        offers.map(({ acName }) => acName),
        ['far-end'],
      );
      session.connect();
      const { mtu, link } = await session.connected(8_000);
      assert.equal(mtu, 1_500 - 50 - 8);
      assert.deepEqual(link?.refused, { strangers: 0, wrongKeys: 0, malformed: 0, fragments: 0 });
    } finally {
      await session.close(1_000);
      await concentrator.close();
    }
  });

  test('VLAN tags take their octets from the session', async () => {
    const rest = `vni=42&port=${await freePort()}&path-mtu=1500`;
    const [ours, theirs] = [`vxlan:${THERE}?local=${HERE}&${rest}`, `vxlan:${HERE}?local=${THERE}&${rest}`];
    const vlan = [{ tpid: 0x8100, vid: 7, pcp: 0, dei: false }];
    const concentrator = new PppoeConcentrator({ interface: theirs, authentication: [], vlan });
    const session = new PppoeSession({ interface: ours, vlan });
    try {
      session.connect();
      assert.equal((await session.connected(8_000)).mtu, 1_500 - 50 - 8 - 4);
    } finally {
      await session.close(1_000);
      await concentrator.close();
    }
  });
});
