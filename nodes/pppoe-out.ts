import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import type { PppoeConcentrator } from '../src/index';
import { concentratorOf, useConcentrator } from './shared/concentrator-user';
import { destinationOf, packetsOf } from './shared/outgoing-packets';
import { asError, sessionOf, useSession } from './shared/session-user';
import { sessionAt, sessionOf as sessionOfSubscriber } from './shared/subscriber-choice';
import { evaluate } from './shared/typed-field';

interface OutConfig extends NodeDef {
  /** Where packets go to. Nodes of earlier versions have none: a session. */
  readonly source?: 'session' | 'concentrator';
  readonly session: string;
  readonly concentrator?: string;
  /** Typed inputs: a value, or where to find one. Nodes of earlier versions have none: the message's own. */
  readonly packet?: string;
  readonly packetType?: string;
  readonly subscriber?: string;
  readonly subscriberType?: string;
}

/** What is to be sent, as the message or the settings have it. */
interface Outgoing {
  readonly packet: unknown;
  /** What errors call it. */
  readonly name: string;
  /** To an access concentrator: whose packets these are; absent: each goes where its own destination says. */
  readonly subscriber?: unknown;
}

export = (RED: NodeAPI): void => {
  function PppoeOutNode(this: Node, config: OutConfig) {
    RED.nodes.createNode(this, config);
    const send = config.source === 'concentrator' ? toSubscribers(this, config) : toSession(this, config);
    this.on('input', async (message, _send, done) => {
      try {
        send(await outgoing(this, config, message));
        done();
      } catch (error) {
        done(asError(error));
      }
    });
  }

  /** @throws PppoeError `malformed` when a setting cannot be evaluated. */
  async function outgoing(node: Node, config: OutConfig, message: NodeMessage): Promise<Outgoing> {
    const { packet = 'payload', packetType = 'msg', subscriber = 'subscriber', subscriberType = 'msg' } = config;
    const name = packetType === 'msg' ? packet : 'the packet';
    const own = { packet: await evaluate(RED, node, message, [packet, packetType]), name };
    if (config.source !== 'concentrator') return own;
    return { ...own, subscriber: await evaluate(RED, node, message, [subscriber, subscriberType]) };
  }

  function toSession(node: Node, config: OutConfig) {
    const user = useSession(RED, node, config.session);
    return ({ packet, name }: Outgoing): void => {
      const session = sessionOf(user);
      session.send(packetsOf(packet, session.status, name));
    };
  }

  function toSubscribers(node: Node, config: OutConfig) {
    const user = useConcentrator(RED, node, config.concentrator ?? '', {});
    return ({ packet, name, subscriber }: Outgoing): void => {
      const concentrator = concentratorOf(user);
      const packets = packetsOf(packet, concentrator.addresses, name);
      concentrator.send(bySession(concentrator, packets, subscriber));
    };
  }

  RED.nodes.registerType('pppoe-out', PppoeOutNode as never);
};

/** @throws PppoeError for packets that belong to nobody here. */
function bySession(
  concentrator: PppoeConcentrator,
  packets: readonly Buffer[],
  subscriber: unknown,
): ReadonlyMap<number, readonly Buffer[]> {
  // One for each packet, as pppoe-in gives them with a batch.
  const own = Array.isArray(subscriber) && subscriber.length === packets.length ? subscriber : undefined;
  const batches = new Map<number, Buffer[]>();
  for (const [index, packet] of packets.entries()) {
    const meant = own ? own[index] : subscriber;
    const { sessionId } =
      meant === undefined || meant === null
        ? sessionAt(concentrator, destinationOf(packet))
        : sessionOfSubscriber(concentrator, meant);
    const batch = batches.get(sessionId);
    if (batch) batch.push(packet);
    else batches.set(sessionId, [packet]);
  }
  return batches;
}
