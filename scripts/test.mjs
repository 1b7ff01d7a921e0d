// npm test: installs, builds, and runs every test that this machine allows. What is left out is named at the end, with the
// way to enable it; under CI=true it is a failure instead.
//
//   node scripts/test.mjs [check] [unit] [nodes] [editor] [lab] [versions]     all parts by default
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './install.mjs';

const PARTS = {
  check: { about: 'lint, types, layers, unused code', run: check },
  unit: {
    about: 'the library, in virtual time',
    run: () =>
      tests([
        'wire',
        'ppp',
        'pppoe',
        'client',
        'client/ipv6',
        'concentrator',
        'runtime',
        'link',
        'fuzz',
        'conformance',
        'forms',
        'sidebar',
      ]),
  },
  nodes: { about: 'the nodes in a real Node-RED', run: () => tests(['nodes'], 2) },
  editor: { about: 'the demo and the editor in a real browser', run: () => tests(['editor'], 1) },
  lab: { about: 'real access concentrators, clients and a RADIUS server', run: () => tests(['lab'], 1) },
  versions: { about: 'every version of Node.js that is supported', run: () => tests(['versions'], 1) },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. There are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

// It downloads some 200 MB: only where it is asked for by name, or nothing may be left out.
if (asked.includes('versions')) process.env.PPPOE_VERSIONS = 'yes';

ensureInstalled();
ensureBuilt();

const results = [];
for (const [name, part] of Object.entries(PARTS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n── ${name}: ${part.about} ──`);
  const began = process.hrtime.bigint();
  const { passed, failed, leftOut } = part.run();
  results.push({
    name,
    passed,
    failed,
    leftOut,
    seconds: Number((process.hrtime.bigint() - began) / 1_000_000n) / 1_000,
  });
}
summarize(results);

function check() {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/check.mjs')], { cwd: root, stdio: 'inherit' });
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, leftOut: [] };
}

/** Runs the test files of these folders; each result goes through our own reporter as well, to be counted here. */
function tests(folders, concurrency) {
  const files = folders.flatMap((folder) => filesOf(join(root, 'test', folder)));
  if (files.length === 0) return { passed: 0, failed: 0, leftOut: [] };
  const directory = mkdtempSync(join(tmpdir(), 'pppoe-test-'));
  const report = join(directory, 'report.jsonl');
  const { status } = spawnSync(
    process.execPath,
    [
      ...['--import', 'tsx', '--test'],
      ...(concurrency ? [`--test-concurrency=${concurrency}`] : []),
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...[`--test-reporter=${join(root, 'scripts/test-reporter.mjs')}`, `--test-reporter-destination=${report}`],
      ...files,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  const lines = existsSync(report)
    ? readFileSync(report, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : [];
  rmSync(directory, { recursive: true });
  const failed = lines.filter(({ result }) => result === 'failed').length;
  return {
    passed: lines.filter(({ result }) => result === 'passed').length,
    // A file that cannot even be loaded fails the run without a failed test.
    failed: failed === 0 && status !== 0 ? 1 : failed,
    leftOut: lines.filter(({ result }) => result === 'skipped'),
  };
}

function filesOf(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(folder, name));
}

function summarize(parts) {
  console.log('\n── summary ──');
  for (const { name, passed, failed, leftOut, seconds } of parts) {
    const verdict = failed > 0 ? 'FAILED' : 'passed';
    console.log(
      `${name.padEnd(7)} ${verdict}  ${passed} passed, ${failed} failed, ${leftOut.length} left out  (${seconds.toFixed(1)} s)`,
    );
  }
  const leftOut = parts.flatMap((part) => part.leftOut);
  if (leftOut.length > 0) {
    console.log('\nLeft out here, and how to enable it:');
    const byReason = group(leftOut);
    for (const [reason, skipped] of byReason) {
      console.log(`- ${reason || 'no reason given'}`);
      for (const { name } of skipped) console.log(`    ${name}`);
    }
  }
  const sum = (key) => parts.reduce((total, part) => total + part[key], 0);
  const forbidden = process.env.CI === 'true' && leftOut.length > 0;
  if (forbidden) console.log('\nUnder CI nothing may be left out.');
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${leftOut.length} skipped`);
  process.exit(sum('failed') > 0 || forbidden ? 1 : 0);
}

/** By reason, in the order of their first mention. */
function group(skipped) {
  const groups = new Map();
  for (const each of skipped) groups.set(each.reason, [...(groups.get(each.reason) ?? []), each]);
  return groups;
}
