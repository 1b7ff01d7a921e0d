import type { Node, NodeAPI, NodeDef } from 'node-red';
import { type IpSummary, type SubscriberPacket, summarizeIp } from '../src/index';
import { useConcentrator } from './shared/concentrator-user';
import { useSession } from './shared/session-user';
import { type SenderData, senderData } from './shared/subscriber-data';

interface InConfig extends NodeDef {
  /** Where packets come from. Nodes of earlier versions have none: a session. */
  readonly source?: 'session' | 'concentrator';
  readonly session: string;
  readonly concentrator?: string;
  /** A message for each packet, or one for each batch of them. */
  readonly output?: 'single' | 'batch';
}

/** A packet, and of an access concentrator whose it is. */
interface Received {
  readonly packet: Buffer;
  readonly sender?: SenderData;
}

export = (RED: NodeAPI): void => {
  function PppoeInNode(this: Node, config: InConfig) {
    RED.nodes.createNode(this, config);
    if (config.source === 'concentrator') return receiveFromSubscribers(this, config);
    const consume = (packets: readonly Buffer[]) => {
      const received = packets.map((packet) => ({ packet }));
      send(this, config, session?.topic, received);
    };
    const session = useSession(RED, this, config.session, {
      close: (removed) => session?.session?.packets.release(consume, !removed),
    });
    session?.session?.packets.claim(consume);
  }

  function receiveFromSubscribers(node: Node, config: InConfig): void {
    const consume = (packets: readonly SubscriberPacket[]) => {
      const received = packets.map(({ packet, sender }) => ({ packet, sender: senderData(sender) }));
      send(node, config, user?.topic, received);
    };
    const user = useConcentrator(RED, node, config.concentrator ?? '', {
      close: (removed) => user?.concentrator?.packets.release(consume, !removed),
    });
    user?.concentrator?.packets.claim(consume);
  }

  RED.nodes.registerType('pppoe-in', PppoeInNode as never);
};

function send(node: Node, { output }: InConfig, topic: string | undefined, received: readonly Received[]): void {
  const messages = received.flatMap(({ packet, sender }) => {
    const ip = summary(node, packet);
    return ip ? [{ topic, payload: packet, ip, ...(sender ? { subscriber: sender } : {}) }] : [];
  });
  if (output !== 'batch') {
    for (const message of messages) node.send(message);
    return;
  }
  if (messages.length === 0) return;
  const subscribers = messages.flatMap(({ subscriber }) => subscriber ?? []);
  node.send({
    topic,
    payload: messages.map(({ payload }) => payload),
    ip: messages.map(({ ip }) => ip),
    ...(subscribers.length > 0 ? { subscriber: subscribers } : {}),
  });
}

function summary(node: Node, packet: Buffer): IpSummary | undefined {
  try {
    return summarizeIp(packet);
  } catch (error) {
    node.debug(`Dropped: ${error}`);
    return undefined;
  }
}
