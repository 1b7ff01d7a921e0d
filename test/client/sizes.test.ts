import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeDiscovery } from '../../src/pppoe/discovery-packet';
import { option16 } from '../../src/wire/control';
import { encodeIpv4 } from '../../src/wire/ip';
import { findTag, TAG } from '../../src/wire/pppoe';
import { packet } from './packets';
import { ScriptedAc } from './scripted-ac';
import { Ac, Host } from './stations';
import { World } from './world';

/** A segment that carries MRUs of 1500. */
const BABY_JUMBO = 1_508;
const tag = (type: number, value: Buffer = Buffer.alloc(0)) => ({ type, value });
const payload = (octets: number) => tag(TAG.pppMaxPayload, option16(0, octets).data);
const USUAL = [tag(TAG.serviceName), tag(TAG.acName, Buffer.from('ac'))];

/** A host that wants 1500, up at a scripted access concentrator; both on a segment with room for it. */
function dial(
  script: { pado?: readonly number[]; pads?: readonly number[]; acMru?: number; largest?: number },
  mru = 1_500,
  mtu = BABY_JUMBO,
) {
  const world = new World();
  const { pado = [], pads = [], acMru = 1_500, largest = 1_500 } = script;
  const ac = new ScriptedAc(world, {
    padi: () => [...USUAL, ...pado.map(payload)],
    padr: () => ({ id: 7, tags: [tag(TAG.serviceName), ...pads.map(payload)] }),
    ppp: { lcp: { mru: acMru, largest, allowed: [], required: [] } },
  });
  const host = new Host(world, { mru }, 'host', mtu).open();
  world.runUntil(() => host.state === 'up');
  return { world, ac, host, peer: [...ac.connections.values()][0] };
}

/** The PPP-Max-Payload of what the host sent. */
function asked(world: World, name: 'PADI' | 'PADR'): number | undefined {
  const sent = world.log.find(({ from, text }) => from === 'host' && text === name);
  return sent && findTag(decodeDiscovery(sent.frame).tags, TAG.pppMaxPayload)?.readUInt16BE();
}

test('PPP-Max-Payload: asked for and echoed in PADO and PADS, the MRU is 1500 both ways', () => {
  const { world, host, peer } = dial({ pado: [1_500], pads: [1_500] });
  assert.deepEqual([asked(world, 'PADI'), asked(world, 'PADR')], [1_500, 1_500]);
  assert.deepEqual([host.snapshot.mru, host.snapshot.mtu], [1_500, 1_500]);
  assert.deepEqual([peer?.mru, peer?.peerMru], [1_500, 1_500]);
});

test('PPP-Max-Payload: fall back to 1492 when the tag is not echoed', () => {
  const { world, host } = dial({});
  assert.deepEqual([asked(world, 'PADI'), asked(world, 'PADR')], [1_500, undefined]);
  assert.deepEqual([host.snapshot.mru, host.snapshot.mtu], [1_492, 1_492]);
  const half = dial({ pado: [1_500] }).host;
  assert.deepEqual([half.snapshot.mru, half.snapshot.mtu], [1_492, 1_492], 'in PADO only');
});

test('PPP-Max-Payload: the smaller of what both ends say counts; 1492 and less, or another length, say nothing', () => {
  assert.equal(dial({ pado: [1_496], pads: [1_496] }).host.snapshot.mru, 1_496);
  assert.equal(dial({ pado: [9_000], pads: [9_000] }).host.snapshot.mru, 1_500);
  assert.equal(dial({ pado: [1_492], pads: [1_500] }).host.snapshot.mru, 1_492);
  assert.equal(dial({ pado: [1_500], pads: [0] }).host.snapshot.mru, 1_492);
});

test('PPP-Max-Payload: not asked for with an MRU of 1492, nor where the segment has no room', () => {
  assert.equal(asked(dial({}, 1_492).world, 'PADI'), undefined);
  assert.equal(asked(dial({}, 1_500, 1_500).world, 'PADI'), undefined);
  assert.equal(asked(dial({}, 1_500, 1_504).world, 'PADI'), 1_496);
});

