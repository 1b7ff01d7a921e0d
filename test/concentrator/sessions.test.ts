import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PppoeError } from '../../src/errors';
import { encodePadt } from '../../src/pppoe/host-discovery';
import { SessionFrameTemplate } from '../../src/pppoe/session-frame';
import { decodeIcmpEcho, ICMP } from '../../src/wire/icmp';
import { decodeIpv4, formatIpv4 } from '../../src/wire/ip';
import { packet, ping } from '../client/packets';
import { Ac, connected, Host } from '../client/stations';
import { World } from '../client/world';

const OWN = '10.64.0.2';
const GATEWAY = '10.64.0.1';

test('an echo request to the own address is answered, with both checksums correct', () => {
  const world = new World();
  const { host, ac } = connected(world);
  for (const data of [Buffer.alloc(0), Buffer.from('x'), Buffer.alloc(1464, 0xa5)]) {
    host.packets.length = 0;
    host.act((session) => session.sendPackets([ping(OWN, GATEWAY, data, 77)]));
    world.runFor(2);
    const [reply, ...others] = host.packets;
    assert.equal(others.length, 0);
    // Both decoders refuse a wrong checksum.
    const outer = decodeIpv4(reply ?? Buffer.alloc(0));
    assert.deepEqual([formatIpv4(outer.source), formatIpv4(outer.destination), outer.ttl], [GATEWAY, OWN, 64]);
    assert.deepEqual(decodeIcmpEcho(outer.payload), {
      type: ICMP.echoReply,
      code: 0,
      identifier: 0xbeef,
      sequence: 77,
      data,
    });
  }
  assert.deepEqual(ac.packets, []);
});

test('packets for others, and what is no echo request, are handed out with their session', () => {
  const world = new World();
  const { host, ac } = connected(world);
  const sessionId = host.snapshot.sessionId ?? 0;
  const reply = ping(OWN, GATEWAY);
  reply[20] = ICMP.echoReply;
  const packets = [ping(OWN, '192.0.2.1'), packet(OWN, GATEWAY), reply, packet(OWN, '192.0.2.1')];
  host.act((session) => session.sendPackets(packets));
  world.runFor(1);
  assert.deepEqual(
    ac.packets,
    packets.map((one) => ({ sessionId, packet: one })),
  );
});

test('packets can be sent to sessions that are up only', () => {
  const world = new World({ delay: 10 });
  const ac = new Ac(world);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'authenticating');
  const sessionId = ac.subscribers[0]?.sessionId ?? 0;
  assert.equal(ac.concentrator.sendPacket(sessionId, packet(GATEWAY, OWN)), false);
  assert.equal(ac.concentrator.sendPacket(sessionId ^ 1, packet(GATEWAY, OWN)), false);
  world.runUntil(() => host.state === 'up');
  assert.equal(ac.concentrator.sendPacket(sessionId, packet(GATEWAY, OWN)), true);
});

test('PADT and session frames from a foreign address are ignored', () => {
  const world = new World();
  const { host, ac } = connected(world);
  const id = host.snapshot.sessionId ?? 0;
  const stranger = world.freshAddress();
  const terminate = Buffer.from('05010004', 'hex');
  const forged = new SessionFrameTemplate(ac.address, stranger, [], id);
  ac.receive(encodePadt(stranger, ac.address, [], id), world.now);
  ac.receive(forged.frame(0xc021, terminate), world.now);
  ac.receive(forged.frame(0x0021, packet(OWN, '192.0.2.1')), world.now);
  ac.receive(encodePadt(host.address, ac.address, [], id === 1 ? 2 : 1), world.now);
  world.runFor(10_000);
  assert.equal(ac.subscribers.length, 1);
  assert.deepEqual(ac.packets, []);
  assert.equal(host.state, 'up');
  assert.equal(ac.concentrator.counters.strays, 2);
  const answers = world.log.filter(({ from, text }) => from === 'ac' && text === 'PADT');
  assert.ok(answers.length > 0 && answers.every(({ frame }) => stranger.compare(frame, 0, 6) === 0));
});

