// npm start: installs, builds, and runs Node-RED with the demo flow. No privileges, no compiler needed.
//
//   npm start                          a session and an access concentrator on the segment virtual:lab
//   npm start -- --interface eth1      a session on a real interface: PPPOE_USERNAME and PPPOE_PASSWORD from the environment
//   npm start -- --port 1881           another port
//   npm start -- --user-dir DIR        another place for Node-RED's files than .demo
//   npm start -- --fresh               the demo flow as it was, without your changes to it
import { spawn } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt, ensureInstalled, root } from './install.mjs';

const { values } = parseArgs({
  options: {
    interface: { type: 'string' },
    port: { type: 'string' },
    fresh: { type: 'boolean', default: false },
    'user-dir': { type: 'string' },
  },
});

ensureInstalled();
ensureBuilt();

const userDir = resolve(values['user-dir'] ?? join(root, '.demo'));
prepare();

const port = await freePort(Number(values.port ?? process.env.PORT ?? 1880));
const address = `http://127.0.0.1:${port}`;
const child = spawn(
  process.execPath,
  [join(root, 'node_modules/node-red/red.js'), '--userDir', userDir, '--settings', join(root, 'demo/settings.cjs')],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment(), PPPOE_DEMO_PORT: String(port) },
  },
);
console.log(
  `\n  Dashboard  ${address}/dashboard\n  Editor     ${address}/\n  Ctrl-C ends the session in order and stops.\n`,
);

// Node-RED closes the session before it exits; this process waits for that, whoever was signalled.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 0 : (code ?? 0)));

/** The demo's user directory: its own copy of the flow, and this package where Node-RED looks for it. */
function prepare() {
  if (values.fresh) rmSync(userDir, { recursive: true, force: true });
  const scope = join(userDir, 'node_modules/@pppoe');
  mkdirSync(scope, { recursive: true });
  const link = join(scope, 'node-red-pppoe');
  if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync(root, link, 'junction');
  for (const file of ['flows.json', 'flows_cred.json']) {
    if (!existsSync(join(userDir, file))) cpSync(join(root, 'demo', file), join(userDir, file));
  }
}

/** What the demo flow reads: an interface and who we are. */
function environment() {
  if (!values.interface) return { PPPOE_INTERFACE: 'virtual:lab', PPPOE_USERNAME: 'demo', PPPOE_PASSWORD: 'demo' };
  const { PPPOE_USERNAME, PPPOE_PASSWORD } = process.env;
  if (!PPPOE_USERNAME || PPPOE_PASSWORD === undefined) {
    console.error(`With --interface the credentials come from the environment: PPPOE_USERNAME and PPPOE_PASSWORD.`);
    process.exit(2);
  }
  return { PPPOE_INTERFACE: values.interface, PPPOE_USERNAME, PPPOE_PASSWORD };
}

/** This port, or the next one that nobody listens on. */
async function freePort(wanted) {
  for (let port = wanted; port < wanted + 20; port++) if (await isFree(port)) return port;
  console.error(`No free port from ${wanted} on: choose one with --port.`);
  process.exit(1);
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
