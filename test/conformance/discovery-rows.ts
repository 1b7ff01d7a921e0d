import assert from 'node:assert/strict';
import { hostUniqOf } from '../../nodes/shared/fields';
import { SessionFrameTemplate } from '../../src/pppoe/session-frame';
import { PROTOCOL } from '../../src/wire/ppp';
import { findTag, TAG } from '../../src/wire/pppoe';
import { ScriptedAc } from '../client/scripted-ac';
import { Ac, connected, Host } from '../client/stations';
import { World } from '../client/world';
import { discoveryFrame, tag, tagsSent, USUAL_OFFER } from './line';
import { row } from './rows';

const MUTE = { pppAfter: Number.MAX_SAFE_INTEGER };

row('rp-pppoe opens a new session for each PADR it sees, repeated ones too', () => {
  const world = new World({ delay: 1 });
  const ac = new ScriptedAc(world);
  // The first PADS comes after the time-out of its PADR, the second after the first.
  world.tap = ({ text, at }) => (text === 'PADS' ? (at < 500 ? 1_100 : 500) : undefined);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  world.runFor(5_000);
  const padrs = world.log.filter(({ text }) => text === 'PADR').map(({ at }) => at);
  assert.deepEqual(padrs, [2, 1_002], 'repeated only after its time-out');
  assert.equal(host.snapshot.sessionId, 0x101, 'the first PADS counts');
  assert.deepEqual(ac.terminated, [0x102], 'the other session got a PADT');
  assert.deepEqual([...ac.connections.keys()], [0x101]);
  assert.equal(host.state, 'up');
});

row('PADS names another service than PADR asked for', () => {
  const world = new World({ delay: 1 });
  new ScriptedAc(world, { padr: () => ({ id: 7, tags: [tag(TAG.serviceName, 'isp')] }) });
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.sessionId, 7);
});

row('LCP arrives together with, or before, PADS', () => {
  for (const late of [0, 30]) {
    const world = new World({ delay: 1 });
    new Ac(world);
    world.tap = ({ text }) => (text === 'PADS' ? late : undefined);
    const host = new Host(world).open();
    world.runUntil(() => host.state === 'up');
    const pads = world.log.find(({ text }) => text === 'PADS');
    const ack = world.log.find(({ from, text }) => from === 'host' && text === 'LCP Configure-Ack');
    assert.equal(ack?.at, (pads?.at ?? Number.NaN) + late + 1, 'what came early is answered as soon as PADS is there');
    assert.equal(host.snapshot.counters.ignored, 0);
  }
});

row('Session id 0 in PADS, or an error tag', () => {
  const refusals = [
    { id: 0, tags: [] },
    { id: 0, tags: [tag(TAG.serviceNameError, 'no such service')] },
    { id: 0, tags: [tag(TAG.acSystemError, 'out of sessions')] },
    { id: 9, tags: [tag(TAG.genericError, 'not today')] },
  ];
  for (const refusal of refusals) {
    const text = refusal.tags[0]?.value.toString() ?? 'session id 0';
    const alone = new World({ delay: 1 });
    new ScriptedAc(alone, { padr: () => refusal, ...MUTE });
    const refused = new Host(alone).open();
    alone.runUntil(() => refused.state === 'waiting');
    assert.equal(refused.snapshot.reason?.code, 'refused');
    assert.equal(alone.sentBy('host').includes('PADT'), refusal.id !== 0, 'a session that came all the same is ended');
    assert.ok(refused.snapshot.reason.text.includes(text), refused.snapshot.reason.text);

    const world = new World({ delay: 1 });
    const first = new ScriptedAc(world, { name: 'first', padr: () => refusal, ...MUTE });
    new ScriptedAc(world, { name: 'second' });
    const host = new Host(world, { offerWindow: 50 }).open();
    world.runUntil(() => host.state === 'up');
    assert.equal(first.padrs, 1);
    assert.equal(host.snapshot.acName, 'second', 'the next offer is tried');
    assert.equal(world.log.filter(({ text: sent }) => sent === 'PADI').length, 1);
  }
  const world = new World({ delay: 1 });
  new ScriptedAc(world, { padi: () => [...USUAL_OFFER, tag(TAG.acSystemError, 'full')] });
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'refused', 'an error tag in PADO, too');
  assert.match(host.snapshot.reason.text, /full/);
});

row('Several PADOs', () => {
  const world = new World({ delay: 5 });
  const offer = (name: string, service: string) => ({
    name,
    padi: () => [tag(TAG.acName, name), tag(TAG.serviceName, service)],
  });
  new ScriptedAc(world, { ...offer('mute', 'isp'), padr: () => undefined });
  new ScriptedAc(world, { ...offer('bronze', 'tv') });
  const gold = new ScriptedAc(world, { ...offer('gold', 'isp') });
  const chosen = (settings: ConstructorParameters<typeof Host>[1]) => {
    const host = new Host(world, { offerWindow: 100, ...settings }).open();
    world.runUntil(() => host.state === 'up');
    return host.snapshot.acName;
  };
  assert.equal(chosen({ acName: 'gold' }), 'gold');
  assert.equal(chosen({ acAddress: gold.address }), 'gold');
  assert.equal(chosen({ serviceName: 'tv' }), 'bronze');
  assert.equal(chosen({ serviceName: 'isp' }), 'gold', 'the one that does not answer PADR has a fallback');
});

