import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PacketQueue } from '../../src/runtime/packet-queue';
import { turns } from './fake-clock';

const packets = (count: number, first = 0) => Array.from({ length: count }, (_, index) => numbered(first + index));

function numbered(number: number): Buffer {
  const packet = Buffer.alloc(4);
  packet.writeUInt32BE(number);
  return packet;
}

const numbers = (batch: readonly Buffer[]) => batch.map((packet) => packet.readUInt32BE());

test('packets that nobody has claimed are counted and not kept', async () => {
  const queue = new PacketQueue(10);
  queue.push(packets(3));
  assert.deepEqual([queue.length, queue.unclaimed, queue.dropped], [0, 3, 0]);
  const taken: Buffer[] = [];
  queue.claim((batch) => taken.push(...batch));
  await turns();
  assert.deepEqual(taken, []);
});

test('a consumer gets packets in order, at most 32 in a turn, and never inside push', async () => {
  const queue = new PacketQueue(1_000);
  const batches: (readonly Buffer[])[] = [];
  queue.claim((batch) => batches.push(batch));
  queue.push(packets(50));
  queue.push(packets(50, 50));
  assert.deepEqual(batches, []);
  for (let turn = 1; turn <= 4; turn++) {
    await turns(1);
    assert.equal(batches.length, turn);
  }
  await turns();
  assert.deepEqual(
    batches.map(({ length }) => length),
    [32, 32, 32, 4],
  );
  assert.deepEqual(
    batches.flatMap(numbers),
    Array.from({ length: 100 }, (_, index) => index),
  );
});

test('what exceeds the limit is dropped and counted, the older packets stay', async () => {
  const queue = new PacketQueue(40);
  const taken: Buffer[] = [];
  queue.claim((batch) => taken.push(...batch));
  queue.push(packets(30));
  queue.push(packets(30, 30));
  queue.push(packets(5, 60));
  assert.deepEqual([queue.length, queue.dropped], [40, 25]);
  await turns();
  assert.deepEqual(
    numbers(taken),
    Array.from({ length: 40 }, (_, index) => index),
  );
  queue.push(packets(40, 100));
  assert.deepEqual([queue.length, queue.dropped], [40, 25]);
});

test('each consumer gets every packet', async () => {
  const queue = new PacketQueue(100);
  const [one, two]: [Buffer[], Buffer[]] = [[], []];
  queue.claim((batch) => one.push(...batch));
  queue.claim((batch) => two.push(...batch));
  queue.push(packets(40));
  await turns();
  assert.deepEqual(numbers(one), numbers(packets(40)));
  assert.deepEqual(one, two);
});

test('a claim that is lifted for a moment lets packets wait for the next consumer', async () => {
  const queue = new PacketQueue(10);
  const taken: Buffer[] = [];
  const before = (batch: readonly Buffer[]) => taken.push(...batch);
  queue.claim(before);
  queue.push(packets(3));
  queue.release(before, true);
  queue.push(packets(3, 3));
  await turns();
  assert.deepEqual([taken.length, queue.length, queue.unclaimed], [0, 6, 0]);
  queue.push(packets(6, 6));
  assert.deepEqual([queue.length, queue.dropped], [10, 2]);
  const after: Buffer[] = [];
  queue.claim((batch) => after.push(...batch));
  await turns();
  assert.deepEqual(numbers(after), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a claim that is lifted for good throws away what waits, and what comes is unclaimed', async () => {
  const queue = new PacketQueue(10);
  const taken: Buffer[] = [];
  const consumer = (batch: readonly Buffer[]) => taken.push(...batch);
  queue.claim(consumer);
  queue.push(packets(3));
  queue.release(consumer, false);
  assert.equal(queue.length, 0);
  queue.push(packets(2));
  await turns();
  assert.deepEqual([taken.length, queue.length, queue.unclaimed], [0, 0, 2]);
});

test('as long as one of two consumers stays, nothing is lost', async () => {
  const queue = new PacketQueue(10);
  const taken: Buffer[] = [];
  const other = () => {};
  queue.claim((batch) => taken.push(...batch));
  queue.claim(other);
  queue.push(packets(3));
  queue.release(other, false);
  await turns();
  assert.equal(taken.length, 3);
});

test('take by hand gives the oldest first, and clear all away', () => {
  const queue = new PacketQueue(10);
  const consumer = () => {};
  queue.claim(consumer);
  queue.push(packets(5));
  assert.deepEqual(numbers(queue.take(2)), [0, 1]);
  assert.deepEqual(numbers(queue.take(10)), [2, 3, 4]);
  assert.deepEqual(queue.take(1), []);
  queue.push(packets(5));
  queue.clear();
  assert.equal(queue.length, 0);
});

test('a consumer may push, release itself and claim again from within its call', async () => {
  const queue = new PacketQueue(100);
  const taken: number[] = [];
  const consumer = (batch: readonly Buffer[]) => {
    taken.push(...numbers(batch));
    if (taken.length === 1) {
      queue.push(packets(1, 1));
      queue.release(consumer, true);
      queue.push(packets(1, 2));
      queue.claim(consumer);
    }
  };
  queue.claim(consumer);
  queue.push(packets(1));
  await turns();
  assert.deepEqual(taken, [0, 1, 2]);
});

test('whatever is pushed: delivered, waiting, dropped and unclaimed are all that there was', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(60), { maxLength: 20 }),
      fc.integer({ min: 1, max: 80 }),
      async (counts, limit) => {
        const queue = new PacketQueue(limit);
        let delivered = 0;
        let claimed = false;
        const consumer = (batch: readonly Buffer[]) => {
          delivered += batch.length;
        };
        for (const [index, count] of counts.entries()) {
          if (index % 5 === 2) queue.claim(consumer);
          claimed ||= index % 5 === 2;
          if (index % 5 === 4) queue.release(consumer, true);
          queue.push(packets(count));
          assert.ok(queue.length <= limit);
          if (index % 3 === 0) await turns(1);
        }
        await turns(1);
        const total = counts.reduce((sum, count) => sum + count, 0);
        assert.equal(delivered + queue.length + queue.dropped + queue.unclaimed, total);
        assert.ok(claimed || queue.unclaimed === total);
      },
    ),
    { numRuns: 50 },
  );
});
