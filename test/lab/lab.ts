// A lab: a network namespace of its own with real peers on TAPs in it, all gone when it is closed.
import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Capture, faults } from './capture';
import { killGroup, Machine, within } from './machine';
import {
  Client,
  type ClientOptions,
  Concentrator,
  type ConcentratorOptions,
  clientEnvironment,
  concentratorEnvironment,
} from './peers';

const execute = promisify(execFile);
const STOP_LIMIT = 2_000;
const DISCOVERY_TRIES = 20;
let labs = 0;

export interface LabOptions {
  /** Part of the namespace's name, for those who look at a machine while a test runs. */
  name?: string;
}

/** Makes a namespace with a name of its own and brings its loopback up. */
export async function openLab(options: LabOptions = {}): Promise<Lab> {
  labs += 1;
  const namespace = `${options.name ?? 'pppoe-lab'}-${process.pid}-${labs}`;
  const directory = await mkdtemp(join(tmpdir(), `${namespace}-`));
  const lab = new Lab(namespace, directory);
  try {
    await execute('ip', ['netns', 'add', namespace]);
    await lab.ip('link', 'set', 'lo', 'up');
    return lab;
  } catch (error) {
    await lab.close().catch(() => {}); // the first error tells why
    throw error;
  }
}

export class Lab {
  readonly namespace: string;
  /** A directory for the lab's files, removed when it is closed. */
  readonly directory: string;
  readonly #janitor: ChildProcess;
  readonly #machines = new Set<Machine>();
  /** Of each segment, from its beginning to the lab's end. */
  readonly #recordings: Capture[] = [];
  readonly #children = new Map<ChildProcess, Promise<unknown>>();
  readonly #closing: { done?: Promise<void> } = {};
  #peers = 0;
  #captures = 0;
  #bridges = 0;

  /** Use openLab. */
  constructor(namespace: string, directory: string) {
    this.namespace = namespace;
    this.directory = directory;
    // It outlives this process, and cleans up when the pipe between them ends: also after SIGINT, SIGTERM and SIGKILL.
    this.#janitor = spawn(join(__dirname, 'janitor.sh'), [namespace, directory], {
      detached: true,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
  }

  /** The process ids of all that the lab started and that still runs; each leads a process group of its own. */
  get pids(): number[] {
    const machines = [...this.#machines].map(({ pid }) => pid);
    return [...machines, ...[...this.#children.keys()].map(({ pid }) => pid ?? 0)].filter((pid) => pid !== 0);
  }

  /** Boots an access concentrator and resolves when it answers discovery. */
  async startConcentrator(options: ConcentratorOptions = {}): Promise<Concentrator> {
    const machine = await this.#boot('ac', concentratorEnvironment(options), options.mtu);
    await this.#discover(machine);
    return new Concentrator(machine);
  }

  /**
   * Boots a client, which dials unless told not to. `beside` names interfaces of the lab that it shall share an Ethernet
   * with: that of an access concentrator, for one. Without it, what listens on the client's own TAP is its peer.
   */
  async startClient(options: ClientOptions & { beside?: string[] } = {}): Promise<Client> {
    const machine = await this.#boot('client', clientEnvironment(options), options.mtu);
    if (options.beside) await this.bridge(machine.interface, ...options.beside);
    const client = new Client(machine);
    if (options.dial !== false) await client.dial();
    return client;
  }

  /** Joins interfaces of the namespace to one Ethernet; the name of the bridge. */
  async bridge(...interfaces: string[]): Promise<string> {
    this.#bridges += 1;
    const name = `bridge${this.#bridges}`;
    await this.ip('link', 'add', name, 'type', 'bridge', 'mcast_snooping', '0');
    await this.ip('link', 'set', name, 'addrgenmode', 'none', 'up');
    for (const each of interfaces) await this.ip('link', 'set', each, 'master', name);
    return name;
  }

  /** A cable: two interfaces of the namespace, of which the second is up and the first is not. */
  async cable(name: string, end: string): Promise<void> {
    await this.ip('link', 'add', name, 'type', 'veth', 'peer', 'name', end);
    for (const each of [name, end]) await this.ip('link', 'set', each, 'addrgenmode', 'none');
    await this.ip('link', 'set', end, 'up');
    this.#recordings.push(await this.capture(end));
  }

  /** Captures an interface of the namespace into a file of the lab. */
  capture(device: string): Promise<Capture> {
    this.#captures += 1;
    const path = join(this.directory, `${this.#captures}-${device}.pcap`);
    return Capture.open((args) => this.run('tcpdump', args, { stdio: ['ignore', 'ignore', 'pipe'] }), device, path);
  }

  /** Starts a program inside the namespace, in a process group of its own; it is ended when the lab closes. */
  run(command: string, args: readonly string[] = [], options: SpawnOptions = {}): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.namespace, command, ...args], { ...options, detached: true });
    const pid = child.pid;
    if (pid === undefined) return child; // it emits the error
    this.#tellJanitor('+', pid);
    const exited = once(child, 'exit').finally(() => {
      this.#tellJanitor('-', pid);
      this.#children.delete(child);
    });
    this.#children.set(child, exited);
    return child;
  }

