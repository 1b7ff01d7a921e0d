import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { type PingOptions, type PingOutcome, PppoeError, ping } from '../src/index';
import { statusOf } from './shared/session-api';
import { asError, sessionOf, useSession } from './shared/session-user';
import { evaluate } from './shared/typed-field';

interface PingConfig extends NodeDef {
  readonly session: string;
  /** Typed inputs: a value, or where to find one. */
  readonly destination?: string;
  readonly destinationType?: string;
  readonly count?: string;
  readonly countType?: string;
  /** In seconds. */
  readonly interval?: string;
  readonly intervalType?: string;
  readonly timeout?: string;
  readonly timeoutType?: string;
  /** In octets. */
  readonly size?: string;
  readonly sizeType?: string;
}

interface PingMessage extends NodeMessage {
  action?: unknown;
  destination?: unknown;
}

/** A ping that is under way. */
interface Run {
  /** Empty: the gateway. */
  readonly destination: string;
  readonly stop: AbortController;
}

/** What the form has where a field is empty: seconds, octets. */
const DEFAULTS = { count: 4, interval: 1, timeout: 1, size: 56 } as const;

export = (RED: NodeAPI): void => {
  function PppoePingNode(this: Node, config: PingConfig) {
    RED.nodes.createNode(this, config);
    const runs = new Set<Run>();
    const stop = (destination: string) => {
      for (const run of runs) if (destination === '' || destination === run.destination) run.stop.abort();
    };
    let closed = false;
    const session = useSession(RED, this, config.session, {
      close: () => {
        closed = true;
        stop('');
      },
    });

    this.on('input', async (message: PingMessage, send, done) => {
      try {
        if (message.action === 'stop' || message.payload === 'stop') {
          stop(destinationOf(message.destination));
          return done();
        }
        const pinged = sessionOf(session);
        const options = await optionsOf(RED, this, config, message);
        const { destination = '', count } = options;
        // A ping without end waits for a session that comes.
        if (count !== 0 && pinged.state !== 'up') {
          throw new PppoeError('not-up', `The session is not up, but ${pinged.state}`);
        }
        const run: Run = { destination, stop: new AbortController() };
        runs.add(run);
        const base = { ...RED.util.cloneMessage(message), topic: message.topic || destination || session?.topic };
        const outcome = (told: PingOutcome) => {
          if (closed || run.stop.signal.aborted) return;
          this.status(lookOf(told));
          send(messagesOf(RED.util.cloneMessage(base), destination, told));
        };
        const statistics = await ping(pinged, { ...options, outcome, signal: run.stop.signal }).finally(() =>
          runs.delete(run),
        );
        if (!closed) {
          if (runs.size === 0) this.status(statusOf(pinged.status));
          send([null, { ...base, payload: statistics, ping: { destination } }, null]);
        }
        done();
      } catch (error) {
        done(asError(error));
      }
    });
  }

  RED.nodes.registerType('pppoe-ping', PppoePingNode as never);
};

/** @throws PppoeError `malformed` for a value of the wrong kind. */
async function optionsOf(RED: NodeAPI, node: Node, config: PingConfig, message: PingMessage): Promise<PingOptions> {
  const number = async (field: keyof typeof DEFAULTS) => {
    const value = await evaluate(RED, node, message, [config[field] ?? '', config[`${field}Type`] ?? 'str']);
    if (value === undefined || value === null || value === '') return DEFAULTS[field];
    if (Number.isFinite(Number(value))) return Number(value);
    throw new PppoeError('malformed', `${field} must be a number`);
  };
  const asked = await evaluate(RED, node, message, [config.destination ?? '', config.destinationType ?? 'str']);
  const isEmpty = asked === undefined || asked === null || asked === '';
  return {
    destination: destinationOf(isEmpty ? message.destination : asked),
    count: await number('count'),
    interval: 1_000 * (await number('interval')),
    timeout: 1_000 * (await number('timeout')),
    size: await number('size'),
  };
}

/** @throws PppoeError `malformed` unless it is text, or nothing. */
function destinationOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value.trim();
  throw new PppoeError('malformed', 'destination must be an IPv4 or IPv6 address');
}

/** A reply goes to the first output, a failure to the third. */
function messagesOf(base: NodeMessage, destination: string, outcome: PingOutcome): (NodeMessage | null)[] {
  if (outcome.type === 'failed') {
    const { number, failure } = outcome;
    const { code, text, ...details } = failure;
    const error = { code, message: text, ...details };
    return [null, null, Object.assign(base, { payload: text, error, ping: { destination, number } })];
  }
  const { roundTrip, ...details } = outcome;
  return [Object.assign(base, { payload: rounded(roundTrip), ping: { destination, ...details } }), null, null];
}

/** Microseconds are all that the clock can tell. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

function lookOf(outcome: PingOutcome): { fill: 'red' | 'green'; shape: 'ring' | 'dot'; text: string } {
  if (outcome.type === 'failed') return { fill: 'red', shape: 'ring', text: outcome.failure.code };
  return { fill: 'green', shape: 'dot', text: `${outcome.number}: ${outcome.roundTrip.toFixed(1)} ms` };
}
