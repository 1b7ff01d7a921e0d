import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatMac } from '../../src/wire/mac-address';
import { TAG } from '../../src/wire/pppoe';
import { ScriptedAc } from './scripted-ac';
import { Ac, Host } from './stations';
import { World } from './world';

const ERRORS = [
  ['Service-Name-Error', TAG.serviceNameError, 'service-name-error'],
  ['AC-System-Error', TAG.acSystemError, 'ac-system-error'],
  ['Generic-Error', TAG.genericError, 'generic-error'],
] as const;

for (const [name, type, detail] of ERRORS) {
  test(`a PADS with ${name} is a refusal that quotes its text`, () => {
    const world = new World({ delay: 10 });
    const tags = [{ type, value: Buffer.from('come back later') }];
    new ScriptedAc(world, { padr: () => ({ id: 0, tags }) });
    const host = new Host(world).open();
    world.runUntil(() => host.state === 'waiting');
    assert.equal(world.now, 40);
    const text = `Refused by 'ac': ${name}: come back later`;
    assert.deepEqual(host.snapshot.reason, { code: 'refused', text, detail });
    const pause = (host.snapshot.nextAttempt ?? 0) - world.now;
    assert.ok(pause >= 8_000 && pause <= 12_000, `pause ${pause}`);
  });

  test(`a PADO with ${name} is no offer, and a refusal when there is no other`, () => {
    const world = new World({ delay: 10 });
    const tags = [{ type, value: Buffer.from('full') }];
    const ac = new ScriptedAc(world, { padi: () => tags });
    const host = new Host(world).open();
    world.runUntil(() => host.state === 'waiting');
    assert.equal(host.snapshot.reason?.code, 'refused');
    assert.match(host.snapshot.reason?.text ?? '', new RegExp(`${name}: full`));
    assert.equal(ac.padrs, 0);
  });
}

test('a PADS with session id 0 and no reason is a refusal', () => {
  const world = new World();
  new ScriptedAc(world, { padr: () => ({ id: 0 }) });
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'refused');
});

test('a PADS that has a session id and an error tag is a refusal, and its session ended', () => {
  const world = new World();
  const tags = [{ type: TAG.genericError, value: Buffer.from('no') }];
  const ac = new ScriptedAc(world, { padr: () => ({ id: 5, tags }) });
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'waiting');
  world.runFor(10);
  assert.equal(host.snapshot.reason?.code, 'refused');
  assert.deepEqual(ac.terminated, [5]);
});

test('an access concentrator that refuses is followed by the next that offered', () => {
  const world = new World({ delay: 10 });
  const tags = [{ type: TAG.acSystemError, value: Buffer.from('full') }];
  new ScriptedAc(world, { name: 'first', padr: () => ({ id: 0, tags }) });
  new ScriptedAc(world, { name: 'second', padr: () => undefined });
  new ScriptedAc(world, { name: 'third' });
  const host = new Host(world, { offerWindow: 100 }).open();
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.acName, 'third');
  assert.equal(world.sentBy('host').filter((text) => text === 'PADI').length, 1);
});

test('an access concentrator whose offer came after the first is a fallback also without an offer window', () => {
  const world = new World({ delay: 10 });
  new ScriptedAc(world, { name: 'mute', padr: () => undefined });
  const good = new ScriptedAc(world, { name: 'good' });
  world.tap = ({ from, text }) => (from === 'good' && text === 'PADO' ? 50 : undefined);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.acMac, formatMac(good.address));
});

test('an access concentrator that answers no PADR is told as no-reply', () => {
  const world = new World();
  const ac = new ScriptedAc(world, { padr: () => undefined });
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'no-reply');
  assert.equal(ac.padrs, 4);
});

test('an access concentrator is chosen by name, by address, by service', () => {
  const world = new World({ delay: 10 });
  new Ac(world, { acName: 'one', serviceNames: ['bronze'] }, 'one');
  const two = new Ac(world, { acName: 'two', serviceNames: ['silver'] }, 'two');
  new Ac(world, { acName: 'three', serviceNames: ['gold'] }, 'three');
  const chosen = (settings: ConstructorParameters<typeof Host>[1]) => {
    const host = new Host(world, settings).open();
    world.runUntil(() => host.state === 'up');
    return host.snapshot.acName;
  };
  assert.equal(chosen({ acName: 'three' }), 'three');
  assert.equal(chosen({ acAddress: two.address }), 'two');
  assert.equal(chosen({ serviceName: 'silver' }), 'two');
});

test('offers that are not what was asked for are told as such', () => {
  const world = new World({ delay: 10 });
  new Ac(world, { acName: 'one' });
  const host = new Host(world, { acName: 'another' }).open();
  world.runUntil(() => host.state === 'waiting');
  assert.equal(host.snapshot.reason?.code, 'no-offer');
  assert.match(host.snapshot.reason?.text ?? '', /none that the settings ask for/);
  assert.ok(host.progress.some((text) => /its name is not 'another'/.test(text)));
});

test('PADI is repeated with doubled time-outs, and each attempt begins from broadcast with a fresh Host-Uniq', () => {
  const world = new World();
  const host = new Host(world, { discoveryAttempts: 3, discoveryTimeout: 500 }).open();
  world.runUntil(() => host.states.filter((state) => state === 'waiting').length === 2);
  const times = world.log.filter(({ text }) => text === 'PADI').map(({ at }) => at);
  assert.deepEqual(times.slice(0, 3), [0, 500, 1_500]);
  assert.equal(times.length, 6);
  const frames = world.log.map(({ frame }) => frame.toString('hex'));
  assert.equal(new Set(frames).size, 2);
  assert.ok(frames.every((frame) => frame.startsWith('ffffffffffff')));
});

test('a Host-Uniq of the settings is used in every attempt', () => {
  const world = new World();
  const hostUniq = Buffer.from('fixed-uniq');
  const host = new Host(world, { hostUniq, discoveryAttempts: 1 }).open();
  world.runUntil(() => host.states.filter((state) => state === 'waiting').length === 3);
  assert.equal(world.log.length, 3);
  assert.ok(world.log.every(({ frame }) => frame.includes(hostUniq)));
});

test('two hosts with the same settings on one segment each get a session of their own', () => {
  const world = new World({ delay: 10 });
  const ac = new Ac(world);
  const hosts = [new Host(world, {}, 'a').open(), new Host(world, {}, 'b').open()];
  world.runUntil(() => hosts.every(({ state }) => state === 'up'));
  assert.equal(new Set(hosts.map(({ snapshot }) => snapshot.sessionId)).size, 2);
  assert.equal(new Set(hosts.map(({ snapshot }) => snapshot.localAddress)).size, 2);
  assert.equal(ac.subscribers.length, 2);
});
