// Debian's freeradius in a lab's namespace, with the accounts of raddb/users: authentication and accounting.
import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { type FSWatcher, watch } from 'node:fs';
import { chmod, cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../lab';

const LIMIT = 20_000; // seen: 0.1 s to start

export interface RadiusOptions {
  /** Where it listens, of 127.0.0.0/8: `127.0.0.1` unless given. Each of several servers in a lab has its own. */
  address?: string;
  /** Shared with all its clients, which may be anywhere in 127.0.0.0/8: `lab-shared-secret` unless given. */
  secret?: string;
  /** Further accounts, in the words of users(5); they go before those of raddb/users. */
  users?: string;
  /** Whether its replies carry a Message-Authenticator (RFC 3579 §3.2): `signed` unless given. It always asks for one. */
  replies?: 'signed' | 'unsigned';
}

/** One accounting request as the server wrote it down: attributes by name, text without its quotes. */
export type AccountingRecord = Readonly<Record<string, string>>;

/**
 * Starts a server; resolves when it listens. It ends with the lab, or earlier by `stop`.
 * @throws Error with what it said, when it does not start.
 */
export async function startRadius(lab: Lab, options: RadiusOptions = {}): Promise<RadiusServer> {
  const { address = '127.0.0.1', secret = 'lab-shared-secret', users = '', replies = 'signed' } = options;
  const directory = await mkdtemp(join(lab.directory, 'radius-'));
  await cp(join(__dirname, 'raddb'), directory, { recursive: true });
  await chmod(directory, 0o700); // it refuses a configuration that others may write
  const accounts = join(directory, 'users');
  await writeFile(accounts, `${users}\n\n${await readFile(accounts, 'utf8')}`);
  const child = lab.run('freeradius', ['-f', '-l', 'stdout', '-n', 'radiusd', '-d', directory], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      RADIUS_DIRECTORY: directory,
      RADIUS_ADDRESS: address,
      RADIUS_SECRET: secret,
      RADIUS_SIGNS: replies === 'signed' ? 'yes' : 'no',
    },
  });
  const server = new RadiusServer(child, directory, address, secret);
  await server.ready();
  return server;
}

export class RadiusServer {
  /** The ports are RFC 2865's and RFC 2866's. */
  readonly ports = { authentication: 1812, accounting: 1813 };
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #detail: string;
  readonly #watcher: FSWatcher;
  readonly #changed = new EventEmitter();
  #log = '';

  /** Use startRadius. */
  constructor(
    process: ChildProcess,
    directory: string,
    readonly address: string,
    readonly secret: string,
  ) {
    this.#process = process;
    this.#exited = once(process, 'exit');
    this.#detail = join(directory, 'detail');
    this.#changed.setMaxListeners(0);
    this.#watcher = watch(directory, () => this.#changed.emit('change'));
    void this.#exited.finally(() => this.#watcher.close());
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.#log += data.toString();
        this.#changed.emit('change');
      });
    }
  }

  /** What the server said: a line for each login and refusal, without passwords. */
  get log(): string {
    return this.#log;
  }

  /** Resolves when the server listens. */
  async ready(): Promise<void> {
    await this.#await('its readiness', async () => this.#log.includes('Ready to process requests') || undefined);
  }

  /** All accounting requests so far. */
  async records(): Promise<readonly AccountingRecord[]> {
    const text = await readFile(this.#detail, 'utf8').catch(() => ''); // there is none before the first request
    const complete = text.slice(0, text.lastIndexOf('\n\n') + 1);
    return complete
      .split('\n\n')
      .map(parseRecord)
      .slice(0, text === '' ? 0 : undefined);
  }

  /** The first accounting request that fits, from `since` (an index into `records`) on: an earlier or a coming one. */
  record(fits: (record: AccountingRecord) => boolean, since = 0): Promise<AccountingRecord> {
    return this.#await('an accounting request', async () => (await this.records()).slice(since).find(fits));
  }

  /** Ends the server: its clients get no more answers. */
  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    await this.#exited;
  }

  async #await<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const signal = AbortSignal.timeout(LIMIT);
    const ended = this.#exited.then(() => 'ended');
    for (;;) {
      const change = once(this.#changed, 'change', { signal });
      change.catch(() => {}); // when nobody waits for it any longer
      const found = await look();
      if (found !== undefined) return found;
      const outcome = await Promise.race([change, ended]).catch(() => 'late');
      if (typeof outcome === 'string') throw new Error(`freeradius: no ${what} (${outcome}). It said:\n${this.#log}`);
    }
  }
}

/** A record begins with a line of its time; its attributes are indented. */
function parseRecord(text: string): AccountingRecord {
  const attributes = text.split('\n').flatMap((line) => {
    const [, name, value] = /^\t(\S+) = (.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value.replace(/^"(.*)"$/, '$1')]];
  });
  return Object.fromEntries(attributes);
}
