import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from './frames';
import { fuzzTunnels } from './tunnels';

test('50,000 random and mutated frames in every state do neither engine any harm', () => {
  const report = fuzz(50_000, 20_260_101);
  assert.ok(report.frames >= 50_000);
  const states = [
    'idle',
    'discovering',
    'requesting',
    'establishing',
    'authenticating',
    'configuring',
    'up',
    'terminating',
    'waiting',
  ] as const;
  for (const state of states) {
    const count = report.states.get(state) ?? 0;
    assert.ok(count > 100, `only ${count} frames while ${state}`);
  }
  assert.ok(report.ups > 50, `${report.ups} times up`);
  assert.ok(report.malformed > 500, `${report.malformed} malformed`);
  assert.ok(report.mostSubscribers > 1);
});

test('50,000 good, forged and mutated packets do no tunnel any harm', () => {
  const report = fuzzTunnels(50_000, 20_260_101);
  assert.ok(report.packets >= 50_000);
  const { received, wrongKeys, strangers, malformed, fragments, downs, ups } = report;
  for (const [what, count] of Object.entries({ received, wrongKeys, strangers, malformed })) {
    assert.ok(count > 500, `only ${count} ${what}`);
  }
  assert.ok(downs > 100 && ups > 100, `${downs} times down, ${ups} times up`);
  assert.ok(fragments > 10, `${fragments} fragments`);
});
