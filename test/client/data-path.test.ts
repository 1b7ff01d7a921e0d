import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PppoeError } from '../../src/errors';
import { packet, ping } from './packets';
import { Ac, connected, Host } from './stations';
import { World } from './world';

const OWN = '10.64.0.2';
const GATEWAY = '10.64.0.1';

function assertRefused(action: () => void, code: string): void {
  assert.throws(action, (error) => {
    assert.ok(error instanceof PppoeError, `${error} is no PppoeError`);
    assert.equal(error.code, code);
    return true;
  });
}

test('packets arrive at the other end, both ways, in order and unchanged, and are counted', () => {
  const world = new World({ delay: 5 });
  const { host, ac } = connected(world);
  const id = host.snapshot.sessionId ?? 0;
  const out = [100, 20, 1492].map((octets) => packet(OWN, '192.0.2.1', octets));
  host.act((session) => session.sendPackets(out));
  const back = [21, 1492].map((octets) => packet('192.0.2.1', OWN, octets));
  ac.act((concentrator) => {
    for (const one of back) assert.equal(concentrator.sendPacket(id, one), true);
  });
  world.runFor(5);
  assert.deepEqual(
    ac.packets,
    out.map((one) => ({ sessionId: id, packet: one })),
  );
  assert.deepEqual(host.packets, back);
  assert.deepEqual(host.snapshot.counters, {
    packetsReceived: 2,
    octetsReceived: 1513,
    packetsSent: 3,
    octetsSent: 1612,
    malformed: 0,
    ignored: 0,
    connects: 1,
  });
  assert.equal(ac.subscribers[0]?.packetsReceived, 3);
  assert.equal(ac.subscribers[0]?.packetsSent, 2);
});

test('frames of one batch are handed on as one batch', () => {
  const world = new World();
  const { host, ac } = connected(world);
  const id = host.snapshot.sessionId ?? 0;
  const frames: Buffer[] = [];
  world.tap = ({ frame }) => {
    frames.push(frame);
    return 'drop';
  };
  const packets = [packet(GATEWAY, OWN, 40), packet(GATEWAY, OWN, 41), packet(GATEWAY, OWN, 42)];
  ac.act((concentrator) => {
    for (const one of packets) concentrator.sendPacket(id, one);
  });
  host.demultiplexer.dispatch(frames, world.now);
  assert.deepEqual(host.packets, packets);
});

test('padding after a short packet is not part of it', () => {
  const world = new World();
  const { host, ac } = connected(world);
  world.tap = ({ frame }) => {
    host.receive(Buffer.concat([frame, Buffer.alloc(Math.max(0, 60 - frame.length), 0xee)]), world.now);
    return 'drop';
  };
  const short = packet(GATEWAY, OWN, 21);
  ac.act((concentrator) => concentrator.sendPacket(host.snapshot.sessionId ?? 0, short));
  assert.deepEqual(host.packets, [short]);
});

test('a frame that is shorter than it says is dropped and counted', () => {
  const world = new World();
  const { host, ac } = connected(world);
  world.tap = ({ frame }) => {
    host.receive(Buffer.from(frame.subarray(0, frame.length - 1)), world.now);
    return 'drop';
  };
  ac.act((concentrator) => concentrator.sendPacket(host.snapshot.sessionId ?? 0, packet(GATEWAY, OWN)));
  assert.deepEqual(host.packets, []);
  assert.equal(host.snapshot.counters.malformed, 1);
});

test('what cannot be sent is refused by type, and nothing is sent, not even what could be', () => {
  const world = new World();
  const ac = new Ac(world, { mru: 1_000 });
  const host = new Host(world);
  const good = packet(OWN, GATEWAY);
  const send =
    (...packets: Buffer[]) =>
    () =>
      host.session.sendPackets(packets);
  assertRefused(send(good), 'not-up');
  host.open();
  for (const state of ['requesting', 'establishing', 'authenticating', 'configuring'] as const) {
    world.runUntil(() => host.state === state);
    assertRefused(send(good), 'not-up');
    assertRefused(send(), 'not-up');
  }
  world.runUntil(() => host.state === 'up');
  const begin = world.log.length;
  assertRefused(send(good, packet(OWN, GATEWAY, 1_001)), 'too-long');
  assertRefused(send(good, good.subarray(0, 19)), 'malformed');
  assertRefused(send(good, good.subarray(0, 99)), 'malformed');
  assertRefused(send(good, Buffer.concat([good, Buffer.alloc(1)])), 'malformed');
  assertRefused(send(good, Buffer.alloc(0)), 'malformed');
  assertRefused(send(good, Buffer.alloc(40, 0x50)), 'malformed');
  const ipv6 = Buffer.alloc(40);
  ipv6[0] = 0x60;
  assertRefused(send(good, ipv6), 'not-up');
  assert.equal(world.log.length, begin);
  assert.equal(host.snapshot.counters.packetsSent, 0);
  send(good, packet(OWN, GATEWAY, 1_000))();
  world.runFor(1);
  assert.equal(ac.packets.length, 2);
  host.close();
  assertRefused(send(good), 'not-up');
});

test('packets that come before the session is up, or after it, are not handed on', () => {
  const world = new World({ delay: 1 });
  const { host, ac } = connected(world);
  const template = world.log.length;
  ac.act((concentrator) => concentrator.sendPacket(host.snapshot.sessionId ?? 0, packet(GATEWAY, OWN)));
  const frame = world.log[template]?.frame ?? Buffer.alloc(0);
  world.runFor(1);
  assert.equal(host.packets.length, 1);
  host.close();
  host.session.handle({ type: 'frames', frames: [frame] }, world.now);
  assert.equal(host.packets.length, 1);
  world.runUntil(() => host.state === 'idle');
  host.session.handle({ type: 'frames', frames: [frame] }, world.now);
  assert.equal(host.packets.length, 1);
  assert.equal(host.snapshot.counters.ignored, 2);
});

test('nobody is told the password: no event, no reason, no snapshot', () => {
  const secret = 'Zq7-marked-Password';
  const marks = [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')];
  for (const method of ['ms-chap-v2', 'chap-md5', 'pap'] as const) {
    for (const known of [secret, 'another one']) {
      const world = new World({ delay: 1 });
      const ac = new Ac(world, { authentication: [method], accounts: [{ username: 'test', password: known }] });
      const host = new Host(world, { password: secret });
      const told: unknown[] = [];
      host.onEvent = (event) => told.push(event, host.snapshot, ac.subscribers);
      host.open();
      world.runUntil(() => host.state === (known === secret ? 'up' : 'waiting'));
      if (host.state === 'up') {
        host.act((session) => session.sendPackets([ping(OWN, GATEWAY)]));
        try {
          host.session.sendPackets([Buffer.alloc(3)]);
        } catch (error) {
          told.push(String(error));
        }
        world.runFor(10);
        ac.act((concentrator, now) => concentrator.close(now));
        world.runUntil(() => host.state === 'waiting');
      }
      host.close();
      const text = JSON.stringify([told, host.snapshot, ac.events, ac.concentrator.counters]);
      assert.ok(text.length > 1_000);
      for (const mark of marks) assert.ok(!text.includes(mark), `${method} tells the password`);
    }
  }
});
