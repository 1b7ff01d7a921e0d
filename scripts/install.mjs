// Installs the dependencies when they are missing or older than the lock file says, and builds what is older than its source.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Shown when the packet socket cannot be had here; everything on `virtual:` segments works without it. */
export function ensureInstalled() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    console.error(`Node.js 20 or newer is needed, this is ${process.version}.`);
    process.exit(1);
  }
  const installed = join(root, 'node_modules/.package-lock.json');
  if (existsSync(installed) && modified(installed) >= modified(join(root, 'package-lock.json'))) return;
  console.log('Installing the dependencies …');
  // Not `npm ci`: it refuses a lock file in which another platform's optional packages are missing. `--no-save` leaves the
  // lock file as it is. npm is a script on Windows, which only a shell starts.
  execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}

export function ensureBuilt() {
  const built = join(root, 'dist/src/index.js');
  const sources = ['src', 'nodes', 'icons', 'native', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.mjs'];
  const newest = Math.max(...sources.map((name) => newestIn(join(root, name))));
  if (existsSync(built) && modified(built) >= newest) return;
  console.log('Building …');
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'inherit' });
}

function newestIn(path) {
  if (!statSync(path).isDirectory()) return modified(path);
  return Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}

function modified(path) {
  return statSync(path).mtimeMs;
}
