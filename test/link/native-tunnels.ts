// Run by tunnel-raw.test.ts in a network namespace made for it, as root.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PppoeError } from '../../src/errors';
import { loadRawSockets } from '../../src/link/tunnel-raw';
import { encodeEoip } from '../../src/wire/eoip';
import { encodeEtherip } from '../../src/wire/etherip';
import { encodeGre, TRANSPARENT_ETHERNET } from '../../src/wire/gre';
import { checksum, encodeIpv4, parseIpv4 } from '../../src/wire/ip';
import { FakeClock, until } from '../runtime/fake-clock';
import { collect, frame, linkContract, markOf } from './contract';
import { ip, nextDown } from './native-veth';
import { ELSEWHERE, HERE, openText, THERE, tunnelPair } from './tunnel-pair';

const LIMIT = { timeout: 10_000 };

linkContract('GRE', (t) => tunnelPair(t, 'gre'));
linkContract('GRE with a key', (t) => tunnelPair(t, 'gre', '&key=4294967295'));
linkContract('EoIP', (t) => tunnelPair(t, 'eoip', '&tunnel-id=258'));
linkContract('EtherIP', (t) => tunnelPair(t, 'etherip'));

/** raw-socket holds its sockets weakly. */
const held = new Set<object>();

/** Sends IP packets as anybody could. */
async function send(protocol: number, source: string, destination: string, ...payloads: Buffer[]): Promise<void> {
  const socket = loadRawSockets().createSocket({ protocol: 255 });
  held.add(socket);
  const ends = { source: parseIpv4(source), destination: parseIpv4(destination) };
  const common = { tos: 0, identification: 0, fragment: 0, ttl: 64, protocol, options: Buffer.alloc(0) };
  for (const payload of payloads) {
    const packet = encodeIpv4({ ...common, ...ends, payload });
    await new Promise<void>((resolve, reject) => {
      // raw-socket calls back past Node.js, which settles no promise then.
      const sent = (error: Error | null) => setImmediate(() => (error ? reject(error) : resolve()));
      socket.send(packet, 0, packet.length, destination, sent);
    });
  }
  socket.close();
  held.delete(socket);
}

const gre = (payload: Buffer, key = 7) => encodeGre({ key, protocol: TRANSPARENT_ETHERNET, payload });

test('GRE: strangers, other keys and malformed packets are counted and dropped', LIMIT, async (t) => {
  const link = openText(t, `gre:${THERE}?local=${HERE}&key=7`);
  const to = link.address;
  const arrived = collect(link, 1);
  await send(47, ELSEWHERE, HERE, gre(frame(to, to, 1)));
  await send(47, THERE, ELSEWHERE, gre(frame(to, to, 2)));
  await send(47, THERE, HERE, gre(frame(to, to, 3), 8), Buffer.from('0001', 'hex'), gre(frame(to, to, 4)));
  assert.deepEqual((await arrived).map(markOf), [4]);
  const expected = { strangers: 2, wrongKeys: 1, malformed: 1, fragments: 0 };
  assert.deepEqual(link.counters.refused, expected);
});

test('without an own address the kernel takes that of the route, and every address is ours', LIMIT, async (t) => {
  const [a, b] = [openText(t, `gre:${THERE}`), openText(t, 'gre:127.0.0.1')];
  const arrived = collect(a, 1);
  await send(
    47,
    THERE,
    ELSEWHERE,
    encodeGre({ protocol: TRANSPARENT_ETHERNET, payload: frame(a.address, a.address, 1) }),
  );
  assert.deepEqual((await arrived).map(markOf), [1]);
  const there = collect(b, 1);
  a.send([frame(b.address, a.address, 2)]);
  assert.deepEqual((await there).map(markOf), [2], 'it came from 127.0.0.1');
});

test('tunnels with different keys between the same addresses do not meet', LIMIT, async (t) => {
  const one = tunnelPair(t, 'gre', '&key=1');
  const two = tunnelPair(t, 'gre', '&key=2');
  const [atOne, atTwo] = [collect(one.b, 1), collect(two.b, 1)];
  one.a.send([frame(one.b.address, one.a.address, 1)]);
  two.a.send([frame(two.b.address, two.a.address, 2)]);
  assert.deepEqual([...(await atOne), ...(await atTwo)].map(markOf), [1, 2]);
});

test('GRE: what is handed over before the end still goes out', LIMIT, async (t) => {
  const { a, b } = tunnelPair(t, 'gre');
  const arrived = collect(b, 3);
  a.send([1, 2, 3].map((mark) => frame(b.address, a.address, mark)));
  a.close();
  assert.deepEqual((await arrived).map(markOf), [1, 2, 3]);
});

