import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tunnelAddress } from '../../src/link/tunnel';
import type { Carrier, CarrierEvents, Trouble } from '../../src/link/tunnel-carrier';
import { encapsulationOf } from '../../src/link/tunnel-encapsulation';
import { TunnelLink } from '../../src/link/tunnel-link';
import { parseTunnel } from '../../src/link/tunnel-text';
import { encodeEoip } from '../../src/wire/eoip';
import { encodeGre, TRANSPARENT_ETHERNET } from '../../src/wire/gre';
import { FakeClock } from '../runtime/fake-clock';
import { frame, markOf } from './contract';

const OWN = Buffer.from('020000000001', 'hex');
const PEER = Buffer.from('020000000002', 'hex');

const KNOWN: Trouble = { kind: 'unreachable', source: 'known', text: 'Network is unreachable' };
const REPORTED: Trouble = { kind: 'unreachable', source: 'reported', text: 'nobody listens' };

/** A tunnel on a carrier that keeps what is sent, and answers when the test says so. */
class Rig implements Carrier {
  readonly overhead = 20;
  readonly drops = 3;
  readonly packets: Buffer[] = [];
  readonly clock = new FakeClock();
  readonly calls: string[] = [];
  readonly received: number[] = [];
  readonly link: TunnelLink;
  closed = 0;
  answer: Trouble | undefined;
  hold = false;
  readonly held: (() => void)[] = [];
  #events: CarrierEvents | undefined;

  constructor(text = 'gre:192.0.2.1?key=7', underlayMtu = 1_500) {
    const place = { remote: '192.0.2.1', address: OWN, underlayMtu };
    const open = (events: CarrierEvents) => {
      this.#events = events;
      return this;
    };
    this.link = new TunnelLink(place, encapsulationOf(parseTunnel(text)), open, this.clock);
    this.link.onDown = ({ code, message }) => this.calls.push(`${code}: ${message}`);
    this.link.onUp = () => this.calls.push('up');
    this.link.onFrames = (frames) => this.received.push(...frames.map(markOf));
  }

  get events(): CarrierEvents {
    assert.ok(this.#events);
    return this.#events;
  }

  send(header: Buffer, octets: Buffer, done: (trouble?: Trouble) => void): void {
    this.packets.push(Buffer.concat([header, octets]));
    if (this.hold) this.held.push(() => done(this.answer));
    else done(this.answer);
  }

  close(): void {
    this.closed++;
  }

  arrive(mark: number, key = 7): void {
    this.events.packet(encodeGre({ key, protocol: TRANSPARENT_ETHERNET, payload: frame(OWN, PEER, mark) }));
  }

  try(mark = 1): void {
    this.link.send([frame(PEER, OWN, mark)]);
  }
}

test('the MTU is what the underlay leaves', () => {
  const mtus: [string, number, number][] = [
    ['gre:192.0.2.1', 1_500, 1_462],
    ['gre:192.0.2.1?key=7', 1_500, 1_458],
    ['eoip:192.0.2.1?tunnel-id=7', 1_500, 1_458],
    ['etherip:192.0.2.1', 1_500, 1_464],
    ['gre:192.0.2.1', 65_535, 65_497],
  ];
  for (const [text, underlay, mtu] of mtus) assert.equal(new Rig(text, underlay).link.mtu, mtu, text);
});

test('what is no frame for us is counted by its reason and not delivered', () => {
  const rig = new Rig();
  rig.arrive(1, 8);
  rig.events.packet(encodeGre({ protocol: TRANSPARENT_ETHERNET, payload: frame(OWN, PEER, 2) }));
  rig.events.packet(encodeGre({ key: 7, protocol: 0x0800, payload: frame(OWN, PEER, 3) }));
  rig.events.packet(Buffer.from('200165580000000700', 'hex'));
  rig.events.packet(encodeGre({ key: 7, protocol: TRANSPARENT_ETHERNET, payload: Buffer.alloc(13) }));
  rig.events.packet(Buffer.alloc(0));
  rig.events.refused('strangers');
  rig.events.refused('fragments');
  rig.arrive(9);
  assert.deepEqual(rig.received, [9]);
  assert.deepEqual(rig.link.counters, {
    received: 1,
    sent: 0,
    receiveDrops: 3,
    sendDrops: 0,
    refused: { strangers: 1, wrongKeys: 3, malformed: 3, fragments: 1 },
  });
});

test('frames of other types than PPPoE, or to others, do not arrive', () => {
  const rig = new Rig();
  const arp = frame(OWN, PEER, 1);
  arp.writeUInt16BE(0x0806, 12);
  const cut = frame(OWN, PEER, 1, 60, [[0x8100, 7]]).subarray(0, 16);
  for (const payload of [arp, cut, frame(Buffer.from('020000000099', 'hex'), PEER, 2)]) {
    rig.events.packet(encodeGre({ key: 7, protocol: TRANSPARENT_ETHERNET, payload }));
  }
  assert.deepEqual(rig.received, []);
  assert.equal(rig.link.counters.received, 0);
});

test('when our system knows no way to the far end, the link is down at once, and up on trial after a second', () => {
  const rig = new Rig();
  rig.answer = KNOWN;
  rig.try();
  assert.deepEqual(rig.calls, ['link-down: Network is unreachable']);
  rig.try();
  assert.equal(rig.packets.length, 1, 'nothing is sent while it is down');
  assert.equal(rig.link.counters.sendDrops, 2);
  rig.clock.advance(999);
  assert.equal(rig.calls.length, 1);
  rig.clock.advance(1);
  assert.deepEqual(rig.calls.slice(1), ['up']);
});

test('the pauses double up to 30 s, until something comes from the far end', () => {
  const rig = new Rig();
  rig.answer = KNOWN;
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 8; attempt++) {
    rig.try();
    const began = rig.clock.now();
    rig.clock.advance((rig.clock.armed[0] ?? 0) - began);
    pauses.push(rig.clock.now() - began);
  }
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  rig.arrive(1);
  rig.try();
  assert.equal((rig.clock.armed[0] ?? 0) - rig.clock.now(), 1_000);
});

