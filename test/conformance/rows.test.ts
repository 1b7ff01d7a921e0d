import assert from 'node:assert/strict';
import { test } from 'node:test';
import './discovery-rows';
import './session-rows';
import './lcp-rows';
import './authentication-rows';
import './hardening-rows';
import { PENDING, untested } from './rows';

test('each row has its test, or is named as waiting for what it needs', (t) => {
  for (const { row, missing } of PENDING) t.diagnostic(`waits: ${row}: ${missing}`);
  const waiting = new Set(PENDING.map(({ row }) => row));
  assert.deepEqual(
    untested().filter((row) => !waiting.has(row)),
    [],
  );
});
