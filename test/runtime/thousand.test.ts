import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

test('1,000 sessions in one process come up and are closed, and the heap is back to within 5 % of what it was', async () => {
  const script = join(__dirname, 'thousand.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', script]);
  const { up, addresses, atConcentrator, left, before, after } = JSON.parse(stdout);
  assert.deepEqual(
    { up, addresses, atConcentrator, left },
    { up: 1_000, addresses: 1_000, atConcentrator: 1_000, left: 0 },
  );
  assert.ok(after < before * 1.05, `${before} octets before, ${after} after`);
});
