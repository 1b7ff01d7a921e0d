import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeIcmpEcho, ICMP } from '../../src/wire/icmp';
import { decodeIpv4, formatIpv4 } from '../../src/wire/ip';
import { packet, ping } from '../client/packets';
import { ACCOUNT, Ac, Host } from '../client/stations';
import { World } from '../client/world';

/** Two hosts that are up, the second with this MRU. */
function pair(mru = 1_492) {
  const world = new World({ delay: 1 });
  const ac = new Ac(world, { accounts: [ACCOUNT] });
  const first = new Host(world, {}, 'first').open();
  world.runUntil(() => first.state === 'up');
  const second = new Host(world, { mru }, 'second').open();
  world.runUntil(() => second.state === 'up');
  const addresses = [first, second].map(({ snapshot }) => snapshot.localAddress ?? '') as [string, string];
  const send = (octets: Buffer) => {
    first.act((session) => session.sendPackets([octets]));
    world.runFor(10);
  };
  return { world, ac, first, second, addresses, send };
}

/** The ICMP error that a host got. */
function errorAt(host: Host) {
  const [octets] = host.packets;
  assert.ok(octets);
  const ip = decodeIpv4(octets);
  const { type, code, sequence: mtu, data } = decodeIcmpEcho(ip.payload);
  return { from: formatIpv4(ip.source), type, code, mtu, data };
}

test('a packet from one session to another has one hop less and a right checksum, and the flow does not see it', () => {
  const { ac, second, addresses, send } = pair();
  const octets = packet(...addresses);
  send(octets);
  const [received] = second.packets;
  assert.ok(received);
  const { ttl, ...rest } = decodeIpv4(received);
  const { ttl: before, ...original } = decodeIpv4(octets);
  assert.deepEqual(rest, original);
  assert.equal(ttl, before - 1);
  assert.deepEqual(ac.packets, []);
});

test('a packet whose hops are used up is answered with Time Exceeded, an error is not', () => {
  const { first, second, addresses, send } = pair();
  const octets = ping(...addresses);
  const expire = (one: Buffer) => {
    // RFC 1624: the sum changes by as much as the field does.
    one.writeUInt16BE(one.readUInt16BE(10) + (((one[8] ?? 0) - 1) << 8), 10);
    one[8] = 1;
  };
  expire(octets);
  send(octets);
  assert.deepEqual(errorAt(first), {
    from: '10.64.0.1',
    type: ICMP.timeExceeded,
    code: 0,
    mtu: 0,
    data: octets.subarray(0, 28),
  });
  first.packets.length = 0;
  octets[20] = ICMP.timeExceeded;
  send(octets);
  assert.deepEqual([first.packets, second.packets], [[], []]);
});

test('a packet that its receiver cannot take, and that must not be fragmented, is answered with the MTU', () => {
  const { first, second, addresses, send } = pair(1_400);
  send(packet(...addresses, 1_401));
  const { type, code, mtu } = errorAt(first);
  assert.deepEqual([type, code, mtu], [ICMP.unreachable, 4, 1_400]);
  send(packet(...addresses, 1_400));
  assert.equal(second.packets.length, 1);
});

test('nobody sends in the name of another, unless that is let', () => {
  const { ac, second, addresses, send } = pair();
  send(packet('192.0.2.1', addresses[1]));
  send(packet(addresses[1], '192.0.2.1'));
  assert.deepEqual([second.packets, ac.packets, ac.concentrator.counters.spoofed], [[], [], 2]);
  const world = new World({ delay: 1 });
  const open = new Ac(world, { checkSource: false });
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  host.act((session) => session.sendPackets([packet('192.0.2.1', '192.0.2.2')]));
  world.runFor(10);
  assert.equal(open.packets.length, 1);
});

test('a destination is found by its address while its session is up', () => {
  const { world, ac, second, addresses } = pair();
  const destination = Buffer.from(addresses[1].split('.').map(Number));
  assert.equal(ac.concentrator.route(destination)?.sessionId, second.snapshot.sessionId);
  second.close();
  world.runFor(1_000);
  assert.equal(ac.concentrator.route(destination), undefined);
});

test('packets that are shorter than they say, or of another version than their protocol, are dropped', () => {
  const { ac, addresses, send, first, world } = pair();
  const short = packet(addresses[0], '192.0.2.1');
  short.writeUInt16BE(short.length + 1, 2);
  const wrong = packet(addresses[0], '192.0.2.1');
  wrong[0] = 0x65;
  for (const octets of [short, wrong]) {
    const frame = world.log.findLast(({ from, text }) => from === 'first' && text.startsWith('LCP'))?.frame;
    assert.ok(frame);
    const header = Buffer.from(frame.subarray(0, 22));
    header.writeUInt16BE(octets.length + 2, 18);
    header.writeUInt16BE(0x0021, 20);
    world.send(first, Buffer.concat([header, octets]));
  }
  world.runFor(10);
  assert.deepEqual([ac.packets, ac.concentrator.counters.malformed], [[], 2]);
  send(packet(addresses[0], '192.0.2.1'));
  assert.equal(ac.packets.length, 1);
});
