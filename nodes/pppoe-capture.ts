import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { Capture, type CapturedFrame, type CaptureFilter, PppoeError, type SessionStatus } from '../src/index';
import { dumpOf, type Format, isFormat, streamOf } from './shared/captured-messages';
import { numberOf } from './shared/fields';
import { failureOf, statusOf } from './shared/session-api';
import { asError, sessionOf, useSession } from './shared/session-user';

interface CaptureConfig extends NodeDef {
  readonly session: string;
  /** `stream`: tells frames as they come. `ring`: keeps the last ones until they are asked for. */
  readonly mode?: 'stream' | 'ring';
  readonly format?: Format;
  readonly filter?: CaptureFilter;
  /** A stream begins when the flows start. */
  readonly autostart?: boolean;
  /** How many frames a ring keeps. */
  readonly keep?: number | string;
  /** A ring is told when the session fails. */
  readonly dumpOnFailure?: boolean;
  readonly keepSecrets?: boolean;
}

interface CaptureMessage extends NodeMessage {
  action?: unknown;
  filename?: unknown;
}

const ACTIONS = ['start', 'stop', 'dump'] as const;
const FILTERS: readonly string[] = ['all', 'control', 'data'] satisfies CaptureFilter[];
const DEFAULT_KEEP = 1_000;

export = (RED: NodeAPI): void => {
  function PppoeCaptureNode(this: Node, config: CaptureConfig) {
    RED.nodes.createNode(this, config);
    const worker = new Worker(this, config);
    worker.session = useSession(RED, this, config.session, {
      stateChanged: (_state, status) => worker.stateChanged(status),
      close: () => worker.stop(),
    });
    this.on('input', (message: CaptureMessage, _send, done) => {
      try {
        worker.act(message);
        done();
      } catch (error) {
        done(asError(error));
      }
    });
  }

  RED.nodes.registerType('pppoe-capture', PppoeCaptureNode as never);
};

/** What a capture node does, from message to message. */
class Worker {
  session: ReturnType<typeof useSession>;
  #running: { readonly capture: Capture; readonly segment: string; readonly filename?: string } | undefined;
  #isWanted: boolean;
  /** The failure that was dumped last: a session that retries all night is not dumped with each attempt. */
  #dumped: string | undefined;

  constructor(
    private readonly node: Node,
    private readonly config: CaptureConfig,
  ) {
    this.#isWanted = this.#isRing || config.autostart === true;
  }

  get #isRing(): boolean {
    return this.config.mode === 'ring';
  }

  /** @throws PppoeError, RangeError */
  act({ action, payload, filename }: CaptureMessage): void {
    const wanted = ACTIONS.find((name) => name === (action ?? payload));
    if (!wanted) throw new PppoeError('malformed', `msg.action or msg.payload must be one of ${ACTIONS.join(', ')}`);
    if (wanted === 'dump') return this.#dump();
    this.#isWanted = wanted === 'start';
    this.stop();
    if (wanted === 'start') this.#start(typeof filename === 'string' ? filename : undefined);
    else this.#show();
  }

  stateChanged(status: SessionStatus): void {
    const { state, reason } = status;
    this.#follow();
    const detail = reason ? ` (${reason.code}: ${reason.text})` : '';
    this.#running?.capture.comment(`${this.session?.topic}: ${state}${state === 'up' ? '' : detail}`);
    if (state === 'up') this.#dumped = undefined;
    const failure = failureOf(status);
    const said = failure && `${failure.code}: ${failure.text}`;
    if (this.#isRing && this.config.dumpOnFailure !== false && this.#running && failure && said !== this.#dumped) {
      this.#dumped = said;
      this.#dump(failure);
    }
    this.#show();
  }

  stop(): void {
    const running = this.#running;
    if (!running) return;
    const { capture, filename } = running;
    capture.close();
    this.#running = undefined;
    if (!this.#isRing && this.#format === 'pcapng') {
      this.#tell([{ payload: capture.end(), event: 'end', frames: 0 }], filename);
    }
  }

  get #format(): Format {
    const { format = 'pcapng' } = this.config;
    if (isFormat(format)) return format;
    throw new PppoeError('malformed', `format must be pcapng, lines or objects, not '${format}'`);
  }

  /** Begins with the session, and moves with it to another interface. What keeps it from that, the session says itself. */
  #follow(): void {
    if (!this.#isWanted || !this.session?.session) return;
    if (this.#running?.segment === JSON.stringify(this.session.session.segment)) return;
    const filename = this.#running?.filename;
    this.stop();
    try {
      this.#start(filename);
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if (code !== 'no-interface' && code !== 'permission' && code !== 'no-native')
        this.node.error(asError(error), { topic: this.session?.topic });
    }
  }

  #start(filename: string | undefined): void {
    const { segment } = sessionOf(this.session);
    const { filter = 'all', keepSecrets, keep } = this.config;
    if (!FILTERS.includes(filter))
      throw new PppoeError('malformed', `filter must be all, control or data, not '${filter}'`);
    const format = this.#format;
    const capture = new Capture({
      ...segment,
      filter,
      secrets: keepSecrets ? 'kept' : 'masked',
      keep: this.#isRing ? Math.max(1, numberOf('frames to keep', keep, DEFAULT_KEEP)) : 0,
    });
    this.#running = { capture, segment: JSON.stringify(segment), ...(filename === undefined ? {} : { filename }) };
    if (!this.#isRing) {
      if (format === 'pcapng') this.#tell([{ payload: capture.header(), event: 'header', frames: 0 }], filename);
      capture.on('frames', (frames: readonly CapturedFrame[]) => {
        this.#tell(streamOf(frames, format), filename);
        this.#show();
      });
    }
    this.#show();
  }

  #dump(failure?: { readonly code: string; readonly text: string }): void {
    const running = this.#running;
    if (!this.#isRing) throw new PppoeError('malformed', 'Only a node that keeps the last frames can dump them');
    if (!running) throw new PppoeError('malformed', 'Nothing is being captured: start it first');
    const dump = dumpOf(running.capture, this.#format, {
      topic: this.session?.topic ?? '',
      ...(failure ? { failure } : {}),
    });
    this.#tell([dump], running.filename);
  }

  #tell(messages: readonly object[], filename: string | undefined): void {
    for (const message of messages) {
      const named = filename === undefined ? {} : { filename };
      this.node.send({ topic: this.session?.topic, ...message, ...named } as NodeMessage);
    }
  }

  #show(): void {
    const { session } = this.session ?? {};
    if (!session) return;
    const { capture } = this.#running ?? {};
    if (!capture)
      this.node.status(this.#isWanted ? statusOf(session.status) : { fill: 'grey', shape: 'ring', text: 'stopped' });
    else
      this.node.status({
        fill: 'green',
        shape: 'dot',
        text: this.#isRing ? 'keeping frames' : `${capture.count} frames`,
      });
  }
}
