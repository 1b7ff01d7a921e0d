import assert from 'node:assert/strict';
import { SessionFrameTemplate } from '../../src/pppoe/session-frame';
import { CONTROL } from '../../src/wire/control';
import { PROTOCOL } from '../../src/wire/ppp';
import { TAG } from '../../src/wire/pppoe';
import { packet } from '../client/packets';
import { ScriptedAc } from '../client/scripted-ac';
import { Ac, connected, Host } from '../client/stations';
import { World } from '../client/world';
import { controlOctets, discoveryFrame, Line, tag, USUAL_OFFER } from './line';
import { row } from './rows';

const NOTHING = Buffer.alloc(0);

row('Frames padded to 60 octets', () => {
  const world = new World();
  const { host, ac } = connected(world);
  const { sessionId = 0 } = host.snapshot;
  const deliver = (change: (frame: Buffer) => Buffer) => {
    world.tap = ({ frame }) => {
      host.receive(change(frame), world.now);
      return 'drop';
    };
    ac.act((concentrator) => concentrator.sendPacket(sessionId, packet('192.0.2.1', '10.64.0.2', 24)));
  };
  deliver((frame) => Buffer.concat([frame, Buffer.alloc(60 - frame.length, 0xee)]));
  assert.deepEqual(host.packets, [packet('192.0.2.1', '10.64.0.2', 24)], 'trimmed to the PPPoE length');
  deliver((frame) => frame.subarray(0, -1));
  assert.equal(host.packets.length, 1, 'shorter than it says: dropped');
  assert.equal(host.snapshot.counters.malformed, 1);
});

row('After our Terminate-Request: Terminate-Ack, and a PADT 3 s later with Generic-Error text', () => {
  const world = new World({ delay: 10 });
  const ac = new ScriptedAc(world);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  const { sessionId = 0 } = host.snapshot;
  const begin = world.now;
  host.close();
  world.runUntil(() => host.state === 'idle');
  assert.equal(world.now - begin, 20, 'we do not wait for its PADT');
  assert.deepEqual(world.sentBy('host', begin), ['LCP Terminate-Request', 'PADT']);
  world.runFor(3_000);
  const events = host.events.length;
  ac.padt(host.address, sessionId, 'RP-PPPoE: Child pppd process terminated');
  world.runFor(60_000);
  assert.equal(host.state, 'idle');
  assert.equal(host.snapshot.reason?.code, 'closed');
  assert.equal(host.events.length, events, 'the late PADT is no error');
});

row('After our PADT, a late LCP Terminate-Request on the dead session', () => {
  const line = new Line().up();
  const late = new SessionFrameTemplate(line.host.address, line.ac.address, [], line.id).frame(
    PROTOCOL.lcp,
    controlOctets({ code: CONTROL.terminateRequest, identifier: 9, data: NOTHING }),
  );
  line.host.close();
  line.say(PROTOCOL.lcp, { code: CONTROL.terminateAck, identifier: 1, data: NOTHING });
  assert.equal(line.host.state, 'idle');
  assert.equal(line.world.sentBy('host').at(-1), 'PADT');
  const [events, unclaimed] = [line.host.events.length, line.host.demultiplexer.counters.unclaimed];
  line.frame(late);
  line.world.runFor(60_000);
  assert.equal(line.host.demultiplexer.counters.unclaimed, unclaimed + 1, 'it came');
  assert.equal(line.sent(PROTOCOL.lcp, CONTROL.terminateAck).length, 0);
  assert.equal(line.host.events.length, events, 'ignored');
  assert.equal(line.host.snapshot.reason?.code, 'closed');
});

