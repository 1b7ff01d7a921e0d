import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { PppoeError, type SessionStatus } from '../src/index';
import { numberOf } from './shared/fields';
import type { SessionNode } from './shared/session-api';
import { asError, sessionOf, useSession } from './shared/session-user';

const ACTIONS = ['connect', 'disconnect', 'reconnect', 'status'] as const;
type Action = (typeof ACTIONS)[number];

interface ControlConfig extends NodeDef {
  readonly session: string;
  /** `message`: what the message asks for. */
  readonly action?: 'message' | Action;
  /** How long the outcome is waited for, in seconds. */
  readonly timeout?: number | string;
}

interface ControlMessage extends NodeMessage {
  action?: unknown;
}

const DEFAULT_TIMEOUT = 60;

export = (RED: NodeAPI): void => {
  function PppoeControlNode(this: Node, config: ControlConfig) {
    RED.nodes.createNode(this, config);
    const node = useSession(RED, this, config.session);
    const within = 1_000 * numberOf('time-out', config.timeout, DEFAULT_TIMEOUT);
    this.on('input', async (message: ControlMessage, send, done) => {
      try {
        const action = actionOf(config.action, message);
        const { reason, ...session } = await perform(action, node, within);
        send(
          Object.assign(message, {
            topic: node?.name || session.interface,
            action,
            payload: session.state,
            reason,
            session,
          }),
        );
        done();
      } catch (error) {
        done(asError(error));
      }
    });
  }

  RED.nodes.registerType('pppoe-control', PppoeControlNode as never);
};

/** @throws PppoeError `malformed` when neither configuration nor message names an action. */
function actionOf(configured: ControlConfig['action'], message: ControlMessage): Action {
  const asked = configured && configured !== 'message' ? configured : (message.action ?? message.payload);
  const action = ACTIONS.find((name) => name === asked);
  if (!action) throw new PppoeError('malformed', `msg.action or msg.payload must be one of ${ACTIONS.join(', ')}`);
  return action;
}

async function perform(action: Action, node: SessionNode | undefined, within: number): Promise<SessionStatus> {
  const session = sessionOf(node);
  if (!node || action === 'status') return session.status;
  return node[action](within);
}
