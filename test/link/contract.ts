import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Link } from '../../src/link/link';
import { BROADCAST } from '../../src/wire/mac-address';

/** Two open links on one segment. */
export interface LinkPair {
  readonly a: Link;
  readonly b: Link;
}

const TIME_LIMIT = { timeout: 5000 };

/** A PPPoE session frame of at least 60 octets that says `mark`, optionally behind VLAN tags (TPID, TCI). */
export function frame(
  to: Buffer,
  from: Buffer,
  mark: number,
  octets = 60,
  tags: readonly [number, number][] = [],
): Buffer {
  const header = Buffer.alloc(14 + 4 * tags.length);
  to.copy(header, 0);
  from.copy(header, 6);
  tags.forEach(([tpid, tci], index) => {
    header.writeUInt16BE(tpid, 12 + 4 * index);
    header.writeUInt16BE(tci, 14 + 4 * index);
  });
  header.writeUInt16BE(0x8864, header.length - 2);
  const payload = Buffer.alloc(Math.max(octets - 14, 46), mark & 0xff);
  payload.writeUInt32BE(mark, 0);
  return Buffer.concat([header, payload]);
}

/** What every link counts; a tunnel counts more. */
function frameCounters({ counters: { received, sent, receiveDrops, sendDrops } }: Link) {
  return { received, sent, receiveDrops, sendDrops };
}

/** The `mark` that `frame` wrote into an untagged frame. */
export function markOf(received: Buffer): number {
  return received.readUInt32BE(14);
}

/** Resolves with the first `count` frames that the link receives. Replaces its `onFrames`. */
export function collect(link: Link, count: number): Promise<Buffer[]> {
  const frames: Buffer[] = [];
  return new Promise((resolve) => {
    link.onFrames = (batch) => {
      frames.push(...batch);
      if (frames.length >= count) resolve(frames);
    };
  });
}

/**
 * Registers the tests that every kind of Link passes.
 *
 * @param name what the tests are called after.
 * @param makePair opens two links on a segment of their own; what else it made, it undoes with `t.after`.
 */
export function linkContract(name: string, makePair: (t: TestContext) => LinkPair | Promise<LinkPair>): void {
  const check = (what: string, run: (pair: LinkPair) => Promise<void> | void) =>
    test(`${name}: ${what}`, TIME_LIMIT, async (t) => {
      const pair = await makePair(t);
      try {
        await run(pair);
      } finally {
        pair.a.close();
        pair.b.close();
      }
    });
  describesItself(check);
  carriesFrames(check);
  counts(check);
  closes(check);
}

type Check = (what: string, run: (pair: LinkPair) => Promise<void> | void) => void;

function describesItself(check: Check): void {
  check('has an individual address, an MTU, and counters at zero', ({ a, b }) => {
    for (const link of [a, b]) {
      assert.equal(link.address.length, 6);
      assert.equal((link.address[0] ?? 1) & 1, 0);
      assert.ok(link.mtu >= 1280, `MTU ${link.mtu}`);
      assert.deepEqual(frameCounters(link), { received: 0, sent: 0, receiveDrops: 0, sendDrops: 0 });
    }
    assert.notDeepEqual(a.address, b.address);
  });
}

