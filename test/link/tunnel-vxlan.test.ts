import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { PppoeError } from '../../src/errors';
import { encodeVxlan } from '../../src/wire/vxlan';
import { FakeClock, turns, until } from '../runtime/fake-clock';
import { collect, frame, type LinkPair, linkContract, markOf } from './contract';
import { ELSEWHERE, HERE, openText, THERE, tunnelPair } from './tunnel-pair';

const LIMIT = { timeout: 10_000 };
const skip = process.platform === 'linux' ? false : 'not Linux: 127.0.0.2 is no address of its own';

/** A socket of anybody's. */
async function udp(t: TestContext, address: string, port = 0): Promise<Socket> {
  const socket = createSocket('udp4').bind(port, address);
  await once(socket, 'listening');
  t.after(() => socket.close());
  return socket;
}

/** A UDP port that nobody has. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, HERE);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

async function pair(t: TestContext): Promise<LinkPair> {
  return tunnelPair(t, 'vxlan', `&vni=42&port=${await freePort()}`);
}

describe('VXLAN', { skip }, () => {
  linkContract('VXLAN', pair);

  test('strangers, other VNIs and malformed datagrams are counted and dropped', LIMIT, async (t) => {
    const port = await freePort();
    const link = openText(t, `vxlan:${THERE}?local=${HERE}&vni=42&port=${port}`);
    const [peer, stranger] = [await udp(t, THERE), await udp(t, ELSEWHERE)];
    const vxlan = (mark: number, vni = 42) => encodeVxlan({ vni, payload: frame(link.address, link.address, mark) });
    const arrived = collect(link, 1);
    const tell = (socket: Socket, datagram: Buffer) =>
      new Promise((resolve) => socket.send(datagram, port, HERE, resolve));
    await tell(stranger, vxlan(1));
    for (const datagram of [vxlan(2, 43), vxlan(3).subarray(0, 7), vxlan(4).subarray(0, 21), vxlan(5)]) {
      await tell(peer, datagram);
    }
    assert.deepEqual((await arrived).map(markOf), [5]);
    assert.deepEqual(link.counters.refused, { strangers: 1, wrongKeys: 1, malformed: 2, fragments: 0 });
  });

  test('tunnels at one port are told apart by far end and VNI', LIMIT, async (t) => {
    const port = await freePort();
    const open = (local: string, remote: string, vni: number) =>
      openText(t, `vxlan:${remote}?local=${local}&vni=${vni}&port=${port}`);
    const [one, two, three] = [open(HERE, THERE, 1), open(HERE, THERE, 2), open(HERE, ELSEWHERE, 1)];
    const [toOne, toTwo, toThree] = [open(THERE, HERE, 1), open(THERE, HERE, 2), open(ELSEWHERE, HERE, 1)];
    const arrived = [collect(one, 1), collect(two, 1), collect(three, 1)];
    for (const [mark, [from, to]] of [
      [toOne, one] as const,
      [toTwo, two] as const,
      [toThree, three] as const,
    ].entries()) {
      from.send([frame(to.address, from.address, mark)]);
    }
    assert.deepEqual((await Promise.all(arrived)).flat().map(markOf), [0, 1, 2]);
    one.close();
    const again = collect(two, 1);
    toTwo.send([frame(two.address, toTwo.address, 9)]);
    assert.deepEqual((await again).map(markOf), [9], 'the socket is there as long as somebody uses it');
  });

  test('what is handed over before the end still goes out', LIMIT, async (t) => {
    const { a, b } = await pair(t);
    const arrived = collect(b, 3);
    a.send([1, 2, 3].map((mark) => frame(b.address, a.address, mark)));
    a.close();
    assert.deepEqual((await arrived).map(markOf), [1, 2, 3]);
  });

  test('a far end where nobody listens is a link that is down, and up again when somebody speaks', LIMIT, async (t) => {
    const port = await freePort();
    const clock = new FakeClock();
    const a = openText(t, `vxlan:${THERE}?local=${HERE}&vni=42&port=${port}`, clock);
    const reasons: PppoeError[] = [];
    let ups = 0;
    a.onDown = (error) => reasons.push(error);
    a.onUp = () => ups++;
    while (reasons.length === 0) {
      a.send([frame(a.address, a.address, 1)]);
      await turns();
      clock.advance(400);
    }
    assert.equal(reasons[0]?.code, 'link-down');
    assert.equal(reasons[0]?.message, `${THERE} cannot be reached: nobody listens at its UDP port ${port}`);
    const b = openText(t, `vxlan:${HERE}?local=${THERE}&vni=42&port=${port}`);
    const arrived = collect(a, 1);
    b.send([frame(a.address, b.address, 2)]);
    assert.deepEqual((await arrived).map(markOf), [2]);
    assert.equal(ups, 1);
  });

  test(
    'a far end that our system has no way to is a link that is down, and the next trial looks again',
    LIMIT,
    async (t) => {
      const clock = new FakeClock();
      // From loopback there is no way out.
      const link = openText(t, `vxlan:192.0.2.1?local=${HERE}&vni=42&port=${await freePort()}`, clock);
      const reasons: string[] = [];
      link.onDown = ({ message }) => reasons.push(message);
      for (let attempt = 1; attempt <= 2; attempt++) {
        link.send([frame(link.address, link.address, attempt)]);
        await until(() => reasons.length === attempt);
        clock.advance(30_000);
      }
      assert.match(reasons[1] ?? '', /^192\.0\.2\.1 cannot be reached: /);
      assert.equal(link.counters.sendDrops, 2);
    },
  );

  test('an own address that is not there, and a port that is taken, are typed errors', LIMIT, async (t) => {
    const port = await freePort();
    const refused = (code: string, message: RegExp) => (error: unknown) =>
      error instanceof PppoeError && error.code === code && message.test(error.message);
    assert.throws(
      () => openText(t, `vxlan:${THERE}?local=192.0.2.77&vni=1&port=${port}`),
      refused('no-interface', /^No interface has 192\.0\.2\.77, the own address of vxlan:127\.0\.0\.3\?local=/),
    );
    await udp(t, HERE, port);
    assert.throws(
      () => openText(t, `vxlan:${THERE}?local=${HERE}&vni=1&port=${port}`),
      refused('link-down', /UDP port \d+ of 127\.0\.0\.2 is in use/),
    );
  });

  test('datagrams that the kernel drops are counted', LIMIT, async (t) => {
    const { a, b } = await pair(t);
    // So many that no receive buffer holds them: nobody reads while they are sent.
    const octets = frame(b.address, a.address, 1, 1_400);
    for (let batch = 0; batch < 10; batch++) a.send(Array.from({ length: 1_000 }, () => octets));
    await until(() => b.counters.received + b.counters.receiveDrops === 10_000);
    assert.ok(b.counters.receiveDrops > 0);
    assert.equal(a.counters.sent, 10_000);
  });
});
