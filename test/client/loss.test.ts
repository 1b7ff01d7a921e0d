import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectOver, type Outcome, wireFor } from './loss';

const RUNS = 300;

function runs(worst: number, firstSeed: number): Outcome[] {
  return Array.from({ length: RUNS }, (_, index) => {
    const seed = firstSeed + index;
    return connectOver(seed, wireFor(seed, worst));
  });
}

test('with up to 30 % of loss, duplication, reordering and corruption every session comes up or says why not', () => {
  const outcomes = runs(0.3, 1);
  const up = outcomes.filter(({ state }) => state === 'up').length;
  assert.ok(up > RUNS * 0.5, `${up} of ${RUNS} came up at the first attempt`);
});

test('with up to 30 % of loss alone nearly every session comes up at the first attempt', () => {
  const outcomes = Array.from({ length: RUNS }, (_, index) => {
    const seed = 10_000 + index;
    return connectOver(seed, { ...wireFor(seed, 0.3), corruption: 0 });
  });
  const failed = outcomes.filter(({ state }) => state !== 'up');
  assert.ok(failed.length <= RUNS * 0.02, JSON.stringify(failed));
});

test('the same seed gives the same run', () => {
  assert.deepEqual(connectOver(42, wireFor(42, 0.3)), connectOver(42, wireFor(42, 0.3)));
});
