import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openVirtualLink, virtualSegments } from '../../src/link/virtual-segment';
import { BROADCAST } from '../../src/wire/mac-address';
import { collect, frame, linkContract, markOf } from './contract';

let drawn = 0;

function address(): Buffer {
  const octets = Buffer.from('020000000000', 'hex');
  octets.writeUInt32BE(++drawn, 2);
  return octets;
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

linkContract('virtual segment', () => {
  const name = `contract-${drawn}`;
  return { a: openVirtualLink(name, { address: address() }), b: openVirtualLink(name, { address: address() }) };
});

test('a segment begins with its first link and ends with its last', () => {
  assert.deepEqual(virtualSegments(), []);
  const [a, b] = [openVirtualLink('one', { address: address() }), openVirtualLink('one', { address: address() })];
  const c = openVirtualLink('two', { address: address() });
  assert.deepEqual(virtualSegments(), ['one', 'two']);
  a.close();
  assert.deepEqual(virtualSegments(), ['one', 'two']);
  b.close();
  b.close();
  assert.deepEqual(virtualSegments(), ['two']);
  c.close();
  assert.deepEqual(virtualSegments(), []);
});

test('a link that closes twice does not end a segment of the same name that began meanwhile', () => {
  const a = openVirtualLink('again', { address: address() });
  a.close();
  const b = openVirtualLink('again', { address: address() });
  a.close();
  assert.deepEqual(virtualSegments(), ['again']);
  b.close();
});

test('a broadcast reaches every other link of its segment, and none of another', async () => {
  const links = [1, 2, 3].map(() => openVirtualLink('many', { address: address() }));
  const elsewhere = openVirtualLink('elsewhere', { address: address() });
  const [sender, ...others] = links;
  assert.ok(sender);
  const counts = new Map(links.map((link) => [link, 0]));
  for (const link of links) {
    link.onFrames = (frames) => counts.set(link, (counts.get(link) ?? 0) + frames.length);
  }
  elsewhere.onFrames = () => assert.fail('a frame crossed over');
  sender.send([frame(BROADCAST, sender.address, 1)]);
  await turns(3);
  assert.equal(counts.get(sender), 0);
  for (const link of others) assert.equal(counts.get(link), 1);
  for (const link of [...links, elsewhere]) link.close();
});

test('two receivers of a broadcast get octets of their own', async () => {
  const links = [1, 2, 3].map(() => openVirtualLink('copies', { address: address() }));
  const [sender, ...others] = links;
  assert.ok(sender);
  const arrived = others.map((link) => collect(link, 1));
  sender.send([frame(BROADCAST, sender.address, 7)]);
  const [[one], [two]] = (await Promise.all(arrived)) as [[Buffer], [Buffer]];
  one.fill(0);
  assert.equal(markOf(two), 7);
  for (const link of links) link.close();
});

test('frames of one turn arrive as one batch', async () => {
  const [a, b] = [openVirtualLink('batch', { address: address() }), openVirtualLink('batch', { address: address() })];
  const batches: number[] = [];
  b.onFrames = (frames) => batches.push(frames.length);
  a.send([frame(b.address, a.address, 1)]);
  a.send([frame(b.address, a.address, 2), frame(b.address, a.address, 3)]);
  await turns(2);
  assert.deepEqual(batches, [3]);
  a.close();
  b.close();
});

test('what a full receiver cannot take is dropped and counted', async () => {
  const [a, b] = [openVirtualLink('full', { address: address() }), openVirtualLink('full', { address: address() })];
  const batch = Array.from({ length: 6_000 }, (_, mark) => frame(b.address, a.address, mark));
  const arrived = collect(b, 10_000);
  a.send(batch);
  a.send(batch);
  const frames = await arrived;
  assert.equal(frames.length, 10_000);
  assert.equal(b.counters.receiveDrops, 2_000);
  assert.equal(b.counters.received, 10_000);
  assert.equal(a.counters.sent, 12_000);
  a.close();
  b.close();
});

test('the MTU may be another, and VLAN tags do not count towards it', async () => {
  const options = () => ({ address: address(), mtu: 9_000 });
  const [a, b] = [openVirtualLink('jumbo', options()), openVirtualLink('jumbo', options())];
  const arrived = collect(b, 2);
  a.send([
    frame(b.address, a.address, 1, 9_014),
    frame(b.address, a.address, 2, 9_015),
    frame(b.address, a.address, 3, 9_014, [
      [0x88a8, 1],
      [0x8100, 2],
    ]),
    Buffer.alloc(13),
  ]);
  assert.deepEqual(
    (await arrived).map(({ length }) => length),
    [9_014, 9_022],
  );
  assert.equal(a.counters.sendDrops, 2);
  a.close();
  b.close();
});
