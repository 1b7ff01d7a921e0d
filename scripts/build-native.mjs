// Compiles native/*.c to prebuilds/linux-<arch>/packet_socket.node.
//
//   node scripts/build-native.mjs          for this machine, with $CC or cc; a missing compiler is no failure
//   node scripts/build-native.mjs --all    for every architecture of a release; a missing compiler is one
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = readdirSync(join(root, 'native')).map((name) => join(root, 'native', name));

// Debian's packages: gcc-x86-64-linux-gnu, gcc-aarch64-linux-gnu, gcc-arm-linux-gnueabihf, and for the C library's
// headers libc6-dev-amd64-cross, libc6-dev-arm64-cross, libc6-dev-armhf-cross.
const CROSS_COMPILERS = {
  x64: 'x86_64-linux-gnu-gcc',
  arm64: 'aarch64-linux-gnu-gcc',
  arm: 'arm-linux-gnueabihf-gcc',
};

// Linked against nothing (no DT_NEEDED), one file serves glibc and musl: the names are found in the node process. So no
// flag may bring in names that only glibc has, which fortified or 64-bit-time functions are.
const FLAGS = [
  ...['-std=c11', '-O2', '-fPIC', '-shared', '-nostdlib', '-Wl,-s', '-Wall', '-Wextra', '-Werror=implicit'],
  ...['-fvisibility=hidden', '-fno-stack-protector', '-U_FORTIFY_SOURCE', '-U_TIME_BITS'],
];

/** Where node_api.h is: the development dependency, or what came with node itself. */
function headers() {
  const places = [
    join(root, 'node_modules', 'node-api-headers', 'include'),
    join(dirname(dirname(process.execPath)), 'include', 'node'),
    '/usr/include/node',
  ];
  return places.find((place) => existsSync(join(place, 'node_api.h')));
}

function outputOf(arch) {
  return join(root, 'prebuilds', `linux-${arch}`, 'packet_socket.node');
}

function isUpToDate(output) {
  const newest = Math.max(...[fileURLToPath(import.meta.url), ...sources].map((file) => statSync(file).mtimeMs));
  return existsSync(output) && statSync(output).mtimeMs >= newest;
}

function compilerOf(arch) {
  return arch === process.arch ? (process.env.CC?.trim() || 'cc').split(/\s+/) : [CROSS_COMPILERS[arch]];
}

/** @returns {'built' | 'no-compiler' | 'failed'} */
function compile(arch, include) {
  const output = outputOf(arch);
  if (isUpToDate(output)) return 'built';
  const [compiler, ...first] = compilerOf(arch);
  mkdirSync(dirname(output), { recursive: true });
  // A new file under the old name: writing into one that a running process has mapped would crash that process.
  const draft = `${output}.${process.pid}`;
  const inputs = sources.filter((file) => file.endsWith('.c'));
  const libgcc = arch === 'x64' || arch === 'arm64' ? [] : ['-lgcc'];
  const run = spawnSync(compiler, [...first, ...FLAGS, '-I', include, '-o', draft, ...inputs, ...libgcc], {
    stdio: 'inherit',
  });
  if (run.error !== undefined) return 'no-compiler';
  if (run.status !== 0) {
    rmSync(draft, { force: true });
    return 'failed';
  }
  renameSync(draft, output);
  console.log(`Built prebuilds/linux-${arch}/packet_socket.node`);
  return 'built';
}

function buildAll(include) {
  for (const arch of Object.keys(CROSS_COMPILERS)) {
    const outcome = compile(arch, include);
    if (outcome === 'no-compiler') console.error(`No compiler for ${arch}: ${compilerOf(arch)[0]} is missing.`);
    if (outcome !== 'built') process.exitCode = 1;
  }
}

function buildOwn(include) {
  const outcome = compile(process.arch, include);
  if (outcome === 'failed') process.exitCode = 1;
  if (outcome === 'no-compiler') {
    console.log(
      `No C compiler (${compilerOf(process.arch)[0]}): only the packet socket, for real interfaces, is missing; ` +
        'install one (Debian: apt install gcc libc6-dev) and run `npm run build` again.',
    );
  }
}

const include = headers();
const all = process.argv.includes('--all');
if (process.platform !== 'linux') {
  console.log('Packet sockets exist on Linux only: nothing to compile here; every other link works.');
} else if (include === undefined) {
  console.log(
    'No node_api.h: only the packet socket, for real interfaces, is missing; run `npm install` and build again.',
  );
  if (all) process.exitCode = 1;
} else if (all) {
  buildAll(include);
} else {
  buildOwn(include);
}
