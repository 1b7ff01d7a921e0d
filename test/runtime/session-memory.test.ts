import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PppoeConcentrator } from '../../src/runtime/pppoe-concentrator';
import { PppoeSession } from '../../src/runtime/pppoe-session';
import { fileMemory } from '../../src/runtime/session-memory';

let directory: string;
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'pppoe-memory-'));
});
after(() => rmSync(directory, { recursive: true }));

const SESSION = {
  interface: 'eth1',
  address: Buffer.from('02005e005302', 'hex'),
  peer: Buffer.from('02005e005301', 'hex'),
  id: 77,
};

test('what was stored is loaded again, and nothing once it was taken back', () => {
  const path = join(directory, 'deep/er/session.json');
  const memory = fileMemory(path);
  assert.equal(memory.load(), undefined);
  memory.store(SESSION);
  assert.deepEqual(fileMemory(path).load(), SESSION);
  memory.store(undefined);
  assert.equal(existsSync(path), false);
  memory.store(undefined);
});

for (const [what, text] of Object.entries({
  'cut off': '{"interface":"eth1","addr',
  'no object': '7',
  null: 'null',
  'of another form': '{"interface":"eth1"}',
  'with a session id of 0': '{"interface":"eth1","address":"02005e005302","acMac":"02005e005301","sessionId":0}',
  'with a wrong address': '{"interface":"eth1","address":"hello","acMac":"02005e005301","sessionId":7}',
})) {
  test(`a file that is ${what} counts as none`, () => {
    const path = join(directory, 'bad.json');
    writeFileSync(path, text);
    assert.equal(fileMemory(path).load(), undefined);
  });
}

test('a session writes its memory while it is up, without a secret, and takes it back when it ends', async () => {
  const path = join(directory, 'live.json');
  const account = { username: 'anna', password: 'Kn0w-Nobody' };
  const concentrator = new PppoeConcentrator({ interface: 'virtual:memory', accounts: [account] });
  const session = new PppoeSession({ interface: 'virtual:memory', ...account, memory: fileMemory(path) });
  session.connect();
  const { sessionId } = await session.connected(10_000);
  const text = readFileSync(path, 'utf8');
  assert.equal(JSON.parse(text).sessionId, sessionId);
  assert.ok(!text.includes(account.password) && !text.includes(account.username));
  await session.close(2_000);
  assert.equal(existsSync(path), false);
  await concentrator.close();
});