  /** Runs `ip` in the namespace; what it printed. */
  async ip(...args: string[]): Promise<string> {
    return (await execute('ip', ['-n', this.namespace, ...args])).stdout;
  }

  /**
   * Powers the peers off, ends what runs in the namespace and removes it. May be called more than once. It rejects when
   * tshark finds fault with a frame that our side sent on one of the lab's segments.
   */
  close(): Promise<void> {
    this.#closing.done ??= this.#close();
    return this.#closing.done;
  }

  async #close(): Promise<void> {
    const recorders = this.#recordings.map(({ pid }) => pid);
    const children = [...this.#children].filter(([{ pid }]) => !recorders.includes(pid));
    for (const [{ pid }] of children) killGroup(pid, 'SIGTERM');
    await Promise.all([...this.#machines].map((machine) => machine.stop()));
    await within<unknown>(Promise.all(children.map(([, exited]) => exited)), STOP_LIMIT, undefined);
    for (const [{ pid }] of children) killGroup(pid);
    const found = await this.#judge().catch((error: Error) => [error.message]);
    const cleaned = once(this.#janitor, 'exit');
    this.#janitor.stdin?.end();
    const [code] = await cleaned;
    if (code !== 0) throw new Error(`The lab ${this.namespace} could not be removed`);
    if (found.length > 0) throw new Error(`tshark finds fault with frames of ours:\n${found.join('\n')}`);
  }

  /** What tshark finds wrong with the frames that none of the peers sent. */
  async #judge(): Promise<string[]> {
    const peers = [...this.#machines].map(({ mac }) => mac);
    const found = await Promise.all(this.#recordings.map(async (each) => faults(await each.stop(), peers)));
    return found.flat();
  }

  async #boot(kind: string, environment: Record<string, string>, mtu = 1508): Promise<Machine> {
    this.#peers += 1;
    const number = this.#peers;
    const tap = `${kind}${number}`;
    await this.ip('tuntap', 'add', 'dev', tap, 'mode', 'tap');
    // No address: neighbour discovery would stand between the frames that a test looks at.
    await this.ip('link', 'set', tap, 'mtu', String(mtu), 'addrgenmode', 'none', 'up');
    this.#recordings.push(await this.capture(tap));
    const machine = await Machine.boot({
      name: tap,
      namespace: this.namespace,
      directory: this.directory,
      interface: tap,
      mac: `02:00:5e:00:53:${number.toString(16).padStart(2, '0')}`,
      mtu,
      environment,
      onGroup: (sign, group) => this.#tellJanitor(sign, group),
    });
    this.#machines.add(machine);
    return machine;
  }

  /** Waits until the access concentrator offers itself. */
  async #discover(machine: Machine): Promise<void> {
    const command = ['netns', 'exec', this.namespace, 'pppoe-discovery', '-I', machine.interface, '-t', '1', '-a', '1'];
    for (let tries = 0; tries < DISCOVERY_TRIES; tries += 1) {
      const answer = await execute('ip', command).catch(() => undefined);
      if (answer?.stdout.includes('Access-Concentrator:')) return;
    }
    throw new Error(`${machine.interface} answers no discovery. ${machine.transcript()}`);
  }

  #tellJanitor(sign: '+' | '-', group: number): void {
    if (this.#janitor.stdin?.writable) this.#janitor.stdin.write(`${sign} ${group}\n`);
  }
}

export { type Capture, malformed, select } from './capture';

export type { Authentication, Client, ClientOptions, Concentrator, ConcentratorOptions } from './peers';
