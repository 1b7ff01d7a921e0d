import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { virtualSegments } from '../../src/link/virtual-segment';
import { Capture, type CaptureOptions } from '../../src/runtime/capture';
import { FrameRing } from '../../src/runtime/frame-ring';
import { PppoeConcentrator } from '../../src/runtime/pppoe-concentrator';
import { PppoeSession } from '../../src/runtime/pppoe-session';
import { describeFrame } from '../../src/wire/describe/frame';
import { type CapturedFrame, pcapngFrames } from '../../src/wire/pcapng';
import { ping } from '../client/packets';
import { selectIn } from '../lab/capture';
import { skipWithout } from '../lab/requirements';
import { until } from './fake-clock';

const LIMIT = { timeout: 20_000 };
const SECRET = 'Kn0w-Nobody';
const VLAN = [{ tpid: 0x8100, vid: 7, pcp: 0, dei: false }];

after(() => assert.deepEqual(virtualSegments(), []));

/** What a session logs in with PAP, pings once, and ends; `capture` begins before it and is closed after it. */
async function captured(
  name: string,
  options: Partial<CaptureOptions>,
  look: (capture: Capture) => void = () => {},
): Promise<Capture> {
  const segment = { interface: `virtual:${name}`, ...(options.vlan ? { vlan: options.vlan } : {}) };
  const accounts = [{ username: 'test', password: SECRET }];
  const concentrator = new PppoeConcentrator({ ...segment, accounts, authentication: ['pap'] });
  const capture = new Capture({ ...segment, ...options });
  const session = new PppoeSession({ ...segment, username: 'test', password: SECRET });
  try {
    look(capture);
    session.on('state', (state) => capture.comment(`state: ${state}`));
    session.connect();
    await session.connected(5_000);
    let replied = false;
    session.packets.claim(() => {
      replied = true;
    });
    session.send([ping('10.64.0.2', '10.64.0.1')]);
    await until(() => replied);
  } finally {
    await session.close(2_000);
    capture.close();
    await concentrator.close();
  }
  return capture;
}

/** Everything that a capture tells until it is closed. */
async function framesOf(name: string, options: Partial<CaptureOptions> = {}): Promise<CapturedFrame[]> {
  const frames: CapturedFrame[] = [];
  await captured(name, options, (capture) => capture.on('frames', (batch) => frames.push(...batch)));
  return frames;
}

const wordsOf = (frames: readonly CapturedFrame[]) =>
  frames.map(({ octets }) => {
    const { protocol, code } = describeFrame(octets);
    return `${protocol} ${code}`.trim();
  });

test('a capture has discovery, negotiation, data and end, in order and in both directions', LIMIT, async () => {
  const frames = await framesOf('capture-a');
  const words = wordsOf(frames);
  assert.deepEqual(words.slice(0, 4), ['PPPoE PADI', 'PPPoE PADO', 'PPPoE PADR', 'PPPoE PADS']);
  assert.deepEqual(
    frames.slice(0, 4).map(({ direction }) => direction),
    ['sent', 'received', 'sent', 'received'],
  );
  for (const word of [
    'LCP Configure-Request',
    'PAP Authenticate-Request',
    'IPCP Configure-Ack',
    'IPv4',
    'PPPoE PADT',
  ]) {
    assert.ok(words.includes(word), `${word} in ${words.join(', ')}`);
  }
  assert.equal(words.filter((word) => word === 'IPv4').length, 2);
  const times = frames.map(({ time }) => time);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
  assert.ok(Math.abs((times[0] ?? 0) / 1_000 - Date.now()) < 60_000);
});

test('secrets are masked unless they are to be kept', LIMIT, async () => {
  const said = async (options: Partial<CaptureOptions>) =>
    Buffer.concat((await framesOf('capture-b', options)).map(({ octets }) => octets)).includes(SECRET);
  assert.equal(await said({}), false);
  assert.equal(await said({ secrets: 'kept' }), true);
});

