import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { PppoeError } from '../../src/errors';
import { loadRawSockets } from '../../src/link/tunnel-raw';
import { namespaceObstacle, testInNamespace } from './in-namespace';

/** Why raw sockets cannot be opened here. */
function obstacle(): string | undefined {
  const why = namespaceObstacle();
  if (why !== undefined) return why;
  try {
    loadRawSockets();
    return undefined;
  } catch (error) {
    return `the optional package raw-socket is missing: ${error}`;
  }
}

testInNamespace('tunnels over raw sockets', join(__dirname, 'native-tunnels.ts'), { why: obstacle(), least: 60 });

test('without the package raw-socket the error says how to get it', () => {
  const load = () => {
    throw new Error("Cannot find module 'raw-socket'\nRequire stack:\n- somewhere");
  };
  assert.throws(
    () => loadRawSockets(load, 'linux'),
    (error) =>
      error instanceof PppoeError &&
      error.code === 'no-native' &&
      /does not load: Cannot find module 'raw-socket'\. .*npm install raw-socket@npm:@neuralegion\/raw-socket/.test(
        error.message,
      ),
  );
});

test('elsewhere than on Linux the error names VXLAN, which works there', () => {
  assert.throws(
    () => loadRawSockets(() => assert.fail('is not even tried'), 'darwin'),
    (error) =>
      error instanceof PppoeError && error.code === 'no-native' && /VXLAN works everywhere/.test(error.message),
  );
});