row('A client that dies: Echo-Requests, Terminate-Requests, PADT (some send no Terminate-Request)', () => {
  // It vanishes: the access concentrator asks, then ends the session.
  const world = new World({ delay: 1 });
  const gone = connected(world);
  gone.host.linkUp = false;
  const begin = world.now;
  world.runFor(120_000);
  const sent = world.sentBy('ac', begin);
  assert.deepEqual([...new Set(sent)], ['LCP Echo-Request', 'LCP Terminate-Request', 'PADT']);
  assert.deepEqual(
    gone.ac.departures.map(({ code }) => code),
    ['no-reply'],
  );

  // It ends by PADT alone, as pppd in kernel mode does not but others do.
  const quick = connected(new World({ delay: 1 }));
  const { sessionId = 0 } = quick.host.snapshot;
  quick.ac.receive(discoveryFrame('PADT', quick.host.address, quick.ac.address, sessionId), 1_000);
  assert.deepEqual(
    quick.ac.departures.map(({ code }) => code),
    ['peer-terminated'],
  );

  // The other way round: whichever comes first is the host's one reason.
  for (const [silent, code] of [
    [false, 'peer-terminated'],
    [true, 'no-reply'],
  ] as const) {
    const line = new Line({ keepalive: { mode: 'fixed', interval: 1_000, failures: 3 } }).up();
    if (!silent) line.say(PROTOCOL.lcp, { code: CONTROL.terminateRequest, identifier: 9, data: NOTHING });
    else line.world.runUntil(() => line.host.state === 'terminating');
    if (silent) line.say(PROTOCOL.lcp, { code: CONTROL.terminateRequest, identifier: 9, data: NOTHING });
    line.frame(discoveryFrame('PADT', line.ac.address, line.host.address, line.id));
    assert.equal(line.host.state, 'waiting');
    assert.deepEqual([...new Set(line.host.reasons.map((reason) => reason.code))], [code]);
  }
});

row("A stale session's PADT or Echo arrives on the new one", () => {
  const line = new Line().up();
  const stale = line.id ^ 1;
  const before = line.world.log.length;
  line.frame(discoveryFrame('PADT', line.ac.address, line.host.address, stale, [tag(TAG.genericError, 'old')]));
  const echo = controlOctets({ code: CONTROL.echoRequest, identifier: 1, data: Buffer.alloc(4) });
  const on = (id: number) => new SessionFrameTemplate(line.host.address, line.ac.address, [], id);
  line.frame(on(stale).frame(PROTOCOL.lcp, echo));
  line.world.runFor(1_000);
  assert.equal(line.host.state, 'up');
  assert.ok(!line.world.log.slice(before).some(({ text }) => text === 'LCP Echo-Reply'));
  line.frame(on(line.id).frame(PROTOCOL.lcp, echo));
  assert.equal(line.world.log.at(-1)?.text, 'LCP Echo-Reply', 'its own Echo is answered');
});

row('Stale session at the AC after a crash: AC silent for minutes', () => {
  const world = new World({ delay: 1 });
  // It offers nothing to a host that it still has a session with.
  const ac: ScriptedAc = new ScriptedAc(world, { padi: () => (ac.connections.size > 0 ? undefined : USUAL_OFFER) });
  const crashed = new Host(world, {}, 'crashed').open();
  world.runUntil(() => crashed.state === 'up');
  const remembered = crashed.events.findLast((event) => event.type === 'session');
  const leftover = remembered?.type === 'session' ? remembered.session : undefined;
  assert.ok(leftover);
  assert.equal(leftover.id, crashed.snapshot.sessionId);
  crashed.linkUp = false;
  const begin = world.now;
  const host = new Host(world, {}, 'host', 1_500, { address: crashed.address, leftover }).open();
  world.runUntil(() => host.state === 'up', 1_000);
  assert.deepEqual(world.sentBy('host', begin).slice(0, 2), ['PADT', 'PADI']);
  assert.deepEqual(ac.terminated, [leftover.id]);
});

row('Peer sends Configure-Request after Opened (LNS switch)', () => {
  const world = new World({ delay: 10 });
  const ac = new ScriptedAc(world);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  const { sessionId = 0 } = host.snapshot;
  const [begin, events] = [world.now, host.events.length];
  ac.startPpp(host.address, sessionId);
  world.runUntil(() => host.state !== 'up');
  world.runUntil(() => host.state === 'up');
  const states = host.events.slice(events).flatMap((event) => (event.type === 'state' ? [event.state] : []));
  assert.deepEqual(states, ['establishing', 'authenticating', 'configuring', 'up']);
  assert.ok(!world.sentBy('host', begin).some((text) => text.startsWith('PAD')), 'no new discovery');
  assert.equal(host.snapshot.sessionId, sessionId);
  world.runFor(60_000);
  assert.equal(host.snapshot.counters.connects, 2);
});

