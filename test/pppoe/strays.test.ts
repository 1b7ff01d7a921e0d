import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Demultiplexer } from '../../src/pppoe/demultiplexer';
import { decodeDiscovery, encodeDiscovery } from '../../src/pppoe/discovery-packet';
import type { Engine, Position } from '../../src/pppoe/engine';
import { PPPOE_FRAMING } from '../../src/pppoe/framing';
import { SessionFrameTemplate } from '../../src/pppoe/session-frame';
import { RateLimit } from '../../src/pppoe/strays';
import type { VlanTag } from '../../src/wire/ethernet';
import { type MacAddress, parseMac } from '../../src/wire/mac-address';
import { PROTOCOL } from '../../src/wire/ppp';
import { CODE } from '../../src/wire/pppoe';
import { AC1, AC2, HOST } from './discovery-rig';

const HOST2 = parseMac('02:00:5e:10:00:02');
const MINUTE = 60_000;

/** A demultiplexer and the PADTs that it sends. */
class Rig {
  readonly sent: ReturnType<typeof decodeDiscovery>[] = [];
  readonly demultiplexer = new Demultiplexer(PPPOE_FRAMING, (frame) => this.sent.push(decodeDiscovery(frame)));

  station(position: Partial<Position> = {}): Engine {
    const engine: Engine = { handle: () => {}, deadline: undefined };
    this.demultiplexer.add(engine, { role: 'host', address: HOST, vlan: [], ...position });
    return engine;
  }

  /** A host that has had this session until now. */
  former(id: number, now: number, peer: MacAddress = AC1): Engine {
    const host = this.station();
    this.demultiplexer.listen(host, { session: { peer, id } }, now);
    this.demultiplexer.listen(host, {}, now);
    return host;
  }

  frame(id: number, now: number, source = AC1, destination = HOST, vlan: readonly VlanTag[] = []): this {
    const frame = new SessionFrameTemplate(destination, source, vlan, id).frame(PROTOCOL.ipv4, Buffer.alloc(20));
    this.demultiplexer.dispatch([frame], now);
    return this;
  }

  discovery(code: number, sessionId: number, now: number, source = AC1): this {
    const packet = { destination: HOST, source, vlan: [], code, sessionId, tags: [] };
    this.demultiplexer.dispatch([encodeDiscovery(packet)], now);
    return this;
  }

  get story(): readonly string[] {
    return this.sent.map(({ code, sessionId, destination }) => {
      assert.equal(code, CODE.PADT);
      return `${destination.equals(AC1) ? 'AC1' : 'AC2'} ${sessionId}`;
    });
  }
}

test('session frames for an id that is not ours: PADT back, when the session was ours lately', () => {
  const rig = new Rig();
  rig.former(7, 0);
  rig.frame(7, MINUTE);
  assert.deepEqual(rig.story, ['AC1 7']);
  assert.deepEqual(rig.sent[0]?.source, HOST);
  assert.equal(rig.demultiplexer.counters.unclaimed, 1);
});

test('session frames for an id that is not ours: nothing to a peer that our sessions never had, or for another id or address', () => {
  const rig = new Rig();
  rig.former(7, 0);
  rig.frame(8, MINUTE).frame(7, MINUTE, AC2).frame(7, MINUTE, AC1, HOST2);
  assert.deepEqual(rig.story, []);
  assert.equal(rig.demultiplexer.counters.unclaimed, 3);
});

test('session frames for an id that is not ours: a session of another program, with an id that we had before it, lives', () => {
  const rig = new Rig();
  rig.former(7, 0);
  // The PADS is for a Host-Uniq that is none of ours: pppd's, on the same interface.
  rig.discovery(CODE.PADS, 7, MINUTE);
  rig.frame(7, MINUTE + 10).frame(7, 2 * MINUTE);
  assert.deepEqual(rig.story, []);
});

test('session frames for an id that is not ours: not while they may have been on their way, nor for ever', () => {
  const rig = new Rig();
  rig.former(7, 0);
  rig.frame(7, 0).frame(7, 9_999);
  assert.deepEqual(rig.story, []);
  rig.frame(7, 10_000);
  assert.deepEqual(rig.story, ['AC1 7']);
  rig.frame(7, 300_001);
  assert.deepEqual(rig.story, ['AC1 7']);
});

test('session frames for an id that is not ours: the rate is limited', () => {
  const rig = new Rig();
  for (let id = 1; id <= 40; id++) rig.former(id, 0);
  for (let id = 1; id <= 40; id++) rig.frame(id, MINUTE);
  assert.equal(rig.sent.length, 5);
  for (let id = 1; id <= 40; id++) rig.frame(id, MINUTE + 3_000);
  assert.equal(rig.sent.length, 8);
});

test('session frames for an id that is not ours: the PADT carries the VLAN tags of the frame', () => {
  const rig = new Rig();
  rig.former(7, 0);
  const vlan = [{ tpid: 0x8100, vid: 0, pcp: 3, dei: false }];
  rig.frame(7, MINUTE, AC1, HOST, vlan);
  assert.deepEqual(rig.sent[0]?.vlan, vlan);
});

test('a session that is ours again, or that its peer ended by PADT, is not answered', () => {
  const rig = new Rig();
  const host = rig.former(7, 0);
  rig.demultiplexer.listen(host, { session: { peer: AC1, id: 7 } }, 1_000);
  rig.frame(7, MINUTE);
  rig.former(9, 0);
  rig.discovery(CODE.PADT, 9, 1_000).frame(9, MINUTE);
  assert.deepEqual(rig.story, []);
  rig.demultiplexer.remove(host, MINUTE);
  rig.frame(7, 2 * MINUTE);
  assert.deepEqual(rig.story, ['AC1 7']);
});

test('malformed session frames are not answered', () => {
  const rig = new Rig();
  rig.former(7, 0);
  const frame = new SessionFrameTemplate(HOST, AC1, [], 7).frame(PROTOCOL.ipv4, Buffer.alloc(20));
  frame[18] = 0xff;
  rig.demultiplexer.dispatch([frame], MINUTE);
  assert.deepEqual(rig.story, []);
});

test('a rate limit lets a burst pass, and then one per interval; its time need not begin at zero', () => {
  const limit = new RateLimit(3, 100);
  const at = (now: number) => limit.take(now);
  assert.deepEqual([at(5_000), at(5_000), at(5_000), at(5_000)], [true, true, true, false]);
  assert.deepEqual([at(5_099), at(5_100), at(5_100)], [false, true, false]);
  assert.deepEqual([at(9_000), at(9_000), at(9_000), at(9_000)], [true, true, true, false]);
});
