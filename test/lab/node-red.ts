// A real Node-RED, with this package as built, inside a lab: its flows report to the test and take messages from it.
import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from './lab';

const ROOT = join(__dirname, '../..');
const LIMIT = 30_000;

export type Report = Record<string, unknown> & { payload?: unknown };
export type FlowNode = { readonly id: string; readonly type: string } & Record<string, unknown>;

/** A function node that hands every message to the test, under this name. */
export function reporter(id: string): FlowNode {
  const func = `global.get('report')('${id}', { ...msg, _msgid: undefined });`;
  return { ...FUNCTION, id, func, wires: [[]] };
}

/** A function node that sends what the test sends to this name. */
export function injector(id: string, ...wires: string[]): FlowNode {
  const initialize = `global.get('inbox').on('${id}', (message) => node.send({ ...message }));`;
  return { ...FUNCTION, id, func: 'return null;', initialize, wires: [wires] };
}

const FUNCTION = { type: 'function', z: 'tab', x: 100, y: 100, outputs: 1, libs: [], finalize: '', initialize: '' };

export class NodeRed {
  readonly #lab: Lab;
  readonly #userDir: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #arrived = new EventEmitter();
  readonly #reports: { readonly from: string; readonly message: Report }[] = [];
  #log = '';

  /** Starts Node-RED in the lab's namespace; resolves when its flows run. */
  static async start(
    lab: Lab,
    flows: readonly FlowNode[],
    credentials: Record<string, Record<string, string>>,
    /** A program that runs Node-RED, with its arguments: one that takes privileges away. */
    wrapper: readonly string[] = [],
  ): Promise<NodeRed> {
    const userDir = await mkdtemp(join(lab.directory, 'node-red-'));
    const scope = join(userDir, 'node_modules/@pppoe');
    await mkdir(scope, { recursive: true });
    await symlink(ROOT, join(scope, 'node-red-pppoe'));
    await writeFile(join(userDir, 'flows.json'), JSON.stringify(flows));
    await writeFile(join(userDir, 'flows_cred.json'), JSON.stringify(credentials));
    return NodeRed.#run(lab, userDir, wrapper);
  }

  /** Starts it again, after its end, with what it has on disk. */
  again(): Promise<NodeRed> {
    return NodeRed.#run(this.#lab, this.#userDir, []);
  }

  static async #run(lab: Lab, userDir: string, wrapper: readonly string[]): Promise<NodeRed> {
    const red = join(ROOT, 'node_modules/node-red/red.js');
    const settings = join(__dirname, 'red/settings.cjs');
    const node = globalThis.process.execPath;
    const [command = node, ...args] = [...wrapper, node, red, '--userDir', userDir, '--settings', settings];
    const process = lab.run(command, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    const nodeRed = new NodeRed(lab, userDir, process);
    await nodeRed.#said('Started flows');
    return nodeRed;
  }

  private constructor(lab: Lab, userDir: string, process: ChildProcess) {
    this.#lab = lab;
    this.#userDir = userDir;
    this.#process = process;
    this.#exited = once(process, 'exit');
    this.#arrived.setMaxListeners(0);
    const take = (data: Buffer) => {
      this.#log += data.toString();
      this.#arrived.emit('log');
    };
    process.stdout?.on('data', take);
    process.stderr?.on('data', take);
    process.on('message', (report) => {
      this.#reports.push(report as { from: string; message: Report });
      this.#arrived.emit('report');
    });
  }

  get log(): string {
    return this.#log;
  }

  /** How many reports there are: `since` for what is to come. */
  get mark(): number {
    return this.#reports.length;
  }

  reports(from: string, since = 0): readonly Report[] {
    return this.#reports.slice(since).flatMap((report) => (report.from === from ? [report.message] : []));
  }

  /** The first report of that name that fits, awaited. */
  next(from: string, fits: (message: Report) => boolean = () => true, since = 0): Promise<Report> {
    return this.#wait('report', `a report of ${from}`, () => this.reports(from, since).find(fits));
  }

  /** Resolves when there are that many reports of the name. */
  async count(
    from: string,
    count: number,
    since = 0,
    fits: (message: Report) => boolean = () => true,
  ): Promise<readonly Report[]> {
    const found = () => this.reports(from, since).filter(fits);
    const enough = () => (found().length >= count ? found() : undefined);
    return this.#wait('report', `${count} reports of ${from}`, enough);
  }

  send(to: string, message: Report): void {
    this.#process.send({ to, message });
  }

  /** Ends Node-RED as a service manager does; resolves when it has exited. */
  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    await this.#exited;
  }

  /** Ends it from one moment to the next. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }

  async #said(text: string): Promise<void> {
    await this.#wait('log', `'${text}'`, () => this.#log.includes(text) || undefined);
  }

  async #wait<T>(event: string, what: string, look: () => T | undefined): Promise<T> {
    const signal = AbortSignal.timeout(LIMIT);
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      try {
        await Promise.race([once(this.#arrived, event, { signal }), this.#exited.then(() => Promise.reject())]);
      } catch {
        throw new Error(`Waited in vain for ${what}. Node-RED said:\n${this.#log.slice(-4_000)}`);
      }
    }
  }
}