/** What a tunnel sends for one frame, from the IP header on, as its far end hears it. */
async function onTheWire(t: Parameters<typeof openText>[0], text: string, protocol: number, octets: Buffer) {
  const ear = loadRawSockets().createSocket({ protocol, bufferSize: 2_000 });
  t.after(() => ear.close());
  // EoIP begins with a keepalive.
  const heard = new Promise<Buffer>((resolve) => {
    ear.on('message', (packet) => {
      const octets = Buffer.from(packet);
      if (packet.length > 28) setImmediate(() => resolve(octets));
    });
  });
  openText(t, text).send([octets]);
  return heard;
}

test('on the wire it is what the specifications say, in IPv4 packets that must not be fragmented', LIMIT, async (t) => {
  const octets = frame(Buffer.alloc(6, 0xff), Buffer.from('02005e100001', 'hex'), 1);
  const kinds: [string, number, Buffer][] = [
    [`eoip:${THERE}?local=${HERE}&tunnel-id=258`, 47, encodeEoip({ tunnelId: 258, payload: octets })],
    [`etherip:${THERE}?local=${HERE}`, 97, encodeEtherip(octets)],
    [`gre:${THERE}?local=${HERE}&key=7`, 47, gre(octets)],
  ];
  for (const [text, protocol, payload] of kinds) {
    const packet = await onTheWire(t, text, protocol, octets);
    assert.equal(packet.readUInt16BE(6), 0x4000, text);
    assert.equal(packet[9], protocol);
    assert.deepEqual(packet.subarray(12, 16), parseIpv4(HERE));
    assert.deepEqual(packet.subarray(16, 20), parseIpv4(THERE));
    assert.deepEqual(packet.subarray(20), payload, text);
  }
});

/** An ICMP Destination Unreachable of this code about a packet of ours. */
function unreachable(code: number, to: string, payload: Buffer, mtu = 0): Buffer {
  const ends = { source: parseIpv4(HERE), destination: parseIpv4(to) };
  const common = { tos: 0, identification: 0, fragment: 0x4000, ttl: 64, protocol: 47, options: Buffer.alloc(0) };
  const message = Buffer.concat([Buffer.alloc(8), encodeIpv4({ ...common, ...ends, payload })]);
  message[0] = 3;
  message[1] = code;
  message.writeUInt16BE(mtu, 6);
  message.writeUInt16BE(checksum(message), 2);
  return message;
}

test(
  'ICMP about packets of ours that still comes after a while takes the link down; other ICMP does not',
  LIMIT,
  async (t) => {
    const clock = new FakeClock();
    const link = openText(t, `gre:${THERE}?local=${HERE}&key=7`, clock);
    const ours = gre(Buffer.alloc(14)).subarray(0, 8);
    let reason: PppoeError | undefined;
    link.onDown = (error) => {
      reason ??= error;
    };
    const others = [
      unreachable(0, ELSEWHERE, ours),
      unreachable(1, THERE, gre(Buffer.alloc(0), 8)),
      Buffer.of(3, 2, 0, 0),
    ];
    while (reason === undefined) {
      await send(1, THERE, HERE, ...others, unreachable(2, THERE, ours));
      clock.advance(500);
    }
    assert.equal(reason.code, 'link-down');
    assert.equal(reason.message, `${THERE} says that ${THERE} cannot be reached: it does not speak the protocol`);
  },
);

test('a router on the way that carries less makes the MTU smaller', LIMIT, async (t) => {
  const link = openText(t, `gre:${THERE}?local=${HERE}&key=7`);
  const down = nextDown(link);
  await send(1, '127.0.0.1', HERE, unreachable(4, THERE, gre(Buffer.alloc(14)).subarray(0, 8), 1_400));
  assert.match((await down).message, /carries IP packets of 1400 octets only/);
  assert.equal(link.mtu, 1_400 - 20 - 8 - 14);
});

test('a far end without a route is a link that is down, and up again when there is one', LIMIT, async (t) => {
  const clock = new FakeClock();
  const link = openText(t, 'gre:198.51.100.1', clock);
  const [down, toSend] = [nextDown(link), frame(link.address, link.address, 1)];
  link.send([toSend]);
  assert.match((await down).message, /^198\.51\.100\.1 cannot be reached: Network (is )?unreachable$/);
  assert.equal(link.counters.sendDrops, 1);
  ip('route add 198.51.100.0/24 dev lo');
  clock.advance(1_000);
  link.send([toSend]);
  await until(() => link.counters.sent === 1);
});

test('without CAP_NET_RAW the error says what gives it', LIMIT, () => {
  const script = join(__dirname, 'native-unprivileged.ts');
  const args = ['--inh-caps=-net_raw', '--bounding-set=-net_raw', process.execPath, '--import', 'tsx', script];
  const [code, message = ''] = execFileSync('setpriv', args, { encoding: 'utf8' }).split('\t');
  assert.equal(code, 'permission');
  assert.match(message, /^May not open a raw socket for gre:127\.0\.0\.3\. .*CAP_NET_RAW/);
});