test("the host's own PADT ends its session, and tells why", () => {
  const world = new World();
  const { host, ac } = connected(world);
  const id = host.snapshot.sessionId ?? 0;
  ac.receive(encodePadt(host.address, ac.address, [], id, 'Going home'), world.now);
  assert.deepEqual(ac.subscribers, []);
  assert.deepEqual(ac.departures, [{ code: 'peer-terminated', text: 'The peer ended the session: Going home' }]);
});

test('a subscriber that comes up and goes is told once each, with who it was', () => {
  const world = new World({ delay: 1 });
  const { host, ac } = connected(world);
  const upAt = ac.subscribers[0]?.since;
  host.close();
  world.runFor(1_000);
  assert.deepEqual(
    ac.events.map((event) => {
      assert.ok('subscriber' in event);
      const { username, address, since } = event.subscriber;
      return [event.type, username, address, since];
    }),
    [
      ['subscriber-up', 'test', OWN, upAt],
      ['subscriber-down', 'test', OWN, upAt],
    ],
  );
});

test('disconnect ends one session in order and leaves the others', () => {
  const world = new World({ delay: 1 });
  const ac = new Ac(world);
  const hosts = [new Host(world, {}, 'a').open(), new Host(world, {}, 'b').open()] as const;
  world.runUntil(() => hosts.every(({ state }) => state === 'up'));
  const [first, second] = hosts;
  const id = first.snapshot.sessionId ?? 0;
  const begin = world.now;
  ac.act((concentrator, now) => {
    assert.equal(concentrator.disconnect(id, now), true);
    assert.equal(concentrator.disconnect(id ^ 1, now), false);
  });
  world.runUntil(() => first.state === 'waiting');
  assert.deepEqual(world.sentBy('ac', begin), ['LCP Terminate-Request', 'PADT']);
  assert.equal(first.snapshot.reason?.code, 'peer-terminated');
  assert.equal(second.state, 'up');
});

test('a host that vanishes is missed by the keepalive, and its address lent again', () => {
  const world = new World({ delay: 1 });
  const keepalive = { mode: 'adaptive', interval: 1_000, failures: 3 } as const;
  const { host, ac } = connected(world, {}, { keepalive, poolSize: 1 });
  host.linkUp = false;
  world.runFor(8_000);
  assert.deepEqual(ac.subscribers, []);
  assert.equal(ac.departures[0]?.code, 'no-reply');
  const next = new Host(world, {}, 'next').open();
  world.runUntil(() => next.state === 'up');
  assert.equal(next.snapshot.localAddress, OWN);
});

test('a link that goes down ends every session at once, and its addresses are lent again', () => {
  const world = new World({ delay: 1 });
  const { ac } = connected(world, {}, { poolSize: 1 });
  ac.act((concentrator, now) =>
    concentrator.handle({ type: 'link-down', error: new PppoeError('link-down', 'no carrier') }, now),
  );
  assert.deepEqual(ac.subscribers, []);
  assert.deepEqual(ac.departures, [{ code: 'link-down', text: 'no carrier' }]);
  ac.act((concentrator, now) => concentrator.handle({ type: 'link-up' }, now));
  const next = new Host(world, {}, 'next').open();
  world.runUntil(() => next.state === 'up');
  assert.equal(next.snapshot.localAddress, OWN);
});

test('a host that never begins PPP is given up, and no deadline is left', () => {
  const world = new World({ delay: 1 });
  const ac = new Ac(world);
  world.tap = ({ from, text }) => (from === 'host' && !text.startsWith('PAD') ? 'drop' : undefined);
  const host = new Host(world).open();
  world.runUntil(() => ac.subscribers.length === 1);
  world.runFor(2);
  host.linkUp = false;
  world.runFor(40_000);
  assert.deepEqual(ac.subscribers, []);
  assert.equal(ac.departures[0]?.code, 'no-reply');
  assert.equal(ac.concentrator.deadline, undefined);
});
