import type { Node, NodeAPI, NodeDef } from 'node-red';
import { PppoeError, type SessionStatus } from '../src/index';
import { numberOf } from './shared/fields';
import { OutageRecorder } from './shared/outages';
import type { SessionChange, SessionNode } from './shared/session-api';
import { metricsOf, StatisticsSampler } from './shared/session-statistics';
import { asError, report, useSession } from './shared/session-user';

interface StateConfig extends NodeDef {
  readonly session: string;
  /** Seconds between statistics; empty or 0: none. */
  readonly interval?: number | string;
  /** One message with all numbers, or one for each of them. */
  readonly statistics?: 'object' | 'numbers';
  /** Which numbers, separated by commas; empty: all. */
  readonly metrics?: string;
}

const LONGEST_INTERVAL = 86_400;

export = (RED: NodeAPI): void => {
  function PppoeStateNode(this: Node, config: StateConfig) {
    RED.nodes.createNode(this, config);
    let timer: NodeJS.Timeout | undefined;
    let begin = () => {
      begin = () => {};
      try {
        timer = startStatistics(this, config, session);
      } catch (error) {
        this.error(asError(error), { topic: session?.topic });
      }
    };
    const outages = new OutageRecorder();
    const session = useSession(RED, this, config.session, {
      stateChanged: (state, status) => {
        const outage = outages.entered(state, status.reason, Date.now());
        this.send([{ topic: session?.topic, payload: state, outage, ...report(status) }]);
        // Not before the flows have started: an error is for their Catch nodes.
        begin();
      },
      progressed: (text, { state }) => this.send([null, { topic: session?.topic, payload: text, state }]),
      changed: (change, status) =>
        this.send([
          null,
          null,
          { topic: session?.topic, payload: changedTo(change, status), ...change, ...report(status) },
        ]),
      close: () => clearInterval(timer),
    });
  }
  RED.nodes.registerType('pppoe-state', PppoeStateNode as never);
};

/** The prefix, or all addresses that the session has now. */
function changedTo({ prefix }: SessionChange, { localAddress, ipv6 }: SessionStatus): string | readonly string[] {
  if (prefix !== undefined) return prefix;
  return [...(localAddress ? [localAddress] : []), ...(ipv6?.addresses ?? []).map(({ address }) => address)];
}

/** @throws RangeError, PppoeError `malformed`. */
function startStatistics(node: Node, config: StateConfig, used: SessionNode | undefined): NodeJS.Timeout | undefined {
  const seconds = numberOf('interval', config.interval, 0);
  if (seconds === 0) return undefined;
  if (seconds < 0.1 || seconds > LONGEST_INTERVAL) {
    throw new PppoeError('malformed', `The interval must be from 0.1 to ${LONGEST_INTERVAL} seconds`);
  }
  const metrics = metricsOf(config.metrics);
  const sampler = new StatisticsSampler();
  const session = used?.session;
  if (!session) return undefined;
  const { topic } = used;
  sampler.sample(session.status, Date.now());
  return setInterval(() => {
    const { status } = session;
    const sample = sampler.sample(status, Date.now());
    const numbers = metrics.map((name) => ({ topic: `${topic}/${name}`, payload: sample[name] }));
    if (config.statistics !== 'numbers') {
      const payload = Object.fromEntries(metrics.map((name) => [name, sample[name]]));
      return node.send([null, null, null, { topic, payload, ...report(status) }]);
    }
    // A widget is to show nothing where nothing is known.
    node.send([null, null, null, numbers.filter(({ payload }) => payload !== null)]);
  }, 1_000 * seconds);
}
