// One User-Mode Linux kernel with a peer in it (peer/init.sh), reached over its console.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** The result of a shell command inside a peer; output is standard output and standard error. */
export interface ShellResult {
  code: number;
  output: string;
}

/** What a peer tells unasked: `ip-up`, `ip-down`, `ipv6-up`, `ipv6-down` of pppd's scripts, and `exit` of a client. */
export interface PeerEvent {
  name: string;
  fields: Record<string, string>;
}

export interface MachineOptions {
  name: string;
  namespace: string;
  /** The lab's directory, for User-Mode Linux's own files. */
  directory: string;
  interface: string;
  mac: string;
  mtu: number;
  environment: Record<string, string>;
  /** Told the process group when it starts and when it has ended. */
  onGroup: (sign: '+' | '-', group: number) => void;
}

interface Pending {
  output: string;
  resolve: (result: ShellResult) => void;
  reject: (error: Error) => void;
}

interface Waiter {
  matches: (event: PeerEvent) => boolean;
  resolve: (event: PeerEvent) => void;
  reject: (error: Error) => void;
}

const BOOT_LIMIT = 60_000; // seen: 2 s alone, twice as long when several boot at a time
const STOP_LIMIT = 5_000; // seen: 0.1 s

export class Machine {
  /** Everything that the machine said, for diagnosis. */
  readonly console: string[] = [];
  readonly events: PeerEvent[] = [];
  readonly interface: string;
  readonly mac: string;
  /** Milliseconds from the start of User-Mode Linux to the peer's ready line. */
  bootTime = 0;
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #pending = new Map<string, Pending>();
  readonly #waiters = new Set<Waiter>();
  #lastId = 0;
  #answering = '';
  #onReady: () => void = () => {};

  private constructor(options: MachineOptions) {
    this.#name = options.name;
    this.interface = options.interface;
    this.mac = options.mac;
    const child = spawn('ip', ['netns', 'exec', options.namespace, 'linux.uml', ...kernelArguments(options)], {
      detached: true, // a process group of its own, so that all its processes can be ended at once
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    this.#process = child;
    const pid = child.pid;
    if (pid !== undefined) options.onGroup('+', pid);
    this.#exited = new Promise<void>((resolve) => {
      const ended = () => {
        if (pid !== undefined) options.onGroup('-', pid);
        this.#fail(new Error(`${this.#name} has ended. ${this.transcript()}`));
        resolve();
      };
      child.once('close', ended);
      child.once('error', ended);
    });
    child.stdin?.on('error', () => {}); // a machine that has ended takes no more commands; their answers fail
    const stdio = child.stdio as (Readable | null)[];
    this.#readLines(stdio[1], (line) => this.#handleConsole(line));
    this.#readLines(stdio[2], (line) => this.console.push(line));
    this.#readLines(stdio[3], (line) => this.#handleEvent(line));
  }

