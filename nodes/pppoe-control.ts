import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { PppoeError, type PppoeSession, type SessionStatus } from '../src/index';
import type { SessionNode } from './shared/session-api';
import { overridesOf, type SessionOverrides } from './shared/session-overrides';
import { asError, report, sessionOf, useSession } from './shared/session-user';
import { evaluate } from './shared/typed-field';

const ACTIONS = ['connect', 'disconnect', 'reconnect', 'status', 'describe', 'trace'] as const;
type Action = (typeof ACTIONS)[number];

interface ControlConfig extends NodeDef {
  readonly session: string;
  /** `message`: what the message asks for; an action; or where it is found. */
  readonly action?: string;
  /** `message`, `action`, or a type of Node-RED's typed inputs; nodes of earlier versions have none. */
  readonly actionType?: '' | 'message' | 'action' | 'msg' | 'flow' | 'global' | 'env' | 'jsonata';
  /** How long the outcome is waited for, in seconds. */
  readonly timeout?: number | string;
  /** Where to find what differs from the session's settings for one connect: a typed input. */
  readonly override?: string;
  readonly overrideType?: 'msg' | 'flow' | 'global' | 'env' | 'json';
}

interface ControlMessage extends NodeMessage {
  action?: unknown;
}

const DEFAULT_TIMEOUT = 60;
const LONGEST_TIMEOUT = 86_400;

export = (RED: NodeAPI): void => {
  function PppoeControlNode(this: Node, config: ControlConfig) {
    RED.nodes.createNode(this, config);
    const node = useSession(RED, this, config.session);
    this.on('input', async (message: ControlMessage, send, done) => {
      try {
        const overrides = await overridesIn(this, config, message);
        const within = 1_000 * timeoutOf(config.timeout);
        const action = actionOf(await asked(RED, this, config, message));
        const status = await perform(action, node, within, overrides);
        const payload = payloadOf(action, sessionOf(node), status);
        send(Object.assign(message, { topic: node?.topic, action, payload, ...report(status) }));
        done();
      } catch (error) {
        done(asError(error));
      }
    });
  }

  /** What differs for one connect. A message loses its password here, so that no other node gets to see it. */
  async function overridesIn(
    node: Node,
    { override = 'override', overrideType = 'msg' }: ControlConfig,
    message: ControlMessage,
  ): Promise<SessionOverrides | undefined> {
    if (override === '') return undefined;
    const value = await evaluate(RED, node, message, [override, overrideType]);
    if (overrideType === 'msg' && typeof value === 'object' && value !== null && 'password' in value) {
      const { password, ...rest } = value;
      RED.util.setMessageProperty(message, override, rest);
    }
    return overridesOf(value);
  }

  RED.nodes.registerType('pppoe-control', PppoeControlNode as never);
};

/** In seconds. @throws PppoeError `malformed` */
function timeoutOf(configured: ControlConfig['timeout']): number {
  const seconds = Number(configured === undefined || configured === '' ? DEFAULT_TIMEOUT : configured);
  if (seconds > 0 && seconds <= LONGEST_TIMEOUT) return seconds;
  throw new PppoeError('malformed', `The time-out must be a number of seconds up to ${LONGEST_TIMEOUT}`);
}

/**
 * What the node is to do, wherever its settings say that this is found.
 * @throws PppoeError `malformed` when it cannot be read there.
 */
async function asked(RED: NodeAPI, node: Node, config: ControlConfig, message: ControlMessage): Promise<unknown> {
  const { action = 'message', actionType = '' } = config;
  const inMessage = message.action ?? message.payload;
  if (actionType === '') return action === '' || action === 'message' ? inMessage : action;
  if (actionType === 'message') return inMessage;
  if (actionType === 'action') return action;
  return evaluate(RED, node, message, [action, actionType]);
}

/** @throws PppoeError `malformed` for what is no action. */
function actionOf(asked: unknown): Action {
  const action = ACTIONS.find((name) => name === asked);
  if (!action)
    throw new PppoeError(
      'malformed',
      `The action, in msg.action or msg.payload unless the node says otherwise, must be one of ${ACTIONS.join(', ')}`,
    );
  return action;
}

async function perform(
  action: Action,
  node: SessionNode | undefined,
  within: number,
  overrides: SessionOverrides | undefined,
): Promise<SessionStatus> {
  const session = sessionOf(node);
  if (!node || action === 'status' || action === 'describe' || action === 'trace') return session.status;
  return action === 'disconnect' ? node.disconnect(within) : node[action](within, overrides);
}

/** The state; or the diagrams, or the frames, that were asked for. */
function payloadOf(action: Action, session: PppoeSession, status: SessionStatus): unknown {
  if (action === 'describe') return session.describe();
  return action === 'trace' ? session.trace : status.state;
}
