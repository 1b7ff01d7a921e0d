// npm run check: everything that can be said about the code without running it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './install.mjs';

const CHECKS = [
  ['lint and layers', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']],
  ['types', 'typescript/bin/tsc', ['-p', 'tsconfig.json', '--noEmit']],
  ['types of the editor', 'typescript/bin/tsc', ['-p', 'nodes/editor', '--noEmit']],
  ['unused code and dependencies', 'knip/bin/knip.js', []],
];

let failed = false;
for (const [name, script, args] of CHECKS) {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  console.log(`${status === 0 ? '✔' : '✖'} ${name}`);
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
