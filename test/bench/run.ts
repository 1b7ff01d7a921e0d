// npm run bench: what the data path and a login cost, as ratios to a baseline of the same run. Machines are noisy: compare
// the ratios, not the figures.
import { Bench } from 'tinybench';
import type { Demultiplexer } from '../../src/pppoe/demultiplexer';
import { SessionFrameTemplate } from '../../src/pppoe/session-frame';
import { checksum } from '../../src/wire/ip';
import { PROTOCOL } from '../../src/wire/ppp';
import { Ac, connected, Host } from '../client/stations';
import { World } from '../client/world';
import { compareThroughput, crowd } from './sidebar';

const BATCH = 64;

/** An IPv4 packet of this length, as far as the data path looks. */
function packet(length: number): Buffer {
  const octets = Buffer.alloc(length);
  octets[0] = 0x45;
  octets.writeUInt16BE(length, 2);
  return octets;
}

function dataPath(length: number) {
  const world = new World();
  world.keepLog = false;
  const { host, ac } = connected(world);
  const { sessionId = 0 } = host.snapshot;
  const template = new SessionFrameTemplate(host.address, ac.address, [], sessionId);
  const packets = Array.from({ length: BATCH }, () => packet(length));
  const frames = packets.map((octets) => template.frame(PROTOCOL.ipv4, octets));
  world.tap = () => 'drop';
  return { host, packets, frames, demultiplexer: host.demultiplexer satisfies Demultiplexer };
}

async function main(): Promise<void> {
  const bench = new Bench({ time: 500, warmupTime: 200 });
  const small = dataPath(64);
  const large = dataPath(1_492);
  let sink = 0;
  bench.add('baseline: 64 slices of 64 octets', () => {
    for (const frame of small.frames) sink += frame.subarray(22).length;
  });
  bench.add('baseline: 64 copies of 64 octets', () => {
    for (const octets of small.packets) sink += Buffer.concat([octets.subarray(0, 22), octets]).length;
  });
  bench.add('receive 64 packets of 64 octets', () => {
    small.demultiplexer.dispatch(small.frames, 0);
    small.host.packets.length = 0;
  });
  bench.add('receive 64 packets of 1492 octets', () => {
    large.demultiplexer.dispatch(large.frames, 0);
    large.host.packets.length = 0;
  });
  bench.add('send 64 packets of 64 octets', () => small.host.session.sendPackets(small.packets));
  bench.add('send 64 packets of 1492 octets', () => large.host.session.sendPackets(large.packets));
  for (const length of CHECKSUM_LENGTHS) compareChecksums(bench, length, (sum) => (sink += sum));
  bench.add('a whole login, both ends, CHAP', () => {
    const world = new World({ delay: 1 });
    world.keepLog = false;
    new Ac(world);
    const host = new Host(world).open();
    world.runUntil(() => host.state === 'up');
    sink += host.packets.length;
  });
  const sidebar = await crowd();
  bench.add('sidebar: a list of 100 sessions', () => {
    sink += sidebar.list().length;
  });
  bench.add('sidebar: details, nothing new', () => {
    sink += sidebar.nothingNew().length;
  });
  bench.add('sidebar: a whole history', () => {
    sink += sidebar.whole().length;
  });
  await bench.run();
  report(bench);
  await compareThroughput(sidebar);
  await sidebar.close();
  if (sink < 0) throw new Error('the work must not be optimised away');
}

/** A header of IP, an echo, a large packet. */
const CHECKSUM_LENGTHS = [20, 64, 1_492];

const ourChecksum = (length: number) => `our checksum of ${length} octets`;
const theirChecksum = (length: number) => `raw-socket's checksum of ${length} octets`;

/** Ours beside that of raw-socket, which is native code, where it is installed. */
function compareChecksums(bench: Bench, length: number, use: (sum: number) => void): void {
  const octets = Buffer.from(Array.from({ length }, (_, index) => (37 * index) & 0xff));
  bench.add(ourChecksum(length), () => use(checksum(octets)));
  const native = nativeChecksum();
  if (native === undefined) return;
  if (native(octets) !== checksum(octets)) throw new Error('the checksums differ');
  bench.add(theirChecksum(length), () => use(native(octets)));
}

function nativeChecksum(): ((octets: Buffer) => number) | undefined {
  try {
    return (require('raw-socket') as { createChecksum(octets: Buffer): number }).createChecksum;
  } catch {
    return undefined;
  }
}

function report(bench: Bench): void {
  const medians = bench.tasks.map((task) => {
    const { result } = task;
    return { name: task.name, median: 'latency' in result ? result.latency.p50 : Number.NaN };
  });
  const baseline = medians[0]?.median ?? Number.NaN;
  console.log('median per call, and how many times the first line');
  for (const { name, median } of medians) {
    const ratio = (median / baseline).toFixed(1).padStart(8);
    console.log(`${name.padEnd(40)} ${(median * 1_000).toFixed(1).padStart(10)} µs ${ratio} ×`);
  }
  const median = new Map(medians.map((each) => [each.name, each.median]));
  for (const length of CHECKSUM_LENGTHS) {
    const [ours, theirs] = [median.get(ourChecksum(length)), median.get(theirChecksum(length))];
    if (ours && theirs)
      console.log(`raw-socket's checksum of ${length} octets takes ${(theirs / ours).toFixed(2)} × ours`);
  }
}

void main();
