import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionSettings } from '../../src/client/settings';
import { framingOf } from '../../src/pppoe/framing';
import { decodeEthernet, type VlanTag } from '../../src/wire/ethernet';
import { packet } from './packets';
import { Ac, Host } from './stations';
import { World } from './world';

const tag = (vid: number, pcp = 0, tpid = 0x8100): VlanTag => ({ tpid, vid, pcp, dei: false });
const PLACES: readonly (readonly [string, readonly VlanTag[]])[] = [
  ['one tag', [tag(7)]],
  ['one tag with a PCP', [tag(4_094, 5)]],
  ['one tag of 802.1ad', [tag(35, 0, 0x88a8)]],
  ['one tag of a TPID that nobody knows', [tag(7, 0, 0x9999)]],
  ['two tags', [tag(7), tag(35)]],
  ['two tags, 802.1ad outside', [tag(100, 3, 0x88a8), tag(7, 3)]],
  ['two tags of TPIDs that nobody knows', [tag(1, 0, 0xabcd), tag(2, 0, 0x7777)]],
  ['a priority tag, VID 0', [tag(0, 6)]],
];

function exchange(vlan: readonly VlanTag[], settings: Partial<SessionSettings> = {}): { world: World; host: Host } {
  const world = new World();
  const ac = new Ac(world, { vlan });
  const host = new Host(world, { vlan, ...settings }).open();
  world.runUntil(() => host.state === 'up');
  const { localAddress = '', sessionId = 0 } = host.snapshot;
  const [out, back] = [packet(localAddress, '192.0.2.1'), packet('192.0.2.1', localAddress)];
  host.act((session) => session.sendPackets([out]));
  ac.act((concentrator) => concentrator.sendPacket(sessionId, back));
  world.runFor(10);
  assert.deepEqual(ac.packets, [{ sessionId, packet: out }]);
  assert.deepEqual(host.packets, [back]);
  host.close();
  world.runUntil(() => host.state === 'idle' && ac.subscribers.length === 0);
  return { world, host };
}

for (const [name, vlan] of PLACES) {
  test(`VLAN: a session with ${name} comes up, carries packets and ends; every frame is tagged`, () => {
    const { world } = exchange(vlan);
    const { tpids } = framingOf({ vlan });
    assert.ok(world.log.length > 15);
    for (const { frame } of world.log) assert.deepEqual(decodeEthernet(frame, tpids).tags, vlan);
  });
}

test('VLAN: frames with IP packets have the PCP of data, all others that of control, in each tag', () => {
  const { world } = exchange([tag(7, 6, 0x88a8), tag(8, 6)], { dataPcp: 1 });
  const ours = world.log.filter(({ from }) => from === 'host');
  assert.deepEqual(new Set(ours.map(({ text }) => text === 'IPv4')), new Set([true, false]));
  for (const { frame, text } of ours) {
    const { tags } = decodeEthernet(frame);
    const pcp = text === 'IPv4' ? 1 : 6;
    assert.deepEqual(tags, [tag(7, pcp, 0x88a8), tag(8, pcp)], text);
  }
});

test('VLAN: VID 0 is accepted as untagged, by both ends', () => {
  for (const [host, ac] of [
    [[tag(0, 5)], []],
    [[], [tag(0, 5)]],
    [[tag(7)], [tag(0), tag(7)]],
  ] as const) {
    const world = new World();
    new Ac(world, { vlan: ac });
    const dialling = new Host(world, { vlan: host }).open();
    world.runUntil(() => dialling.state === 'up');
  }
});

test('VLAN: hosts on two VLANs reach the access concentrators of theirs', () => {
  const world = new World();
  for (const vid of [10, 20]) new Ac(world, { acName: `ac-${vid}`, vlan: [tag(vid)] }, `ac-${vid}`);
  for (const vid of [10, 20]) {
    const host = new Host(world, { vlan: [tag(vid)] }, `host-${vid}`).open();
    world.runUntil(() => host.state === 'up');
    assert.equal(host.snapshot.acName, `ac-${vid}`);
  }
  const untagged = new Host(world, { discoveryAttempts: 1 }, 'untagged').open();
  world.runUntil(() => untagged.state === 'waiting');
  assert.equal(untagged.snapshot.reason?.code, 'no-offer');
});

test('other Ethernet types: a session comes up on them, and is not seen by who uses the usual ones', () => {
  const world = new World();
  const etherTypes = { discovery: 0x3c12, session: 0x3c13 };
  new Ac(world, { etherTypes, acName: 'other' }, 'other');
  const host = new Host(world, { etherTypes }).open();
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.acName, 'other');
  const types = new Set(world.log.map(({ frame }) => frame.readUInt16BE(12)));
  assert.deepEqual(types, new Set([etherTypes.discovery, etherTypes.session]));
  const usual = new Host(world, { discoveryAttempts: 1 }, 'usual').open();
  world.runUntil(() => usual.state === 'waiting');
  assert.equal(usual.snapshot.reason?.code, 'no-offer');
});

test('Ethernet types and TPIDs that cannot be told apart are refused', () => {
  const world = new World();
  const etherTypes = (discovery: number, session: number) => ({ etherTypes: { discovery, session } });
  for (const settings of [
    etherTypes(0x8863, 0x8863),
    etherTypes(0x5ff, 0x8864),
    etherTypes(0x8863, 0x1_0000),
    etherTypes(0x8863, 0x8100),
    { vlan: [tag(7, 0, 0x8864)] },
    { vlan: [tag(7, 0, 0x100)] },
    { dataPcp: 8 },
  ]) {
    assert.throws(() => new Host(world, settings), RangeError, JSON.stringify(settings));
  }
});
