// What a packet socket receives and sends; see native-namespace.ts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { countedTagOctets } from '../../src/link/link';
import { BROADCAST } from '../../src/wire/mac-address';
import { collect, frame, markOf } from './contract';
import { ip, makeVeth, open } from './native-veth';

const LIMIT = { timeout: 10_000 };
const OWN = Buffer.from('02005e100001', 'hex');
const STRANGER = Buffer.from('02005e0000ff', 'hex');

/** An Ethernet frame of another type than PPPoE's. */
function frameOfType(type: number, to: Buffer, from: Buffer, mark: number): Buffer {
  const made = frame(to, from, mark);
  made.writeUInt16BE(type, 12);
  return made;
}

test(
  'two tags of any order, also with a TPID that the kernel does not know, arrive as they were sent',
  LIMIT,
  async (t) => {
    const [x, y] = makeVeth(t);
    const [a, b] = [open(t, { interface: x }), open(t, { interface: y })];
    const pairs: [number, number][][] = [
      [[0x9100, 5]],
      [
        [0x8100, 0xe123],
        [0x9100, 5],
      ],
      [
        [0x88a8, 1],
        [0x88a8, 2],
      ],
    ];
    const sent = pairs.map((tags, mark) => frame(b.address, a.address, mark, 1400, tags));
    const arrived = collect(b, sent.length);
    a.send(sent);
    assert.deepEqual(await arrived, sent);
  },
);

test('a tagged frame of the whole MTU arrives', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y })];
  const sent = frame(b.address, a.address, 1, 14 + a.mtu, [[0x8100, 7]]);
  const arrived = collect(b, 1);
  a.send([sent]);
  assert.deepEqual(await arrived, [sent]);
});

test('two tags of TPIDs that only the settings know arrive as they were sent', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  const tpids = [0x9999, 0xabcd];
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y, tpids })];
  const usual = open(t, { interface: y });
  const pairs: [number, number][][] = [
    [[0x9999, 5]],
    [
      [0x9999, 5],
      [0xabcd, 0xe007],
    ],
    [
      [0x8100, 1],
      [0x9999, 2],
    ],
  ];
  const sent = pairs.map((tags, mark) => frame(b.address, a.address, mark, 1400, tags));
  const untagged = frame(b.address, a.address, 9);
  const [arrived, only] = [collect(b, sent.length + 1), collect(usual, 1)];
  a.send([...sent, untagged]);
  assert.deepEqual(await arrived, [...sent, untagged]);
  assert.deepEqual(await only, [untagged]);
});

test('a frame of the whole MTU has room for one tag of 802.1Q; others count towards it', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y })];
  const places: readonly [number, number][][] = [
    [],
    [[0x8100, 7]],
    [[0x88a8, 7]],
    [
      [0x88a8, 7],
      [0x8100, 8],
    ],
    [
      [0x8100, 7],
      [0x8100, 8],
    ],
  ];
  for (const [mark, tags] of places.entries()) {
    const counted = countedTagOctets(tags.map(([tpid, vid]) => ({ tpid, vid, pcp: 0, dei: false })));
    const largest = frame(b.address, a.address, mark, 14 + a.mtu - counted, tags);
    const { sent } = a.counters;
    const arrived = collect(b, 1);
    a.send([frame(b.address, a.address, mark, 15 + a.mtu - counted, tags), largest]);
    assert.deepEqual(await arrived, [largest]);
    assert.equal(a.counters.sent, sent + 1, `one octet more is refused: ${tags}`);
  }
});

test('only the Ethernet types asked for arrive', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  const a = open(t, { interface: x });
  const [pppoe, other] = [open(t, { interface: y }), open(t, { interface: y, etherTypes: [0x88b5, 0x88b6] })];
  const [toPppoe, toOther] = [collect(pppoe, 2), collect(other, 2)];
  const types = [0x0800, 0x8863, 0x88b5, 0x8864, 0x86dd, 0x88b6];
  a.send(types.map((type, mark) => frameOfType(type, pppoe.address, a.address, mark)));
  assert.deepEqual((await toPppoe).map(markOf), [1, 3]);
  assert.deepEqual((await toOther).map(markOf), [2, 5]);
});

