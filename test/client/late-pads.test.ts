import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeDiscovery } from '../../src/pppoe/discovery-packet';
import { CODE, findTag, TAG } from '../../src/wire/pppoe';
import { tagsSent } from '../conformance/line';
import { ScriptedAc } from './scripted-ac';
import { Host } from './stations';
import { World } from './world';

/** A host whose first attempt is given up for another while its PADS is on its way. */
function overtaken(
  settings: ConstructorParameters<typeof Host>[1] = {},
  late = 30,
): { world: World; ac: ScriptedAc; host: Host } {
  const world = new World({ delay: 1 });
  const ac = new ScriptedAc(world);
  let held = false;
  world.tap = ({ text }) => {
    if (text !== 'PADS' || held) return undefined;
    held = true;
    return late;
  };
  const host = new Host(world, settings).open();
  world.runUntil(() => ac.padrs === 1);
  host.act((session, now) => session.reopen(now));
  return { world, ac, host };
}

/** A PADS for the host, with the Host-Uniq of its n-th attempt. */
function pads(world: World, host: Host, source: Buffer, sessionId: number, attempt = 0): void {
  const hostUniq = findTag(tagsSent(world, 'PADI', attempt), TAG.hostUniq);
  const tags = [
    { type: TAG.serviceName, value: Buffer.alloc(0) },
    ...(hostUniq ? [{ type: TAG.hostUniq, value: hostUniq }] : []),
  ];
  host.receive(
    encodeDiscovery({ source, destination: host.address, vlan: [], code: CODE.PADS, sessionId, tags }),
    world.now,
  );
}

for (const [name, settings] of [
  ['a Host-Uniq of its own', {}],
  ['a fixed Host-Uniq', { hostUniq: Buffer.from('line-7') }],
] as const) {
  test(`a late PADS of an attempt that was given up for another is ended by PADT: with ${name}`, () => {
    const { world, ac, host } = overtaken(settings);
    world.runUntil(() => host.state === 'up');
    world.runFor(5_000);
    assert.equal(host.snapshot.counters.connects, 1);
    const [id] = ac.connections.keys();
    assert.deepEqual([...ac.connections.keys()], [host.snapshot.sessionId], 'the only one that is left');
    assert.deepEqual(ac.terminated, id === 0x101 ? [0x102] : [0x101]);
    const told = host.session.trace.frames.map((frame) => frame.event().code);
    assert.equal(told.filter((code) => code === 'PADS').length, 2, 'both are in the trace');
    assert.ok(told.includes('PADT'));
  });
}

test('a late PADS is ended also when the session is up long since, or idle', () => {
  const up = overtaken({}, 2_000);
  const idle = overtaken({}, 50);
  idle.host.close();
  for (const { world, ac, host } of [up, idle]) {
    world.runFor(10_000);
    assert.deepEqual(ac.terminated, [0x101]);
    assert.equal(host.state, host === up.host ? 'up' : 'idle');
  }
});

test('a late PADS with the id that the session has now ends nothing', () => {
  const { world, ac, host } = overtaken();
  world.runUntil(() => host.state === 'up');
  world.runFor(100);
  const { terminated } = ac;
  const before = [...terminated];
  pads(world, host, ac.address, host.snapshot.sessionId ?? 0);
  world.runFor(100);
  assert.equal(host.state, 'up');
  assert.deepEqual(terminated, before);
});

test('a PADS that answers no PADR of ours gets no PADT', () => {
  const { world, ac, host } = overtaken();
  world.runUntil(() => host.state === 'up');
  world.runFor(100);
  const before = world.sentBy('host').filter((text) => text === 'PADT').length;
  pads(world, host, world.freshAddress(), 9);
  // Nor one that comes a minute later.
  world.runFor(60_000);
  pads(world, host, ac.address, 10);
  world.runFor(100);
  assert.equal(world.sentBy('host').filter((text) => text === 'PADT').length, before);
  assert.equal(host.state, 'up');
});

test('a flood of PADS is answered at a limited rate', () => {
  const { world, ac, host } = overtaken();
  world.runUntil(() => host.state === 'up');
  const before = world.sentBy('host').length;
  for (let id = 0x1000; id < 0x2000; id++) pads(world, host, ac.address, id, id % 2);
  world.runFor(10);
  const sent = world.sentBy('host').slice(before);
  assert.ok(sent.length >= 2 && sent.length <= 10, `${sent.length} PADTs`);
  assert.equal(host.state, 'up');
});
