import type { Node } from 'node-red';
import type { PppoeSession, Reason, SessionStateName, SessionStatus } from '../../src/index';
import type { SessionOverrides } from './session-overrides';

/** A node that uses a session. */
export interface SessionUser extends Node {
  /** Called with each change of the state, and at once when the node registers. */
  stateChanged?(state: SessionStateName, status: SessionStatus): void;
  progressed?(text: string, status: SessionStatus): void;
  /** Called when addresses or prefixes change while the state stays as it is. */
  changed?(change: SessionChange, status: SessionStatus): void;
}

/** What changed: addresses, or a prefix, like `2001:db8:1::/56`, that was delegated to us or taken away. */
export interface SessionChange {
  readonly event: 'addresses' | 'prefix-delegated' | 'prefix-lost';
  readonly prefix?: string;
}

/** What the config node `pppoe-session` offers to the flow nodes that use it. */
export interface SessionNode extends Node {
  /** Undefined when the node's settings are impossible. */
  readonly session: PppoeSession | undefined;
  /** What messages about the session have as their topic: its name, or else its interface. */
  readonly topic: string;
  /** The nodes that use it, by id. Node-RED itself looks here, to find the flows whose Status and Catch nodes to tell. */
  readonly users: Record<string, SessionUser>;
  register(user: SessionUser): void;
  deregister(user: SessionUser): void;
  /** Connects with the next attempt at once, and answers with its outcome. @param within in ms. */
  connect(within: number, overrides?: SessionOverrides): Promise<SessionStatus>;
  disconnect(within: number): Promise<SessionStatus>;
  reconnect(within: number, overrides?: SessionOverrides): Promise<SessionStatus>;
}

interface Shown {
  fill: 'red' | 'yellow' | 'green' | 'grey';
  shape: 'ring' | 'dot';
  text: string;
}

const LOOK: Readonly<Record<SessionStateName, Omit<Shown, 'text'>>> = {
  idle: { fill: 'grey', shape: 'ring' },
  discovering: { fill: 'yellow', shape: 'ring' },
  requesting: { fill: 'yellow', shape: 'ring' },
  establishing: { fill: 'yellow', shape: 'ring' },
  authenticating: { fill: 'yellow', shape: 'ring' },
  configuring: { fill: 'yellow', shape: 'ring' },
  up: { fill: 'green', shape: 'dot' },
  terminating: { fill: 'yellow', shape: 'ring' },
  waiting: { fill: 'red', shape: 'ring' },
};

/** Why a session that was to be up is not; undefined while it is, or is on its way, or was closed by us. */
export function failureOf({
  state,
  reason,
}: Pick<SessionStatus, 'state'> & { readonly reason?: Reason | undefined }): Reason | undefined {
  return reason?.code !== 'closed' && (state === 'waiting' || state === 'idle') ? reason : undefined;
}

/** A node's status for a session's state: the address when it is up, the reason's code when it is not. */
export function statusOf({ state, reason, localAddress, ipv6 }: SessionStatus): Shown {
  const failure = failureOf({ state, reason });
  if (failure) return { fill: 'red', shape: 'ring', text: failure.code };
  const address = localAddress ?? ipv6?.addresses[0]?.address ?? ipv6?.linkLocal;
  return { ...LOOK[state], text: state === 'up' && address ? address : state };
}
