// Builds the package: TypeScript to dist/ and, for the editor, to resources/, the nodes' HTML, locales and icons beside their code, and the packet socket.
// With --release the packet socket is built for every architecture that is shipped.
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const run = (script, ...args) => execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });

for (const made of ['dist', 'resources']) rmSync(join(root, made), { recursive: true, force: true });
const tsc = join(root, 'node_modules/typescript/bin/tsc');
run(tsc, '-p', 'tsconfig.build.json');

// What Node-RED serves to the browser at /resources/@pppoe/node-red-pppoe/: nodes/editor, and what it shares with the runtime.
run(tsc, '-p', 'nodes/editor');
for (const file of ['form.css', 'sidebar/sidebar.css']) {
  cpSync(join(root, 'nodes/editor', file), join(root, 'resources/nodes/editor', file));
}

// Node-RED looks for a node's HTML, locales and icons beside its code.
const nodes = join(root, 'dist/nodes');
for (const file of readdirSync(join(root, 'nodes'))) {
  if (file.endsWith('.html')) cpSync(join(root, 'nodes', file), join(nodes, file));
}
cpSync(join(root, 'nodes/locales'), join(nodes, 'locales'), { recursive: true });
cpSync(join(root, 'icons'), join(nodes, 'icons'), { recursive: true });

run(join(root, 'scripts/build-native.mjs'), ...(process.argv.includes('--release') ? ['--all'] : []));
