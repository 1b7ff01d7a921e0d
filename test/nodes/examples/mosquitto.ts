// Debian's MQTT broker as a child process, and a client of it that notes what it hears.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';

/** A broker on a port of this machine alone, that keeps nothing on disk. */
export class Mosquitto {
  private constructor(
    readonly port: number,
    private readonly process: ChildProcess,
    private readonly directory: string,
  ) {}

  /** Resolves when it serves. */
  static async start(port: number): Promise<Mosquitto> {
    const directory = await mkdtemp(join(tmpdir(), 'pppoe-mosquitto-'));
    const settings = join(directory, 'mosquitto.conf');
    await writeFile(settings, `listener ${port} 127.0.0.1\nallow_anonymous true\nlog_dest stderr\n`);
    const child = spawn('/usr/sbin/mosquitto', ['-c', settings], { stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (data: Buffer) => {
        log += data.toString();
        if (/mosquitto version \S+ running/.test(log)) resolve();
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`mosquitto ended:\n${log}`)));
    });
    return new Mosquitto(port, child, directory);
  }

  /** Subscribes to all there is. */
  async listen(): Promise<Listener> {
    const client = await connectAsync(`mqtt://127.0.0.1:${this.port}`, { reconnectPeriod: 0 });
    const listener = new Listener(client);
    await client.subscribeAsync('#', { qos: 1 });
    return listener;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      const exited = once(this.process, 'exit');
      this.process.kill('SIGTERM');
      await exited;
    }
    await rm(this.directory, { recursive: true });
  }
}

interface Heard {
  readonly topic: string;
  readonly payload: string;
  /** The broker had kept it: it is older than the subscription. */
  readonly retain: boolean;
}

export class Listener {
  #heard: Heard[] = [];
  #look: () => void = () => {};

  constructor(private readonly client: MqttClient) {
    client.on('message', (topic, payload, { retain }) => {
      this.#heard.push({ topic, payload: payload.toString(), retain });
      this.#look();
    });
  }

  /** The first on a topic that fits, of those since `forget`. */
  next(topic: string, fits: (heard: Heard) => boolean = () => true): Promise<Heard> {
    return new Promise((resolve) => {
      this.#look = () => {
        const found = this.#heard.find((heard) => heard.topic === topic && fits(heard));
        if (found) resolve(found);
      };
      this.#look();
    });
  }

  forget(): void {
    this.#heard = [];
  }

  async publish(topic: string, payload: string): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos: 1 });
  }

  async close(): Promise<void> {
    await this.client.endAsync();
  }
}
