import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeDiscovery } from '../../src/pppoe/discovery-packet';
import { SessionFrameTemplate } from '../../src/pppoe/session-frame';
import { CODE } from '../../src/wire/pppoe';
import { AC, Bench, HOST } from './bench';

const stray = (id: number, source = HOST) =>
  new SessionFrameTemplate(AC, source, [], id).frame(0x0021, Buffer.alloc(20));
const padts = ({ sent }: Bench) => sent.map((frame) => decodeDiscovery(frame)).filter(({ code }) => code === CODE.PADT);

test('session frames for an id that is not ours: PADT back to their sender', () => {
  const bench = new Bench();
  bench.concentrator.handle({ type: 'frames', frames: [stray(9)] }, bench.now);
  const [padt, ...others] = padts(bench);
  assert.equal(others.length, 0);
  assert.deepEqual([padt?.destination, padt?.source, padt?.sessionId], [HOST, AC, 9]);
  assert.equal(bench.concentrator.counters.strays, 1);
});

test('session frames for an id that is not ours: the rate is limited, and group addresses get nothing', () => {
  const bench = new Bench();
  const frames = Array.from({ length: 500 }, (_, index) => stray(1 + index));
  bench.concentrator.handle({ type: 'frames', frames }, bench.now);
  assert.equal(padts(bench).length, 10);
  bench.concentrator.handle({ type: 'frames', frames }, bench.now + 1_000);
  assert.equal(padts(bench).length, 20);
  const quiet = new Bench();
  quiet.concentrator.handle({ type: 'frames', frames: [stray(9, Buffer.alloc(6, 0xff))] }, quiet.now);
  assert.deepEqual(padts(quiet), []);
});
