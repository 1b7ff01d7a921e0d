import type { Node, NodeAPI, NodeDef } from 'node-red';
import { report, useSession } from './shared/session-user';

interface StateConfig extends NodeDef {
  readonly session: string;
}

export = (RED: NodeAPI): void => {
  function PppoeStateNode(this: Node, config: StateConfig) {
    RED.nodes.createNode(this, config);
    const session = useSession(RED, this, config.session, {
      stateChanged: (state, status) => this.send([{ topic: session?.topic, payload: state, ...report(status) }, null]),
      changed: (change, status) =>
        this.send([{ topic: session?.topic, payload: status.state, ...change, ...report(status) }, null]),
      progressed: (text, { state }) => this.send([null, { topic: session?.topic, payload: text, state }]),
    });
  }
  RED.nodes.registerType('pppoe-state', PppoeStateNode as never);
};