test('PPP-Max-Payload: jumbo links carry more', () => {
  const script = { pado: [9_000], pads: [9_000], acMru: 9_000, largest: 9_000 };
  const { host } = dial(script, 9_000, 9_216);
  assert.deepEqual([host.snapshot.mru, host.snapshot.mtu], [9_000, 9_000]);
  assert.equal(dial({ ...script, acMru: 4_000 }, 9_000, 9_216).host.snapshot.mtu, 4_000);
});

test('MRU: a peer that asks for 1500 without PPP-Max-Payload is agreed to, and sent no more than 1492', () => {
  const { host } = dial({ largest: 1_500 }, 1_492, 1_500);
  assert.deepEqual([host.snapshot.mru, host.snapshot.mtu], [1_492, 1_492]);
});

test('MRU: a peer that takes less than we do is sent no more', () => {
  const { host } = dial({ acMru: 576 }, 1_492, 1_500);
  assert.deepEqual([host.snapshot.mru, host.snapshot.mtu], [1_492, 576]);
  const { localAddress = '', remoteAddress = '' } = host.snapshot;
  host.session.sendPackets([packet(localAddress, remoteAddress, 576)]);
  assert.throws(() => host.session.sendPackets([packet(localAddress, remoteAddress, 577)]), { code: 'too-long' });
});

test('MRU: what the access concentrator lends is never above what its segment carries', () => {
  for (const [mtu, acMtu, mru, expected] of [
    [1_508, 1_508, 1_500, 1_500],
    [1_508, 1_500, 1_500, 1_492],
    [9_216, 1_600, 9_000, 1_592],
    [9_216, 9_216, 9_000, 9_000],
    [1_508, 1_508, 1_492, 1_492],
  ] as const) {
    const world = new World();
    const ac = new Ac(world, { mru: 9_000 }, 'ac', acMtu);
    const host = new Host(world, { mru }, 'host', mtu).open();
    world.runUntil(() => host.state === 'up');
    assert.equal(host.snapshot.mtu, expected, `${mtu} ${acMtu} ${mru}`);
    assert.ok(ac.subscribers.length === 1);
  }
});

test('a VLAN tag that does not pass beyond the MTU takes its octets from what we may send', () => {
  const world = new World();
  new ScriptedAc(world, { ppp: { lcp: { mru: 1_492, allowed: [], required: [] } } });
  const host = new Host(world, {}, 'host', 1_500, { tagOctets: 8 }).open();
  world.runUntil(() => host.state === 'up');
  assert.deepEqual([host.snapshot.mru, host.snapshot.mtu], [1_492, 1_484]);
});

/** A SYN that announces this MSS; its checksum is left at zero. */
function syn(from: string, to: string, mss: number): Buffer {
  const header = Buffer.from('9c4001bb000000000000000060020000000000000204', 'hex');
  const value = Buffer.from([mss >> 8, mss & 0xff]);
  const ip = packet(from, to, 40);
  return encodeIpv4({
    tos: 0,
    identification: 1,
    fragment: 0x4000,
    ttl: 64,
    protocol: 6,
    source: ip.subarray(12, 16),
    destination: ip.subarray(16, 20),
    options: Buffer.alloc(0),
    payload: Buffer.concat([header, value]),
  });
}
const mssOf = (octets: Buffer | undefined) => octets?.readUInt16BE(42);

test('the MSS of TCP is clamped by option in both directions to what the session carries, else left as it is', () => {
  for (const [clampMss, expected] of [
    [true, 1_360],
    [false, 1_460],
  ] as const) {
    const world = new World();
    const ac = new Ac(world, { mru: 1_400 });
    const host = new Host(world, { clampMss }).open();
    world.runUntil(() => host.state === 'up');
    const { localAddress = '', sessionId = 0 } = host.snapshot;
    const out = syn(localAddress, '192.0.2.1', 1_460);
    host.session.sendPackets([out]);
    ac.concentrator.sendPacket(sessionId, syn('192.0.2.1', localAddress, 1_460));
    world.runFor(10);
    assert.equal(mssOf(ac.packets[0]?.packet), expected);
    assert.equal(mssOf(host.packets[0]), expected);
    assert.equal(mssOf(out), 1_460, "the caller's packet stays as it is");
  }
});