test('frames arrive while the interface is in a bridge', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  ip('link add name bridge0 type bridge');
  t.after(() => ip('link delete bridge0'));
  ip('link set bridge0 up');
  ip(`link set ${y} master bridge0`);
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y })];
  const arrived = collect(b, 1);
  a.send([frame(BROADCAST, a.address, 9)]);
  assert.deepEqual((await arrived).map(markOf), [9]);
});

test(
  "an address of one's own gets its frames and broadcasts, not those of the interface or of others",
  LIMIT,
  async (t) => {
    const [x, y] = makeVeth(t);
    const a = open(t, { interface: x });
    const [plain, own] = [open(t, { interface: y }), open(t, { interface: y, address: OWN })];
    assert.deepEqual(own.address, OWN);
    const [toPlain, toOwn] = [collect(plain, 2), collect(own, 2)];
    const to = [plain.address, STRANGER, OWN, BROADCAST];
    a.send(to.map((address, mark) => frame(address, a.address, mark)));
    assert.deepEqual((await toOwn).map(markOf), [2, 3]);
    assert.deepEqual((await toPlain).map(markOf), [0, 3]);
  },
);

test('a promiscuous socket receives the frames to every address', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y, promiscuous: true })];
  const arrived = collect(b, 3);
  a.send([STRANGER, b.address, BROADCAST].map((address, mark) => frame(address, a.address, mark)));
  assert.deepEqual((await arrived).map(markOf), [0, 1, 2]);
});

test('the MTU is the present one, and jumbo frames arrive', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y })];
  assert.equal(a.mtu, 1500);
  ip(`link set ${y} mtu 9000`);
  ip(`link set ${x} mtu 9000`);
  while (Number(a.mtu) !== 9000) await new Promise((resolve) => setImmediate(resolve));
  const sent = frame(b.address, a.address, 1, 9014);
  const arrived = collect(b, 1);
  a.send([sent]);
  assert.deepEqual(await arrived, [sent]);
});

test('a frame that is longer than any packet of PPPoE is counted as a drop', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  for (const name of [x, y]) ip(`link set ${name} mtu 20000`);
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y })];
  const arrived = collect(b, 1);
  a.send([frame(b.address, a.address, 1, 20_000), frame(b.address, a.address, 2)]);
  assert.deepEqual((await arrived).map(markOf), [2]);
  assert.equal(b.counters.receiveDrops, 1);
});

test('a flood of 100,000 frames arrives, or is counted', { timeout: 20_000 }, async (t) => {
  const [x, y] = makeVeth(t);
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y })];
  let [received, next] = [0, 0];
  const last = new Promise<void>((resolve) => {
    b.onFrames = (frames) => {
      for (const one of frames) {
        assert.ok(markOf(one) >= next, 'in order');
        next = markOf(one) + 1;
      }
      received += frames.length;
      if (next === 100_001) resolve();
    };
  });
  const began = process.hrtime.bigint();
  for (let sent = 0; sent < 100_000; sent += 500) {
    a.send(Array.from({ length: 500 }, (_, i) => frame(b.address, a.address, sent + i)));
    // Bursts of 20,000: more than the socket's buffer holds, so that the kernel has to drop some.
    if (sent % 20_000 === 19_500) await new Promise((resolve) => setImmediate(resolve));
  }
  // Frames already waiting are taken before the last one is sent, which therefore has room.
  while (b.counters.received + b.counters.receiveDrops < a.counters.sent) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  a.send([frame(b.address, a.address, 100_000)]);
  await last;
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  t.diagnostic(`${received} received, ${b.counters.receiveDrops} dropped, in ${seconds.toFixed(2)} s`);
  assert.equal(a.counters.sent, 100_001);
  assert.equal(b.counters.received, received);
  assert.equal(b.counters.received + b.counters.receiveDrops, 100_001);
});

test('a full queue refuses frames without an exception', LIMIT, async (t) => {
  const [x, y] = makeVeth(t);
  ip(`link set ${x} txqueuelen 10`);
  const tbf = ['qdisc', 'add', 'dev', x, 'root', 'tbf', 'rate', '64kbit', 'burst', '2000', 'limit', '3000'];
  execFileSync('tc', tbf);
  const [a, b] = [open(t, { interface: x }), open(t, { interface: y })];
  a.send(Array.from({ length: 300 }, (_, mark) => frame(b.address, a.address, mark, 1514)));
  const { sent, sendDrops } = a.counters;
  assert.equal(sent + sendDrops, 300);
  assert.ok(sendDrops > 200, `${sendDrops} of 300 refused`);
});
