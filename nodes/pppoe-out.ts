import type { Node, NodeAPI, NodeDef } from 'node-red';
import { packetsOf } from './shared/outgoing-packets';
import { asError, sessionOf, useSession } from './shared/session-user';

interface OutConfig extends NodeDef {
  readonly session: string;
}

export = (RED: NodeAPI): void => {
  function PppoeOutNode(this: Node, config: OutConfig) {
    RED.nodes.createNode(this, config);
    const node = useSession(RED, this, config.session);
    this.on('input', (message, _send, done) => {
      try {
        const session = sessionOf(node);
        session.send(packetsOf(message.payload, session.status));
        done();
      } catch (error) {
        done(asError(error));
      }
    });
  }
  RED.nodes.registerType('pppoe-out', PppoeOutNode as never);
};