test('reports that nobody is there are believed when they still come after a second of silence', () => {
  const rig = new Rig();
  rig.events.trouble(REPORTED);
  rig.clock.advance(999);
  rig.events.trouble(REPORTED);
  assert.deepEqual(rig.calls, []);
  rig.clock.advance(1);
  rig.events.trouble(REPORTED);
  assert.deepEqual(rig.calls, ['link-down: nobody listens']);
});

test('after a trial the first report is enough', () => {
  const rig = new Rig();
  rig.events.trouble(REPORTED);
  rig.clock.advance(1_000);
  rig.events.trouble(REPORTED);
  rig.clock.advance(1_000);
  rig.events.trouble(REPORTED);
  assert.deepEqual(rig.calls, ['link-down: nobody listens', 'up', 'link-down: nobody listens']);
});

test('reports are forged, or over, when the far end is heard meanwhile', () => {
  const rig = new Rig();
  for (let second = 0; second < 60; second++) {
    rig.events.trouble(REPORTED);
    rig.clock.advance(500);
    rig.arrive(second);
    rig.clock.advance(500);
  }
  assert.deepEqual(rig.calls, []);
});

test('a frame of the far end brings the link up before its pause is over, and only once', () => {
  const rig = new Rig();
  rig.answer = KNOWN;
  rig.try();
  rig.arrive(5);
  assert.deepEqual(rig.calls.slice(1), ['up']);
  assert.deepEqual(rig.received, [5]);
  rig.clock.advance(60_000);
  assert.deepEqual(rig.calls.slice(1), ['up']);
});

test('a packet of a stranger or with another key says nothing of the far end', () => {
  const rig = new Rig();
  rig.answer = KNOWN;
  rig.try();
  rig.arrive(5, 8);
  rig.events.refused('strangers');
  assert.equal(rig.calls.length, 1);
});

test('a packet that was not taken is counted, and the link stays up', () => {
  const rig = new Rig();
  rig.answer = { kind: 'dropped' };
  rig.try();
  assert.deepEqual(rig.calls, []);
  assert.equal(rig.link.counters.sendDrops, 1);
});

