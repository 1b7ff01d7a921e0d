import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { PppoeError } from '../../src/errors';
import { listInterfaces, rawSocketAccess, rawSocketRemedy } from '../../src/link/interfaces';
import { nativeFile } from '../../src/link/native';
import { openPacketSocket } from '../../src/link/packet-socket';
import type { Outcome } from './native-outcome';

// The tests that need interfaces run in a process with a network namespace and a /sys of its own. Both end with it.
const NAMESPACE = ['--net', '--mount', '--propagation', 'private'];
const ENTER = 'mount -t sysfs sysfs /sys && ip link set lo up && exec "$0" "$@"';
const TESTS = join(__dirname, 'native-namespace.ts');
const ROOT = join(__dirname, '..', '..');
const SCRIPT = join(ROOT, 'scripts', 'build-native.mjs');
const REPORTER = join(__dirname, 'native-reporter.ts');

// Built here if it is not, so that the tests need no order.
const build = spawnSync(process.execPath, [SCRIPT], {
  encoding: 'utf8',
});

/** Why the tests on real interfaces cannot run; under CI they must. */
function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux';
  if (nativeFile() === undefined) return `the add-on is not built: ${build.stdout}${build.stderr}`;
  if (process.getuid?.() !== 0) return 'not root: makes network namespaces';
  const probe = spawnSync('unshare', [...NAMESPACE, 'sh', '-c', ENTER, 'true'], { encoding: 'utf8' });
  return probe.status === 0 ? undefined : `no network namespaces: ${probe.error?.message ?? probe.stderr}`;
}

const why = obstacle();
const { CI } = process.env;
const skip = why !== undefined && CI !== 'true' ? why : false;

interface NamespaceRun {
  readonly outcomes: readonly Outcome[];
  readonly exit: string;
  readonly output: string;
}

function runInNamespace(): Promise<NamespaceRun> {
  // Without NODE_TEST_CONTEXT, which would make the inner run report in the outer runner's own format.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const node = [process.execPath, '--import', 'tsx', '--test-reporter', REPORTER, TESTS];
  const child = spawn('unshare', [...NAMESPACE, 'sh', '-c', ENTER, ...node], { env });
  const outcomes: Outcome[] = [];
  let [stdout, output] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const line of stdout.split('\n')) {
        if (line.startsWith('{"name":')) outcomes.push(JSON.parse(line) as Outcome);
        else output += `${line}\n`;
      }
      resolve({ outcomes, exit: signal ?? `exit ${code}`, output });
    });
  });
}

test('a packet socket on real interfaces', { skip, timeout: 60_000 }, async (t) => {
  assert.equal(why, undefined, `cannot run: ${why}`);
  const { outcomes, exit, output } = await runInNamespace();
  for (const { name, passed, error } of outcomes) {
    await t.test(name, () => {
      if (!passed) assert.fail(error);
    });
  }
  assert.equal(exit, 'exit 0', output);
  assert.ok(outcomes.length > 20, `only ${outcomes.length} tests ran\n${output}`);
});

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
