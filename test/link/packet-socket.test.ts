import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { PppoeError } from '../../src/errors';
import { listInterfaces, rawSocketAccess, rawSocketRemedy } from '../../src/link/interfaces';
import { nativeFile } from '../../src/link/native';
import { openPacketSocket } from '../../src/link/packet-socket';
import { namespaceObstacle, skipFor, testInNamespace } from './in-namespace';

const TESTS = join(__dirname, 'native-namespace.ts');
const ROOT = join(__dirname, '..', '..');
const SCRIPT = join(ROOT, 'scripts', 'build-native.mjs');

// Built here if it is not, so that the tests need no order.
const build = spawnSync(process.execPath, [SCRIPT], {
  encoding: 'utf8',
});

const why =
  process.platform === 'linux' && nativeFile() === undefined
    ? `the add-on is not built: ${build.stdout}${build.stderr}`
    : namespaceObstacle();
const skip = skipFor(why);

testInNamespace('a packet socket on real interfaces', TESTS, { why, least: 21 });

describe('without privileges', () => {
  before(() => assert.equal(build.status, 0, build.stderr));

  test('the add-on needs no library', { skip: nativeFile() === undefined && skip }, () => {
    const file = nativeFile();
    assert.ok(file, why);
    const elf = spawnSync('readelf', ['--dynamic', '--wide', file], { encoding: 'utf8' });
    assert.equal(elf.status, 0, elf.stderr);
    assert.doesNotMatch(elf.stdout, /NEEDED/);
  });

  test('building again changes nothing', () => {
    const again = spawnSync(process.execPath, [SCRIPT], {
      encoding: 'utf8',
    });
    assert.equal(again.status, 0);
    assert.doesNotMatch(again.stdout, /Built/);
  });

  test('a machine without a compiler is told what is missing', { skip: process.platform !== 'linux' }, (t) => {
    const root = mkdtempSync(join(tmpdir(), 'pppoe-native-'));
    t.after(() => rmSync(root, { recursive: true }));
    for (const folder of ['scripts', 'native']) cpSync(join(ROOT, folder), join(root, folder), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    const run = spawnSync(process.execPath, [join(root, 'scripts', 'build-native.mjs')], {
      encoding: 'utf8',
      env: { ...process.env, CC: 'no-such-compiler' },
    });
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stdout, /^No C compiler \(no-such-compiler\): only the packet socket.*npm run build.*\n$/);
  });

  test('interfaces are listed with address, MTU and state, without loopback', () => {
    for (const one of listInterfaces()) {
      assert.equal(one.address.length, 6);
      assert.ok(one.mtu > 0);
      assert.notEqual(one.name, 'lo');
      assert.equal(typeof one.up, 'boolean');
      assert.equal(typeof one.carrier, 'boolean');
    }
  });

  test('the remedy names systemd, Docker and setcap', () => {
    const remedy = rawSocketRemedy();
    assert.match(remedy, /sudo systemctl edit nodered.*\[Service\].*AmbientCapabilities=CAP_NET_RAW/);
    assert.match(remedy, /--network host --cap-add NET_RAW --user root/);
    assert.match(remedy, /setcap cap_net_raw\+ep .*NODE_OPTIONS/);
    const { allowed, remedy: given } = rawSocketAccess();
    assert.equal(given === undefined, allowed);
  });

  // Not a test that is left out on Linux: there is no such thing there.
  if (process.platform !== 'linux') {
    test('elsewhere than on Linux a packet socket says so', () => {
      assert.throws(
        () => openPacketSocket({ interface: 'eth0' }),
        (error: unknown) => error instanceof PppoeError && error.code === 'no-native',
      );
    });
  }
});
