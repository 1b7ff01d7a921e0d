import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CapturedFrame, pcapngEnd, pcapngFrames, pcapngHeader } from '../../src/wire/pcapng';

interface Block {
  readonly type: number;
  readonly body: Buffer;
}

/** The blocks of a file, whose lengths must agree with each other. */
function blocksOf(file: Buffer): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32LE(at + 4);
    assert.equal(length % 4, 0, `block at octet ${at}`);
    assert.equal(file.readUInt32LE(at + length - 4), length, `block at octet ${at}`);
    blocks.push({ type: file.readUInt32LE(at), body: file.subarray(at + 8, at + length - 4) });
    at += length;
  }
  return blocks;
}

/** Code and value of each option, up to the end mark, which must be the last of the block. */
function optionsOf(body: Buffer, start: number): [number, Buffer][] {
  const options: [number, Buffer][] = [];
  for (let at = start; at < body.length; ) {
    const code = body.readUInt16LE(at);
    const length = body.readUInt16LE(at + 2);
    if (code === 0) {
      assert.deepEqual([length, at + 4], [0, body.length]);
      return options;
    }
    options.push([code, body.subarray(at + 4, at + 4 + length)]);
    at += 4 + length + (-length & 3);
  }
  assert.equal(options.length, 0, 'options without an end');
  return options;
}

/** 2023-11-14 22:13:20.123456 UTC. */
const TIME = 1_700_000_000_123_456;

function frame(length: number, more: Partial<CapturedFrame> = {}): CapturedFrame {
  return { time: TIME, direction: 'sent', octets: Buffer.alloc(length, 0x5a), comments: [], ...more };
}

test('a file begins with a section and its interface: Ethernet, name, address, microseconds', () => {
  const [section, described, ...more] = blocksOf(
    pcapngHeader({
      interface: 'eth1',
      address: Buffer.from('020000000001', 'hex'),
      application: 'test',
      comments: ['one', 'zwölf'],
    }),
  );
  assert.ok(section && described && more.length === 0);
  assert.deepEqual([section.type, section.body.readUInt32LE(0)], [0x0a0d0d0a, 0x1a2b3c4d]);
  assert.equal(section.body.readUInt16LE(4), 1, 'version 1.0');
  assert.equal(section.body.readBigInt64LE(8), -1n);
  assert.deepEqual(
    optionsOf(section.body, 16).map(([code, value]) => [code, value.toString()]),
    [
      [1, 'one'],
      [1, 'zwölf'],
      [4, 'test'],
    ],
  );
  assert.deepEqual([described.type, described.body.readUInt16LE(0)], [1, 1]);
  assert.deepEqual(
    optionsOf(described.body, 8).map(([code, value]) => [code, value.toString('hex')]),
    [
      [2, Buffer.from('eth1').toString('hex')],
      [6, '020000000001'],
      [9, '06'],
    ],
  );
});

test('each frame is a block with its time, whole length, direction and comments, whatever its length', () => {
  for (const length of [0, 1, 2, 3, 4, 60, 1_514]) {
    const comments = length === 60 ? ['état'] : [];
    const direction = length === 1 ? 'received' : 'sent';
    const [packet, ...more] = blocksOf(pcapngFrames([frame(length, { comments, direction })]));
    assert.ok(packet && more.length === 0);
    const { type, body } = packet;
    assert.equal(type, 6);
    assert.equal(body.readUInt32LE(4) * 2 ** 32 + body.readUInt32LE(8), TIME);
    assert.deepEqual([body.readUInt32LE(12), body.readUInt32LE(16)], [length, length]);
    assert.deepEqual(body.subarray(20, 20 + length), Buffer.alloc(length, 0x5a));
    const [[code, flags] = assert.fail(), ...rest] = optionsOf(body, 20 + length + (-length & 3));
    assert.deepEqual([code, flags.readUInt32LE()], [2, direction === 'received' ? 1 : 2]);
    assert.deepEqual(
      rest.map(([, value]) => value.toString()),
      comments,
    );
  }
});

test('a file ends with how long it took, and how many frames were seen and lost', () => {
  const [statistics] = blocksOf(pcapngEnd({ time: TIME + 5, start: TIME, received: 7, dropped: 2 }));
  assert.ok(statistics);
  assert.equal(statistics.type, 5);
  const options = optionsOf(statistics.body, 12);
  assert.deepEqual(
    options.map(([code]) => code),
    [2, 3, 4, 5],
  );
  assert.deepEqual(
    options.slice(2).map(([, value]) => value.readBigUInt64LE()),
    [7n, 2n],
  );
});

test('no frames are no octets', () => {
  assert.equal(pcapngFrames([]).length, 0);
});
