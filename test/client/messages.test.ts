import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeDiscovery, encodeDiscovery } from '../../src/pppoe/discovery-packet';
import { errorOf, messagesOf } from '../../src/pppoe/tag-text';
import { CODE, TAG, type Tag } from '../../src/wire/pppoe';
import { readCapture } from '../fixtures/pcap';
import { ScriptedAc } from './scripted-ac';
import { Host } from './stations';
import { World } from './world';

const tag = (type: number, text: string): Tag => ({ type, value: Buffer.from(text) });

function padm(world: World, ac: ScriptedAc, host: Host, sessionId: number, tags: readonly Tag[]): void {
  const frame = { destination: host.address, source: ac.address, vlan: [], code: CODE.PADM, sessionId, tags };
  world.send(ac, encodeDiscovery(frame));
}

const messages = ({ events }: Host) => events.filter(({ type }) => type === 'message');

test('PADM with MOTM and HURL: received as an event, as a line of progress, and kept', () => {
  const world = new World();
  const ac = new ScriptedAc(world);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  const id = host.snapshot.sessionId ?? 0;
  padm(world, ac, host, id, [tag(TAG.motm, 'Hello\r\nfrom\u001b[1m here\0'), tag(TAG.hurl, 'http://lab.example/')]);
  world.runFor(10);
  assert.deepEqual(messages(host), [
    { type: 'message', kind: 'motm', text: 'Hello from [1m here' },
    { type: 'message', kind: 'hurl', text: 'http://lab.example/' },
  ]);
  assert.ok(host.progress.includes('Got a message for users: Hello from [1m here'));
  assert.ok(host.progress.includes('Got a URL for users: http://lab.example/'));
  assert.equal(host.snapshot.motm, 'Hello from [1m here');
  assert.equal(host.snapshot.hurl, 'http://lab.example/');
  assert.equal(host.state, 'up');
  host.act((session, now) => session.reopen(now));
  world.runUntil(() => host.states.filter((state) => state === 'up').length === 2);
  assert.equal(host.snapshot.motm, undefined, 'another session says it again');
});

test('PADM: overtaking PADS, it is received during discovery', () => {
  const world = new World();
  const ac = new ScriptedAc(world);
  const host = new Host(world);
  world.tap = ({ text }) => {
    if (text !== 'PADS') return undefined;
    padm(world, ac, host, 0x101, [tag(TAG.motm, 'early')]);
    return 50;
  };
  host.open();
  world.runUntil(() => host.state === 'requesting' && messages(host).length > 0);
  world.runUntil(() => host.state === 'up');
  assert.equal(host.snapshot.motm, 'early');
});

test('PADM of a foreign address, of another session, or without anything to say is none', () => {
  const world = new World();
  const ac = new ScriptedAc(world);
  const host = new Host(world).open();
  world.runUntil(() => host.state === 'up');
  const id = host.snapshot.sessionId ?? 0;
  const stranger = new ScriptedAc(world, { name: 'stranger', padi: () => undefined });
  padm(world, stranger, host, id, [tag(TAG.motm, 'free money')]);
  padm(world, ac, host, id + 1, [tag(TAG.motm, 'for somebody else')]);
  padm(world, ac, host, id, [tag(TAG.motm, '\0\r\n'), tag(TAG.acName, 'ac'), tag(TAG.vendorSpecific, 'x')]);
  world.runFor(10);
  assert.deepEqual(messages(host), []);
  padm(world, ac, host, 0, [tag(TAG.motm, 'for all')]);
  world.runFor(10);
  assert.equal(host.snapshot.motm, 'for all');
});

test('PADM of rp-pppoe, as captured', () => {
  const captured = readCapture('pppd-rp-pppoe-padm')
    .filter(({ bytes }) => bytes.readUInt16BE(12) === 0x8863)
    .map(({ bytes }) => decodeDiscovery(bytes))
    .filter(({ code }) => code === CODE.PADM)
    .flatMap(({ tags }) => messagesOf(tags));
  assert.deepEqual(captured.slice(0, 2), [
    { kind: 'hurl', text: 'http://lab.example/' },
    { kind: 'motm', text: 'Hello from LabAC' },
  ]);
});

test('the first error tag tells its kind', () => {
  const tags = [tag(TAG.acName, 'ac'), tag(TAG.acSystemError, 'full'), tag(TAG.genericError, 'no')];
  assert.deepEqual(errorOf(tags), { detail: 'ac-system-error', text: 'AC-System-Error: full' });
  assert.equal(errorOf([]), undefined);
});
