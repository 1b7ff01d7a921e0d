import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import type { PppoeConcentrator } from '../src/index';
import { concentratorOf, useConcentrator } from './shared/concentrator-user';
import { destinationOf, packetsOf } from './shared/outgoing-packets';
import { asError, sessionOf, useSession } from './shared/session-user';
import { sessionAt, sessionOf as sessionOfSubscriber } from './shared/subscriber-choice';

interface OutConfig extends NodeDef {
  /** Where packets go to. Nodes of earlier versions have none: a session. */
  readonly source?: 'session' | 'concentrator';
  readonly session: string;
  readonly concentrator?: string;
}

interface OutMessage extends NodeMessage {
  /** To an access concentrator: whose packets these are; absent: each goes where its own destination says. */
  readonly subscriber?: unknown;
}

export = (RED: NodeAPI): void => {
  function PppoeOutNode(this: Node, config: OutConfig) {
    RED.nodes.createNode(this, config);
    const send = config.source === 'concentrator' ? toSubscribers(this, config) : toSession(this, config);
    this.on('input', (message, _send, done) => {
      try {
        send(message);
        done();
      } catch (error) {
        done(asError(error));
      }
    });
  }

  function toSession(node: Node, config: OutConfig) {
    const user = useSession(RED, node, config.session);
    return ({ payload }: OutMessage): void => {
      const session = sessionOf(user);
      session.send(packetsOf(payload, session.status));
    };
  }

  function toSubscribers(node: Node, config: OutConfig) {
    const user = useConcentrator(RED, node, config.concentrator ?? '', {});
    return ({ payload, subscriber }: OutMessage): void => {
      const concentrator = concentratorOf(user);
      const packets = packetsOf(payload, concentrator.addresses);
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
