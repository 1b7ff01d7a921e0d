import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { PppoeError, type Segment, scan } from '../src/index';
import { ethernetOptions } from './shared/ethernet-fields';
import { numberOf } from './shared/fields';
import type { SessionNode } from './shared/session-api';
import { asError, sessionOf } from './shared/session-user';

interface ScanConfig extends NodeDef {
  /** Whose interface to scan, unless one is named. */
  readonly session?: string;
  readonly interface?: string;
  /** A VLAN identifier, or two as `outer.inner`. */
  readonly vlan?: string | number;
  readonly service?: string;
  /** How long answers are collected, in seconds. */
  readonly duration?: number | string;
}

interface ScanMessage extends NodeMessage {
  interface?: unknown;
  vlan?: unknown;
  service?: unknown;
}

/** In seconds. */
const DEFAULT_DURATION = 3;

export = (RED: NodeAPI): void => {
  function PppoeScanNode(this: Node, config: ScanConfig) {
    RED.nodes.createNode(this, config);
    const stop = new AbortController();
    let running = 0;
    this.on('input', async (message: ScanMessage, send, done) => {
      running++;
      try {
        const duration = 1_000 * numberOf('duration', config.duration, DEFAULT_DURATION);
        const serviceName = textOf('service', message.service) ?? config.service ?? '';
        const segment = segmentOf(config, message, () => RED.nodes.getNode(config.session ?? '') as SessionNode | null);
        this.status({ fill: 'yellow', shape: 'ring', text: 'scanning' });
        const offers = await scan({ ...segment, serviceName, duration, signal: stop.signal });
        this.status({ fill: offers.length > 0 ? 'green' : 'red', shape: 'dot', text: `${offers.length} found` });
        send(Object.assign(message, { topic: message.topic || segment.interface, payload: offers }));
        done();
      } catch (error) {
        // A scan that a deploy ends has nobody to tell.
        if (stop.signal.aborted) return done();
        const refused = asError(error) as Error & { readonly code?: string };
        this.status({ fill: 'red', shape: 'ring', text: refused.code ?? 'error' });
        done(refused);
      } finally {
        running--;
        if (running > 0) this.status({ fill: 'yellow', shape: 'ring', text: 'scanning' });
      }
    });
    this.on('close', () => stop.abort());
  }

  RED.nodes.registerType('pppoe-scan', PppoeScanNode as never);
};

/**
 * Where to look: on what the message names, or else the form, or else where the session is.
 * @throws RangeError, PppoeError `malformed`.
 */
function segmentOf(config: ScanConfig, message: ScanMessage, session: () => SessionNode | null): Segment {
  const asked = typeof message.vlan === 'number' ? message.vlan : textOf('vlan', message.vlan);
  const chosen = asked ?? (config.vlan === '' ? undefined : config.vlan);
  const vlan = chosen === undefined ? {} : { vlan: ethernetOptions({ vlan: chosen }).vlan };
  const name = (textOf('interface', message.interface) || config.interface || '').trim();
  if (name) return { interface: name, ...vlan };
  const node = session();
  if (!node) throw new PppoeError('malformed', 'An interface is needed, like eth1 or virtual:lab, or a session');
  return { ...sessionOf(node).segment, ...vlan };
}

/** @throws PppoeError `malformed` */
function textOf(field: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new PppoeError('malformed', `${field} must be text`);
}
