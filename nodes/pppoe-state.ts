import type { Node, NodeAPI, NodeDef } from 'node-red';
import { useSession } from './shared/session-user';

interface StateConfig extends NodeDef {
  readonly session: string;
}

export = (RED: NodeAPI): void => {
  function PppoeStateNode(this: Node, config: StateConfig) {
    RED.nodes.createNode(this, config);
    const topic = (name: string | undefined, fallback: string) => name || fallback;
    const session = useSession(RED, this, config.session, {
      stateChanged: (state, status) => {
        const { reason, ...rest } = status;
        this.send([{ topic: topic(session?.name, rest.interface), payload: state, reason, session: rest }, null]);
      },
      progressed: (text, status) => {
        const message = { topic: topic(session?.name, status.interface), payload: text, state: status.state };
        this.send([null, message]);
      },
    });
  }
  RED.nodes.registerType('pppoe-state', PppoeStateNode as never);
};