test('a path that turns out narrower ends what was agreed, and the link comes back with its MTU', () => {
  const rig = new Rig('gre:192.0.2.1');
  for (const mtu of [1_500, 9_000, 575]) rig.events.trouble({ kind: 'narrow', mtu });
  assert.equal(rig.link.mtu, 1_462);
  rig.events.trouble({ kind: 'narrow', mtu: 1_492 });
  assert.deepEqual(rig.calls, ['link-down: The path to 192.0.2.1 carries IP packets of 1492 octets only']);
  assert.equal(rig.link.mtu, 1_454);
  rig.clock.advance(1_000);
  rig.link.send([frame(PEER, OWN, 1, 14 + 1_455), frame(PEER, OWN, 2, 14 + 1_454)]);
  assert.equal(rig.packets.length, 1);
  assert.equal(rig.link.counters.sendDrops, 1);
});

test('VLAN tags take their octets from the payload', () => {
  const rig = new Rig('gre:192.0.2.1');
  rig.link.send([
    frame(PEER, OWN, 1, 14 + 1_462 - 4 + 1, [[0x8100, 7]]),
    frame(PEER, OWN, 2, 14 + 1_462 - 4, [[0x8100, 7]]),
  ]);
  assert.equal(rig.packets.length, 1);
});

test('a queue of 10000 frames is full', () => {
  const rig = new Rig();
  rig.hold = true;
  rig.link.send(Array.from({ length: 10_001 }, () => frame(PEER, OWN, 1)));
  assert.equal(rig.packets.length, 10_000);
  assert.equal(rig.link.counters.sendDrops, 1);
  rig.held.pop()?.();
  rig.try();
  assert.equal(rig.packets.length, 10_001);
});

test('EoIP tells the far end every ten seconds that it is there, and takes the same from it', () => {
  const rig = new Rig('eoip:192.0.2.1?tunnel-id=258');
  const keepalive = Buffer.from('2001640000000201', 'hex');
  rig.clock.advance(25_000);
  assert.deepEqual(rig.packets, [keepalive, keepalive, keepalive]);
  assert.equal(rig.link.counters.sent, 0);
  rig.answer = KNOWN;
  rig.try();
  rig.events.packet(encodeEoip({ tunnelId: 258, payload: Buffer.alloc(0) }));
  assert.deepEqual(rig.calls.slice(1), ['up']);
  assert.equal(rig.link.counters.received, 0);
  rig.link.close();
  assert.deepEqual(rig.clock.armed, []);
});

test('a closed link sends, tells and plans nothing', () => {
  const rig = new Rig();
  rig.answer = KNOWN;
  rig.try();
  rig.link.close();
  rig.events.trouble(KNOWN);
  rig.arrive(1);
  rig.clock.advance(60_000);
  assert.deepEqual(rig.calls.slice(1), []);
  assert.deepEqual(rig.received, []);
  assert.equal(rig.closed, 1);
});

test('only what begins as our own packets do is our own', () => {
  const own = (text: string, hex: string) => encapsulationOf(parseTunnel(text)).isOwn(Buffer.from(hex, 'hex'));
  assert.equal(own('gre:192.0.2.1?key=7', '2000655800000007ffff'), true);
  assert.equal(own('gre:192.0.2.1?key=7', '2000655800000008ffff'), false);
  assert.equal(own('gre:192.0.2.1?key=7', '20006558'), false);
  assert.equal(own('eoip:192.0.2.1?tunnel-id=258', '2001640005dc0201'), true);
  assert.equal(own('eoip:192.0.2.1?tunnel-id=258', '2001640005dc0102'), false);
  assert.equal(own('eoip:192.0.2.1?tunnel-id=258', '20016400'), false);
  assert.equal(own('vxlan:192.0.2.1?vni=42', '0800000000002a00'), true);
});

test('the address of a tunnel is individual, its own, and the same again', () => {
  const address = (text: string, host = 'one') => tunnelAddress(parseTunnel(text), host).toString('hex');
  const texts = [
    'gre:192.0.2.1',
    'gre:192.0.2.1?key=0',
    'gre:192.0.2.2',
    'vxlan:192.0.2.1?vni=1',
    'vxlan:192.0.2.1?vni=2',
  ];
  const addresses = texts.map((text) => address(text));
  assert.equal(new Set([...addresses, address('gre:192.0.2.1', 'two')]).size, texts.length + 1);
  for (const each of addresses) assert.equal(Number.parseInt(each.slice(0, 2), 16) & 3, 2);
  assert.equal(address('vxlan:192.0.2.1?vni=0x1&port=4789'), address('vxlan:192.0.2.1?vni=1'));
});