  /** Boots and resolves when the peer is ready; the console's text is in the error when it is not. */
  static async boot(options: MachineOptions): Promise<Machine> {
    const started = performance.now();
    const machine = new Machine(options);
    const ready = new Promise<void>((resolve) => {
      machine.#onReady = resolve;
    });
    const ended = machine.#exited.then(() => 'ended');
    const outcome = await within(Promise.race([ready, ended]), BOOT_LIMIT, 'not ready in time');
    if (outcome !== undefined) {
      await machine.stop();
      throw new Error(`${options.name} did not start (${outcome}). ${machine.transcript()}`);
    }
    machine.bootTime = performance.now() - started;
    return machine;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Runs a shell command inside; commands run one after the other. `timeout` in milliseconds. */
  sh(command: string, timeout = 30_000): Promise<ShellResult> {
    this.#lastId += 1;
    const id = String(this.#lastId);
    const answer = new Promise<ShellResult>((resolve, reject) => {
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
        reject(new Error(`${this.#name} has ended`));
      }
      this.#pending.set(id, { output: '', resolve, reject });
    });
    this.#process.stdin?.write(`sh ${id} ${Buffer.from(`${command}\n`).toString('base64')}\n`);
    return this.#within(answer, timeout, `no answer to: ${command}`);
  }

  /** Like `sh`, and throws when the command fails. */
  async run(command: string): Promise<string> {
    const { code, output } = await this.sh(command);
    if (code !== 0) throw new Error(`${this.#name}: ${command} ended with ${code}: ${output}`);
    return output;
  }

  /** The first event that matches, from `since` (an index into `events`) on: an earlier or a coming one. */
  event(matches: (event: PeerEvent) => boolean, since = 0, timeout = 20_000): Promise<PeerEvent> {
    const earlier = this.events.slice(since).find(matches);
    if (earlier) return Promise.resolve(earlier);
    let waiter: Waiter | undefined;
    const coming = new Promise<PeerEvent>((resolve, reject) => {
      waiter = { matches, resolve, reject };
      this.#waiters.add(waiter);
    });
    return this.#within(coming, timeout, 'the awaited event did not come').finally(() => {
      if (waiter) this.#waiters.delete(waiter);
    });
  }

  /** One echo request; whether it was answered. `size` in octets of ICMP data. */
  async ping(address: string, size = 56): Promise<boolean> {
    return (await this.sh(`busybox ping -c 1 -W 3 -s ${size} ${address}`)).code === 0;
  }

  /** Powers off from inside; ends what still runs then. */
  async stop(): Promise<void> {
    this.#process.stdin?.write('stop\n'); // and no end: User-Mode Linux may see that first, and never power off
    const ended = this.#exited.then(() => true);
    if (await within(ended, STOP_LIMIT, false)) return;
    killGroup(this.#process.pid);
    await within(ended, STOP_LIMIT, false);
  }

  transcript(): string {
    return `Console of ${this.#name}:\n${this.console.join('\n')}\n`;
  }

  #readLines(stream: Readable | null | undefined, handle: (line: string) => void): void {
    if (stream) createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', handle);
  }

  #handleConsole(line: string): void {
    const [word, id = '', code] = line.split(' ');
    const pending = this.#pending.get(this.#answering);
    if (word === '@ready') this.#onReady();
    else if (word === '@begin') this.#answering = id;
    else if (word === '@end') {
      this.#answering = '';
      this.#pending.delete(id);
      pending?.resolve({ code: Number(code), output: Buffer.from(pending.output, 'base64').toString() });
    } else if (pending) pending.output += line;
    else this.console.push(line);
  }

  #handleEvent(line: string): void {
    const [word, name, ...fields] = line.split(' ');
    if (word !== '@event' || name === undefined) return;
    const event = { name, fields: Object.fromEntries(fields.map((field) => field.split('=', 2))) };
    this.events.push(event);
    for (const waiter of this.#waiters) if (waiter.matches(event)) waiter.resolve(event);
  }

  #fail(error: Error): void {
    for (const { reject } of [...this.#pending.values(), ...this.#waiters]) reject(error);
    this.#pending.clear();
    this.#waiters.clear();
  }

  async #within<T>(promise: Promise<T>, timeout: number, what: string): Promise<T> {
    const late = Symbol('late');
    const outcome = await within<T | typeof late>(promise, timeout, late);
    if (outcome !== late) return outcome as T;
    throw new Error(`${this.#name}: ${what} (within ${timeout} ms). ${this.transcript()}`);
  }
}

function kernelArguments(options: MachineOptions): string[] {
  const { name, directory, mac, mtu, environment } = options;
  return [
    'mem=256M',
    `uml_dir=${directory}/`,
    `umid=${name}`,
    'root=/dev/root',
    'rootfstype=hostfs',
    'rootflags=/',
    'ro', // the machine's own files: for reading only
    'quiet',
    'con=null',
    'con0=fd:0,fd:1',
    'con1=null,fd:3',
    'random.trust_cpu=on',
    `vec0:transport=tap,ifname=${options.interface},depth=128,mac=${mac},mtu=${mtu}`,
    `init=${join(__dirname, 'peer', 'init.sh')}`,
    ...Object.entries(environment).map(([key, value]) => `${key}=${value}`),
  ];
}

/** Signals a process group that the lab started. */
export function killGroup(group: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (group === undefined) return;
  try {
    process.kill(-group, signal);
  } catch {
    // ended already
  }
}

/** What the promise resolves to, or `otherwise` when that takes longer than `time` milliseconds. */
export async function within<T>(promise: Promise<T>, time: number, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), time);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
