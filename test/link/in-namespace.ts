import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Outcome } from './native-outcome';

// Tests that need interfaces run in a process with a network namespace and a /sys of its own. Both end with it.
const NAMESPACE = ['--net', '--mount', '--propagation', 'private'];
const ENTER = 'mount -t sysfs sysfs /sys && ip link set lo up && exec "$0" "$@"';
const REPORTER = join(__dirname, 'native-reporter.ts');

/** Why no network namespace can be made here. */
export function namespaceObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux';
  if (process.getuid?.() !== 0) return 'not root: makes network namespaces';
  const probe = spawnSync('unshare', [...NAMESPACE, 'sh', '-c', ENTER, 'true'], { encoding: 'utf8' });
  return probe.status === 0 ? undefined : `no network namespaces: ${probe.error?.message ?? probe.stderr}`;
}

/** For node:test's `skip`. Under CI nothing is skipped: it fails where something is missing. */
export function skipFor(why: string | undefined): string | false {
  const { CI } = process.env;
  return why !== undefined && CI !== 'true' ? why : false;
}

interface NamespaceRun {
  readonly outcomes: readonly Outcome[];
  readonly exit: string;
  readonly output: string;
}

interface RunOptions {
  /** The Node.js to run with; the present one if absent. */
  readonly node?: string;
  /** Where modules are looked for; here if absent. */
  readonly cwd?: string;
  /** Only tests whose name fits. */
  readonly only?: string;
}

/** Runs a program in a new namespace: what `spawn` gives. */
export function spawnInNamespace(program: string, args: readonly string[], cwd?: string) {
  // Without NODE_TEST_CONTEXT, which would make the inner run report in the outer runner's own format.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return spawn('unshare', [...NAMESPACE, 'sh', '-c', ENTER, program, ...args], { env, ...(cwd ? { cwd } : {}) });
}

/** Runs a file of tests, with tsx. */
export function runInNamespace(file: string, options: RunOptions = {}): Promise<NamespaceRun> {
  const { node = process.execPath, cwd, only } = options;
  const pattern = only === undefined ? [] : ['--test-name-pattern', only];
  const child = spawnInNamespace(node, ['--import', 'tsx', '--test-reporter', REPORTER, ...pattern, file], cwd);
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

/** The tests of a file, run in a namespace; each is one here. `why` they cannot; at the `least` so many there are. */
export function testInNamespace(
  name: string,
  file: string,
  { why, least }: { readonly why: string | undefined; readonly least: number },
): void {
  test(name, { skip: skipFor(why), timeout: 60_000 }, async (t) => {
    assert.equal(why, undefined, `cannot run: ${why}`);
    const { outcomes, exit, output } = await runInNamespace(file);
    for (const { name, passed, error } of outcomes) {
      await t.test(name, () => {
        if (!passed) assert.fail(error);
      });
    }
    assert.equal(exit, 'exit 0', output);
    assert.ok(outcomes.length >= least, `only ${outcomes.length} tests ran\n${output}`);
  });
}