function carriesFrames(check: Check): void {
  check('delivers frames octet for octet and in order', async ({ a, b }) => {
    const sent = Array.from({ length: 200 }, (_, mark) => frame(b.address, a.address, mark, 60 + mark * 7));
    const arrived = collect(b, sent.length);
    a.send(sent);
    assert.deepEqual(await arrived, sent);
  });

  check('delivers both ways', async ({ a, b }) => {
    const [toA, toB] = [collect(a, 1), collect(b, 1)];
    a.send([frame(b.address, a.address, 1)]);
    b.send([frame(a.address, b.address, 2)]);
    assert.deepEqual((await toA).map(markOf), [2]);
    assert.deepEqual((await toB).map(markOf), [1]);
  });

  check('delivers broadcasts, but no frame to another address', async ({ a, b }) => {
    const arrived = collect(b, 2);
    const stranger = Buffer.from('02005e0000ff', 'hex');
    a.send([frame(BROADCAST, a.address, 1), frame(stranger, a.address, 2), frame(b.address, a.address, 3)]);
    assert.deepEqual((await arrived).map(markOf), [1, 3]);
  });

  check('does not deliver its own frames back', async ({ a, b }) => {
    const [toA, toB] = [collect(a, 1), collect(b, 1)];
    a.send([frame(BROADCAST, a.address, 1)]);
    await toB;
    b.send([frame(a.address, b.address, 2)]);
    assert.deepEqual((await toA).map(markOf), [2]);
  });

  check('keeps VLAN tags, one or two', async ({ a, b }) => {
    const sent = [
      frame(b.address, a.address, 1, 60, [[0x8100, 0x6007]]),
      frame(b.address, a.address, 2, 60, [[0x88a8, 100]]),
      frame(b.address, a.address, 3, 60, [
        [0x88a8, 100],
        [0x8100, 7],
      ]),
      frame(b.address, a.address, 4, 60, [
        [0x8100, 0],
        [0x8100, 4094],
      ]),
    ];
    const arrived = collect(b, sent.length);
    a.send(sent);
    assert.deepEqual(await arrived, sent);
  });

  check('calls nobody back inside send', async ({ a, b }) => {
    let sending = true;
    const arrived = new Promise<boolean>((resolve) => {
      b.onFrames = () => resolve(sending);
    });
    a.send([frame(b.address, a.address, 1)]);
    sending = false;
    assert.equal(await arrived, false);
  });

  check('gives each received frame to its receiver', async ({ a, b }) => {
    const sent = [frame(b.address, a.address, 1), frame(b.address, a.address, 2)];
    const copies = sent.map((one) => Buffer.from(one));
    const arrived = collect(b, 2);
    a.send(sent);
    const [first, second] = await arrived;
    first?.fill(0xee);
    assert.deepEqual(second, copies[1]);
    assert.deepEqual(sent, copies);
  });
}

function counts(check: Check): void {
  check('takes a frame of the whole MTU, counts a longer one, and sends what follows it', async ({ a, b }) => {
    const whole = frame(b.address, a.address, 1, 14 + a.mtu);
    const longer = frame(b.address, a.address, 2, 14 + a.mtu + 1);
    const arrived = collect(b, 2);
    a.send([whole, longer, frame(b.address, a.address, 3)]);
    assert.deepEqual((await arrived).map(markOf), [1, 3]);
    assert.equal(a.counters.sent, 2);
    assert.equal(a.counters.sendDrops, 1);
  });

  check('counts what it sends and receives', async ({ a, b }) => {
    const arrived = collect(b, 150);
    a.send([]);
    a.send(Array.from({ length: 150 }, (_, mark) => frame(b.address, a.address, mark)));
    await arrived;
    assert.deepEqual(frameCounters(a), { received: 0, sent: 150, receiveDrops: 0, sendDrops: 0 });
    assert.deepEqual(frameCounters(b), { received: 150, sent: 0, receiveDrops: 0, sendDrops: 0 });
  });
}

function closes(check: Check): void {
  check('takes no frames once closed, and closes twice without harm', ({ a, b }) => {
    a.close();
    a.close();
    a.send([frame(b.address, a.address, 1)]);
    assert.equal(a.counters.sent, 0);
    assert.equal(a.counters.sendDrops, 1);
  });

  check('delivers nothing once closed', async ({ a, b }) => {
    const calls: string[] = [];
    b.onFrames = () => calls.push('frames');
    b.onDown = () => calls.push('down');
    a.send([frame(b.address, a.address, 1)]);
    b.close();
    a.send([frame(b.address, a.address, 2)]);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(calls, []);
  });

  check('may be closed from its own callback', async ({ a, b }) => {
    const seen: number[] = [];
    const closed = new Promise<void>((resolve) => {
      b.onFrames = (batch) => {
        seen.push(...batch.map(markOf));
        b.close();
        resolve();
      };
    });
    a.send([frame(b.address, a.address, 1)]);
    await closed;
    a.send([frame(b.address, a.address, 2)]);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(seen, [1]);
  });
}
