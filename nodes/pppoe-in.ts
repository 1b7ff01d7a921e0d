import type { Node, NodeAPI, NodeDef } from 'node-red';
import { type IpSummary, summarizeIp } from '../src/index';
import { useSession } from './shared/session-user';

interface InConfig extends NodeDef {
  readonly session: string;
  /** A message for each packet, or one for each batch of them. */
  readonly output?: 'single' | 'batch';
}

export = (RED: NodeAPI): void => {
  function PppoeInNode(this: Node, config: InConfig) {
    RED.nodes.createNode(this, config);
    const consume = (packets: readonly Buffer[]) => {
      const received = packets.flatMap((packet) => {
        const ip = summary(packet);
        return ip ? [{ payload: packet, ip }] : [];
      });
      if (config.output === 'batch') {
        const message = {
          topic: session?.topic,
          payload: received.map(({ payload }) => payload),
          ip: received.map(({ ip }) => ip),
        };
        if (received.length > 0) this.send(message);
      } else {
        for (const message of received) this.send({ topic: session?.topic, ...message });
      }
    };
    const summary = (packet: Buffer): IpSummary | undefined => {
      try {
        return summarizeIp(packet);
      } catch (error) {
        this.debug(`Dropped: ${error}`);
        return undefined;
      }
    };
    const session = useSession(RED, this, config.session, {
      close: (removed) => session?.session?.packets.release(consume, !removed),
    });
    session?.session?.packets.claim(consume);
  }
  RED.nodes.registerType('pppoe-in', PppoeInNode as never);
};
