import { pppoeOffset } from '../../src/pppoe/session-frame';
import type { Prng } from '../client/prng';

/** Lengths and other numbers at which decoders break. */
const EDGES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 0x7f, 0x80, 0xfe, 0xff, 0x100, 0x5d4, 0x7fff, 0x8000, 0xfffe, 0xffff];

type Mutation = (frame: Buffer, random: Prng, other: Buffer) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  setOctets,
  setEdge,
  truncate,
  extend,
  splice,
  repeatPart,
  removePart,
  changeLength,
  changeItem,
];

/** One to four mutations of a frame, which stays as it is; `other` lends octets. */
export function mutate(frame: Buffer, random: Prng, other: Buffer): Buffer {
  let result: Buffer = Buffer.from(frame);
  for (let count = 1 + random.below(4); count > 0 && result.length > 0; count--) {
    result = random.pick(MUTATIONS)(result, random, other);
  }
  return result;
}

function flipBits(frame: Buffer, random: Prng): Buffer {
  for (let count = 1 + random.below(8); count > 0; count--) {
    const at = random.below(frame.length);
    frame[at] = (frame[at] as number) ^ (1 << random.below(8));
  }
  return frame;
}

function setOctets(frame: Buffer, random: Prng): Buffer {
  for (let count = 1 + random.below(4); count > 0; count--) frame[random.below(frame.length)] = random.below(256);
  return frame;
}

/** A number at an edge, anywhere, one octet or two. */
function setEdge(frame: Buffer, random: Prng): Buffer {
  const value = random.pick(EDGES);
  const at = random.below(frame.length);
  if (value < 0x100 && random.chance(0.5)) frame[at] = value;
  else if (at + 2 <= frame.length) frame.writeUInt16BE(value, at);
  return frame;
}

function truncate(frame: Buffer, random: Prng): Buffer {
  return frame.subarray(0, random.below(frame.length + 1));
}

function extend(frame: Buffer, random: Prng): Buffer {
  return Buffer.concat([frame, random.octets(random.below(64))]);
}

function splice(frame: Buffer, random: Prng, other: Buffer): Buffer {
  return Buffer.concat([frame.subarray(0, random.below(frame.length)), other.subarray(random.below(other.length + 1))]);
}

function repeatPart(frame: Buffer, random: Prng): Buffer {
  const start = random.below(frame.length);
  const end = start + random.below(Math.min(40, frame.length - start) + 1);
  const times = 1 + random.below(random.chance(0.1) ? 40 : 3);
  const part = frame.subarray(start, end);
  const parts = Array.from({ length: times }, () => part);
  return Buffer.concat([frame.subarray(0, end), ...parts, frame.subarray(end)]).subarray(0, 4_000);
}

function removePart(frame: Buffer, random: Prng): Buffer {
  const start = random.below(frame.length);
  return Buffer.concat([frame.subarray(0, start), frame.subarray(start + random.below(20))]);
}

/** One of the two length fields that nearly every frame has: PPPoE's, or that of the control packet inside. */
function changeLength(frame: Buffer, random: Prng): Buffer {
  const at = pppoeOffset(frame) + random.pick([4, 10]);
  if (at < 14 || at + 2 > frame.length) return frame;
  const near = frame.readUInt16BE(at) + random.below(9) - 4;
  frame.writeUInt16BE((random.chance(0.5) ? near : random.pick(EDGES)) & 0xffff, at);
  return frame;
}

/** The type or the length of some tag (two octets each) or option (one each). */
function changeItem(frame: Buffer, random: Prng): Buffer {
  const start = pppoeOffset(frame);
  if (start < 0) return frame;
  const discovery = frame[start - 1] === 0x63;
  let at = start + (discovery ? 6 : 12);
  const header = discovery ? 4 : 2;
  for (let steps = random.below(5); steps > 0 && at + header <= frame.length; steps--) {
    const length = discovery ? 4 + frame.readUInt16BE(at + 2) : (frame[at + 1] as number);
    if (length < header || at + length + header > frame.length) break;
    at += length;
  }
  if (at + header > frame.length) return frame;
  const field = random.below(2);
  if (discovery)
    frame.writeUInt16BE(
      random.pick([0x101, 0x102, 0x103, 0x104, 0x110, 0x120, 0x201, 0x203, ...EDGES]),
      at + 2 * field,
    );
  else frame[at + field] = random.pick(EDGES) & 0xff;
  return frame;
}
