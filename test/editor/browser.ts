// Debian's Chromium, and the demo as `npm start` runs it, for the tests of what people see.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { freePort } from '../free-port';

const ROOT = join(__dirname, '../..');
const CHROMIUM = '/usr/bin/chromium';
const QUIET = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why the tests cannot run here, for node:test's `skip`. Under CI=true nothing is skipped: they fail instead. */
export function skip(): string | false {
  const { CI } = process.env;
  return existsSync(CHROMIUM) || CI === 'true' ? false : 'no /usr/bin/chromium (run test/editor/setup.sh as root)';
}

export class Demo {
  #log = '';

  private constructor(
    private readonly process: ChildProcess,
    private readonly browser: Browser,
    private readonly directory: string,
    readonly page: Page,
    readonly address: string,
  ) {}

  /** Runs the start script with a user directory of its own, and opens a browser page. */
  static async start(): Promise<Demo> {
    const directory = await mkdtemp(join(tmpdir(), 'pppoe-demo-'));
    const args = [join(ROOT, 'scripts/start.mjs'), '--port', String(await freePort()), '--user-dir', directory];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    const address = await new Promise<string>((resolve, reject) => {
      const take = (data: Buffer) => {
        log += data.toString();
        const found = /Editor\s+(http:\S+?)\/?\n/.exec(log)?.[1];
        if (found && log.includes('Started flows')) resolve(found);
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.once('exit', () => reject(new Error(`npm start ended:\n${log}`)));
    });
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', ...QUIET],
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(15_000);
    // Nothing outside this machine is asked.
    await page.route('**/*', (route) => (route.request().url().startsWith(address) ? route.continue() : route.abort()));
    const demo = new Demo(child, browser, directory, page, address);
    demo.#log = log;
    const more = (data: Buffer) => {
      demo.#log += data.toString();
    };
    child.stdout.on('data', more);
    child.stderr.on('data', more);
    return demo;
  }

  get log(): string {
    return this.#log;
  }

  /** Loads the editor and waits until it can be used, and the demo's session is up. */
  async openEditor(): Promise<void> {
    await this.#loadEditor();
    await this.page.locator('.red-ui-flow-node-status-label', { hasText: '10.64.0.' }).first().waitFor();
  }

  /** Runs these flows instead of those there are, and loads the editor with them. */
  async openFlows(flows: readonly unknown[]): Promise<void> {
    const answer = await fetch(`${this.address}/flows`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Node-RED-Deployment-Type': 'full' },
      body: JSON.stringify(flows),
    });
    if (!answer.ok) throw new Error(await answer.text());
    await this.#loadEditor();
  }

  async #loadEditor(): Promise<void> {
    await this.page.goto(`${this.address}/`);
    // The palette is filled before the flows are there.
    await this.page.locator('.red-ui-palette-node[data-palette-type="pppoe-state"]').waitFor({ state: 'attached' });
    await this.page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
  }

  /** Ends as Ctrl-C does. */
  async stop(): Promise<void> {
    await this.browser.close();
    if (this.process.exitCode === null) {
      const exited = once(this.process, 'exit');
      this.process.kill('SIGINT');
      await exited;
    }
    await rm(this.directory, { recursive: true });
  }
}