row('Echo-Reply with extra octets; AC that never answers Echo', () => {
  const settings = (mode: 'off' | 'fixed' | 'adaptive') => ({ keepalive: { mode, interval: 1_000, failures: 3 } });
  const extra = new Line(settings('fixed')).up();
  for (let round = 0; round < 10; round++) {
    extra.world.runFor(1_000);
    const { identifier } = extra.last(PROTOCOL.lcp, CONTROL.echoRequest);
    extra.say(PROTOCOL.lcp, { code: CONTROL.echoReply, identifier, data: Buffer.from('01020304 and more') });
  }
  assert.equal(extra.host.state, 'up');
  assert.equal(extra.host.snapshot.counters.malformed, 0);

  const off = new Line(settings('off')).up();
  off.world.runFor(86_400_000);
  assert.equal(off.host.state, 'up');
  assert.equal(off.sent(PROTOCOL.lcp, CONTROL.echoRequest).length, 0);

  const adaptive = new Line(settings('adaptive')).up();
  for (let second = 0; second < 60; second++) {
    adaptive.octets(PROTOCOL.ipv4, packet('192.0.2.1', '10.0.0.2', 40));
    adaptive.world.runFor(1_000);
  }
  assert.equal(adaptive.host.state, 'up');
  assert.equal(adaptive.sent(PROTOCOL.lcp, CONTROL.echoRequest).length, 0, 'only when nothing arrived');
  adaptive.world.runUntil(() => adaptive.host.state === 'waiting', 10_000);
  assert.equal(adaptive.host.snapshot.reason?.code, 'no-reply');
  assert.equal(adaptive.sent(PROTOCOL.lcp, CONTROL.echoRequest).length, 3);
});

row('AC never tells its own address', () => {
  const standIn = Buffer.of(10, 64, 64, 64);
  for (const asked of [[], [{ type: 3, data: Buffer.alloc(4) }]]) {
    for (const remoteAddress of [undefined, standIn]) {
      const line = new Line(remoteAddress ? { remoteAddress } : {}).openLcp();
      const { code } = line.request(PROTOCOL.ipcp, asked);
      if (code === CONTROL.configureReject) line.request(PROTOCOL.ipcp, []);
      const dns = [129, 131].map((type) => ({ type, data: Buffer.alloc(4) }));
      line.answer(PROTOCOL.ipcp, CONTROL.configureReject, dns);
      line.answer(PROTOCOL.ipcp, CONTROL.configureNak, [{ type: 3, data: Buffer.of(10, 0, 0, 2) }]);
      line.answer(PROTOCOL.ipcp, CONTROL.configureAck);
      assert.equal(line.host.state, 'up');
      assert.equal(line.host.snapshot.remoteAddress, remoteAddress ? '10.64.64.64' : undefined);
    }
  }
  const told = new Line({ remoteAddress: standIn }).up();
  assert.equal(told.host.snapshot.remoteAddress, '10.0.0.1', 'what the AC does tell goes before it');
});

row('ver/type not 0x11, tag length past the end, option length < 2 or past the end', () => {
  const line = new Line().up();
  const { host, ac, world } = line;
  const alive = () => {
    assert.equal(host.state, 'up');
    return host.snapshot.counters.malformed + host.demultiplexer.counters.malformed;
  };
  const counted = alive();
  const header = (etherType: string, octets: string) =>
    Buffer.concat([host.address, ac.address, Buffer.from(etherType + octets, 'hex')]);
  const id = line.id.toString(16).padStart(4, '0');
  const wrong = [
    header('8864', `2100${id}00080021aabbccddeeff`),
    header('8864', `1200${id}00080021aabbccddeeff`),
    header('8863', `10a7${id}0000`),
    // Tag length past the end; a tag without room for its length.
    header('8863', `11a7${id}000601030fff6162`),
    header('8863', `11a7${id}0003010300`),
    // LCP options: length 0, length 1, past the end; a Length past the end.
    ...['0107000801000000', '0107000801010000', '0107000801ff0000', '0107ffff01040000'].map((octets) =>
      header('8864', `1100${id}000ac021${octets}`),
    ),
  ];
  for (const frame of wrong) host.receive(frame, world.now);
  assert.equal(alive(), counted + wrong.length, 'dropped and counted, each');
  const concentrator = new Ac(world);
  for (const frame of wrong) {
    concentrator.address.copy(frame, 0);
    concentrator.receive(frame, world.now);
  }
  assert.deepEqual(concentrator.subscribers, []);
});
