// Captures frames of an interface with tcpdump, and judges them with tshark.
import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PI_WARN and PI_ERROR of tshark's expert information; malformed frames are among the errors. */
const EXPERT = { warning: 0x600000, error: 0x800000 };

export class Capture {
  readonly path: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  #messages = '';

  private constructor(process: ChildProcess, path: string) {
    this.path = path;
    this.#process = process;
    this.#exited = once(process, 'close');
    process.stderr?.on('data', (data: Buffer) => {
      this.#messages += data.toString();
    });
  }

  /** `start` runs tcpdump with the given arguments where the interface is. Resolves when frames are being taken. */
  static async open(start: (args: string[]) => ChildProcess, device: string, path: string): Promise<Capture> {
    // Unbuffered and in immediate mode, so that the file holds what was seen when it is stopped.
    const process = start(['-Z', 'root', '-U', '--immediate-mode', '-s', '0', '-i', device, '-w', path]);
    const capture = new Capture(process, path);
    const listening = new Promise<boolean>((resolve) => {
      process.stderr?.on('data', () => {
        if (capture.#messages.includes('listening on')) resolve(true);
      });
    });
    if (await Promise.race([listening, capture.#exited.then(() => false)])) return capture;
    throw new Error(`tcpdump on ${device}: ${capture.#messages}`);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Ends the capture; the path of its file, which goes when the lab is closed. */
  async stop(): Promise<string> {
    this.#process.kill('SIGINT');
    await this.#exited;
    return this.path;
  }
}

/** The frames of a capture that a display filter of tshark selects, one line each: number and what tshark makes of it. */
export async function select(path: string, filter: string): Promise<string[]> {
  const fields = ['frame.number', '_ws.col.Source', '_ws.col.Protocol', '_ws.col.Info', '_ws.expert.message'];
  const args = ['-n', '-r', path, '-Y', filter, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
  const { stdout } = await run('tshark', args, { maxBuffer: 256 * 1024 * 1024 });
  return stdout.split('\n').filter((line) => line !== '');
}

/** The frames that tshark marks as malformed or as an error; none in a sound capture. */
export function malformed(path: string): Promise<string[]> {
  return select(path, `_ws.malformed || _ws.expert.severity >= ${EXPERT.error}`);
}

/** What tshark marks although the frame is as it has to be. Each names the frame and all of its marks. */
const REMARKS: readonly RegExp[] = [
  // A remark on the method, which the peer chose, and not on the frame.
  /\tEAP\tResponse, MD5-Challenge EAP \(EAP-MD5-CHALLENGE\)\tVulnerable to MITM attacks\. If possible, change EAP type\.$/,
];

/**
 * What tshark finds wrong with the frames of a capture that none of `peers` (MAC addresses) sent, and which so are ours:
 * malformed, or with expert information at the level of a warning or an error. One line for each; none in a sound capture.
 */
export async function faults(path: string, peers: readonly string[]): Promise<string[]> {
  const theirs = peers.map((mac) => `eth.src == ${mac}`);
  const ours = theirs.length > 0 ? `!(${theirs.join(' || ')}) && ` : '';
  const marked = await select(path, `${ours}(_ws.malformed || _ws.expert.severity >= ${EXPERT.warning})`);
  return marked.filter((line) => !REMARKS.some((remark) => remark.test(line)));
}

/**
 * The frames of a pcapng file of ours that a display filter selects, as `select` has them.
 * @throws Error when tshark complains of the file, of a frame or of what is in it.
 */
export async function selectIn(file: Buffer, filter: string): Promise<readonly string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'pppoe-capture-'));
  try {
    const path = join(directory, 'test.pcapng');
    await writeFile(path, file);
    const complaints = await faults(path, []);
    if (complaints.length > 0) throw new Error(`tshark complains:\n${complaints.join('\n')}`);
    return await select(path, filter);
  } finally {
    await rm(directory, { recursive: true });
  }
}