test('a filter leaves control frames, or data', LIMIT, async () => {
  const control = wordsOf(await framesOf('capture-c', { filter: 'control' }));
  assert.ok(control.includes('PPPoE PADI') && control.includes('LCP Configure-Request'), control.join(', '));
  assert.ok(!control.includes('IPv4'));
  const data = wordsOf(await framesOf('capture-c', { filter: 'data' }));
  assert.deepEqual(data.filter((word) => word === 'IPv4').length, 2);
  assert.ok(
    data.every((word) => word === 'IPv4' || word === 'IPv6'),
    data.join(', '),
  );
});

test('a capture is not changed by what flows do with their packets', LIMIT, async () => {
  const capture = new Capture({ interface: 'virtual:capture-d', keep: 100 });
  const concentrator = new PppoeConcentrator({ interface: 'virtual:capture-d', authentication: [] });
  const session = new PppoeSession({ interface: 'virtual:capture-d' });
  session.connect();
  await session.connected(5_000);
  let spoilt = 0;
  session.packets.claim((packets) => {
    for (const packet of packets) packet.fill(0);
    spoilt += packets.length;
  });
  session.send([ping('10.64.0.2', '10.64.0.1')]);
  await until(() => spoilt === 1);
  const reply = capture.recent.findLast(({ direction }) => direction === 'received');
  assert.equal(describeFrame(reply?.octets ?? Buffer.alloc(0)).options[0]?.value, '10.64.0.1');
  await session.close(2_000);
  capture.close();
  await concentrator.close();
});

for (const [what, options] of [
  ['a capture', {}],
  ['a capture with one VLAN', { vlan: VLAN }],
  ['a capture of control frames', { filter: 'control' }],
  ['a capture with its secrets', { secrets: 'kept' }],
] as const) {
  test(`tshark reads ${what} without complaint`, { ...LIMIT, skip: skipWithout('tshark') }, async () => {
    const blocks: Buffer[] = [];
    const capture = await captured('capture-e', options, (begun) => {
      blocks.push(begun.header(['made by a test']));
      begun.on('frames', (frames) => blocks.push(pcapngFrames(frames)));
    });
    blocks.push(capture.end());
    const file = Buffer.concat(blocks);
    const all = await selectIn(file, 'frame');
    const padi = await selectIn(file, 'pppoe.code == 0x09 && frame.interface_name == "virtual:capture-e"');
    assert.equal(padi.length, 1, all.join('\n'));
    const icmp = await selectIn(file, 'pppoes && ppp && icmp');
    assert.equal(icmp.length, 'filter' in options ? 0 : 2, all.join('\n'));
    assert.equal((await selectIn(file, 'frame.comment == "state: up"')).length, 1);
    assert.ok((await selectIn(file, 'frame.packet_flags_direction == 1')).length > 5);
    assert.ok(all.length > 10);
  });
}

test('what is kept are the last frames, as a whole file', LIMIT, async () => {
  const kept = await captured('capture-f', { keep: 5 });
  assert.equal(kept.kept, 5);
  assert.ok(kept.count > 10);
  assert.equal(wordsOf(kept.recent).at(-1), 'PPPoE PADT');
  assert.equal(kept.file().readUInt32LE(0), 0x0a0d0d0a);
});

test('a ring keeps the newest in order, and no more than it may', () => {
  const ring = new FrameRing(3);
  for (let time = 1; time <= 5_000; time++) {
    ring.push({ time, direction: 'sent', octets: Buffer.alloc(1), comments: [] });
  }
  assert.deepEqual(
    ring.frames.map(({ time }) => time),
    [4_998, 4_999, 5_000],
  );
  ring.clear();
  assert.deepEqual([ring.length, ring.frames], [0, []]);
});

test('a capture of an interface that is not there says so, and impossible options are refused', () => {
  assert.throws(() => new Capture({ interface: 'no-such-if0' }), { name: 'PppoeError' });
  assert.throws(() => new Capture({ interface: 'virtual:capture-g', keep: -1 }), RangeError);
});