row('PADO without AC-Name, or without Service-Name', () => {
  for (const tags of [[tag(TAG.serviceName)], [tag(TAG.acName, 'ac')], []]) {
    for (const serviceName of ['', 'isp']) {
      const world = new World({ delay: 1 });
      new ScriptedAc(world, { padi: () => tags });
      const host = new Host(world, { serviceName }).open();
      world.runUntil(() => host.state === 'up');
      assert.equal(host.snapshot.acName, findTag(tags, TAG.acName)?.toString());
      const noted = host.progress.find((text) => text.startsWith('Got an offer')) ?? '';
      assert.equal(/without .*AC-Name/.test(noted), !findTag(tags, TAG.acName), noted);
      assert.equal(/without .*Service-Name/.test(noted), !findTag(tags, TAG.serviceName), noted);
    }
  }
});

row('AC wants Service-Name in PADR even when empty', () => {
  const world = new World({ delay: 1 });
  connected(world);
  for (const code of ['PADI', 'PADR'] as const) {
    assert.deepEqual(findTag(tagsSent(world, code), TAG.serviceName), Buffer.alloc(0), code);
  }
  for (const serviceName of ['', 'isp']) {
    const without = new World({ delay: 1 });
    new ScriptedAc(without);
    const host = new Host(without, { omitServiceName: true, serviceName }).open();
    without.runUntil(() => host.state === 'up');
    assert.equal(findTag(tagsSent(without, 'PADI'), TAG.serviceName), undefined, 'an option leaves it out of PADI');
    assert.deepEqual(
      findTag(tagsSent(without, 'PADR'), TAG.serviceName),
      Buffer.from(serviceName),
      'and never of PADR',
    );
  }
});

row('Session frames for an id that is not ours', () => {
  const world = new World({ delay: 1 });
  const { host, ac } = connected(world);
  const { sessionId = 0 } = host.snapshot;
  // The AC misses the end of a session, and still sends.
  world.tap = ({ from }) => (from === 'host' ? 'drop' : undefined);
  host.close();
  world.runUntil(() => host.state === 'idle');
  world.runFor(15_000);
  world.tap = () => undefined;
  const stale = (id: number) =>
    new SessionFrameTemplate(host.address, ac.address, [], id).frame(PROTOCOL.ipv4, Buffer.alloc(20));
  const begin = world.now;
  for (let second = 0; second < 10; second++) {
    for (let count = 0; count < 100; count++) host.receive(stale(sessionId), world.now);
    world.runFor(1_000);
  }
  const padts = world.log.filter(({ at, from, text }) => at >= begin && from === 'host' && text === 'PADT');
  assert.ok(padts.length >= 10 && padts.length <= 16, `${padts.length} PADTs in 10 s: a limited rate`);
  assert.deepEqual(new Set(padts.map(({ frame }) => frame.readUInt16BE(16))), new Set([sessionId]));
  // Nobody's here: another program may have that session.
  world.runFor(60_000);
  const { length } = world.log;
  host.receive(stale(sessionId ^ 1), world.now);
  assert.equal(world.log.length, length);
});

row('ISP needs a fixed Host-Uniq', () => {
  const uniqs = (hostUniq?: Buffer) => {
    const world = new World();
    const host = new Host(world, { discoveryAttempts: 1, ...(hostUniq ? { hostUniq } : {}) }).open();
    world.runUntil(() => host.states.filter((state) => state === 'waiting').length === 3);
    return [0, 1, 2].map((index) => findTag(tagsSent(world, 'PADI', index), TAG.hostUniq)?.toString('hex'));
  };
  assert.deepEqual(uniqs(hostUniqOf('0x00ff10')), Array(3).fill('00ff10'), 'in hexadecimal');
  assert.deepEqual(uniqs(hostUniqOf('line-7')), Array(3).fill(Buffer.from('line-7').toString('hex')), 'as text');
  assert.equal(new Set(uniqs()).size, 3, 'otherwise drawn for each attempt');
});

row('PADO after a failed PADR comes back to unicast', () => {
  const world = new World({ delay: 1 });
  const ac = new ScriptedAc(world, { padr: (count) => (count > 4 ? { id: 5 } : undefined) });
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'no-reply');
  const retried = world.now;
  world.runUntil(() => host.state === 'up');
  const [padi] = world.log.filter(({ at, text }) => at > retried && text === 'PADI');
  assert.equal(padi?.frame.subarray(0, 6).toString('hex'), 'ffffffffffff', 'each attempt begins from broadcast');
  assert.equal(ac.padrs, 5);
});

row('PADT seldom has Host-Uniq', () => {
  const world = new World({ delay: 1 });
  const { host, ac } = connected(world);
  const { sessionId = 0 } = host.snapshot;
  const hostUniq = [tag(TAG.hostUniq, findTag(tagsSent(world, 'PADR'), TAG.hostUniq) ?? '')];
  const foreign = world.freshAddress();
  const counted = host.demultiplexer.counters.unclaimed;
  for (const tags of [[], hostUniq]) {
    host.receive(discoveryFrame('PADT', foreign, host.address, sessionId, tags), world.now);
    host.receive(discoveryFrame('PADT', ac.address, host.address, sessionId ^ 1, tags), world.now);
  }
  assert.equal(host.state, 'up');
  assert.equal(host.demultiplexer.counters.unclaimed, counted + 4);
  host.receive(discoveryFrame('PADT', ac.address, host.address, sessionId), world.now);
  assert.equal(host.state, 'waiting');
  assert.equal(host.snapshot.reason?.code, 'peer-terminated');
});
