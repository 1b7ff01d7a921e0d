// Each version of Node.js installs the package as npm would, compiles what has no binary for it, and passes the tests of GRE.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { namespaceObstacle, runInNamespace, skipFor, spawnInNamespace } from '../link/in-namespace';

const execute = promisify(execFile);
const ROOT = join(__dirname, '..', '..');
const VERSIONS = [20, 22, 24, 26];
/** A download of 60 MB and, from Node.js 24 on, a compilation: seen to take 15 s to 60 s. */
const LIMIT = { timeout: 300_000 };

const { PPPOE_VERSIONS } = process.env;
const asked = PPPOE_VERSIONS ? undefined : 'downloads four versions of Node.js: run `node scripts/test.mjs versions`';

/** Where npm put a version of Node.js, and the headers to compile for it. */
async function getNode(directory: string, version: number): Promise<string> {
  const name = `node-linux-${process.arch}`;
  const place = join(directory, `node-${version}`);
  await project(place);
  await execute('npm', ['install', '--no-save', '--ignore-scripts', `${name}@${version}`], { cwd: place });
  return join(place, 'node_modules', name);
}

/** A folder that npm takes for a project of its own. */
async function project(place: string): Promise<void> {
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), '{ "private": true }');
}

/** Installs the packed package with this Node.js; the npm is the machine's. */
async function install(place: string, node: string, tarball: string): Promise<void> {
  const npm = join(execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim(), 'npm/bin/npm-cli.js');
  const env = { ...process.env, PATH: `${join(node, 'bin')}:${process.env['PATH']}`, npm_config_nodedir: node };
  await project(place);
  await execute(join(node, 'bin/node'), [npm, 'install', '--no-audit', '--no-fund', tarball], { cwd: place, env });
}

describe('Node.js', { skip: skipFor(asked ?? namespaceObstacle()) }, () => {
  let directory = '';
  let tarball = '';

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'pppoe-versions-'));
    const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', directory];
    tarball = join(directory, execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8' }).trim());
  });
  after(() => rmSync(directory, { recursive: true }));

  for (const version of VERSIONS) {
    test(`${version} installs the package with raw-socket and passes the tests of GRE`, LIMIT, async (t) => {
      const began = performance.now();
      const node = await getNode(directory, version);
      const place = join(directory, `project-${version}`);
      await install(place, node, tarball);
      t.diagnostic(`installed in ${((performance.now() - began) / 1_000).toFixed(1)} s`);

      const login = join(place, 'login.cjs');
      cpSync(join(__dirname, 'login.cjs'), login);
      const child = spawnInNamespace(join(node, 'bin/node'), [login], place);
      const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
      assert.match(output, new RegExp(`"node":"v${version}\\..*"state":"up"`), errors);

      for (const part of ['src', 'test/link', 'test/runtime', 'test/client']) {
        cpSync(join(ROOT, part), join(place, part), { recursive: true });
      }
      symlinkSync(join(ROOT, 'node_modules/tsx'), join(place, 'node_modules/tsx'));
      const file = join(place, 'test/link/native-tunnels.ts');
      const run = await runInNamespace(file, { node: join(node, 'bin/node'), cwd: place, only: '^GRE' });
      for (const { name, passed, error } of run.outcomes) assert.ok(passed, `${name}: ${error}`);
      assert.equal(run.exit, 'exit 0', run.output);
      assert.ok(run.outcomes.length > 25, `only ${run.outcomes.length} tests ran\n${run.output}`);
    });
  }
});
