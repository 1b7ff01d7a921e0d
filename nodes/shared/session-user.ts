import type { Node, NodeAPI } from 'node-red';
import { PppoeError, type PppoeSession, type SessionStateName, type SessionStatus } from '../../src/index';
import { type SessionChange, type SessionNode, type SessionUser, statusOf } from './session-api';

/** What a flow node that uses a session is to do. */
interface Uses {
  stateChanged?(state: SessionStateName, status: SessionStatus): void;
  progressed?(text: string, status: SessionStatus): void;
  changed?(change: SessionChange, status: SessionStatus): void;
  /** @param removed the node is gone for good, not about to be made anew. */
  close?(removed: boolean): void;
}

/**
 * Ties a flow node to its session for as long as it lives: its status shows the session's, and it is told of changes.
 * @returns the config node, or undefined when none is chosen: the status says so.
 */
export function useSession(RED: NodeAPI, node: Node, id: string, uses: Uses = {}): SessionNode | undefined {
  const config = RED.nodes.getNode(id) as SessionNode | null;
  if (!config) {
    node.status({ fill: 'red', shape: 'ring', text: 'no session chosen' });
    return undefined;
  }
  const user = node as SessionUser;
  user.stateChanged = (state, status) => {
    node.status(statusOf(status));
    uses.stateChanged?.(state, status);
  };
  if (uses.progressed) user.progressed = uses.progressed;
  user.changed = (change, status) => {
    node.status(statusOf(status));
    uses.changed?.(change, status);
  };
  config.register(user);
  node.on('close', (removed: boolean, done: () => void) => {
    config.deregister(user);
    uses.close?.(removed);
    done();
  });
  return config;
}

/** @throws PppoeError when there is no usable session. */
export function sessionOf(config: SessionNode | undefined): PppoeSession {
  if (!config) throw new PppoeError('not-up', 'No session is chosen');
  if (!config.session) throw new PppoeError('not-up', 'The session cannot start: see its own error');
  return config.session;
}

/** Every property of a session is there in every message, null while it is not known: widgets show nothing then. */
const UNKNOWN = {
  sessionId: null,
  acName: null,
  acMac: null,
  localAddress: null,
  remoteAddress: null,
  ipv6: null,
  mru: null,
  mtu: null,
  since: null,
  nextAttempt: null,
  roundTrip: null,
  motm: null,
  hurl: null,
  link: null,
};

const NO_REASON = { code: '', text: '', diagnosis: '' };

/** A session's status as messages have it: the reason, empty when there is nothing to tell, beside everything else. */
export function report({ reason = NO_REASON, ...session }: MessageStatus) {
  return { reason, session: { ...UNKNOWN, ...session } };
}

type MessageStatus = Omit<SessionStatus, 'reason'> & {
  readonly reason?: { readonly code: string; readonly text: string; readonly diagnosis?: string };
};

/** Anything thrown, as the error that `done` takes to a Catch node: with a `code` for what was wrong in form or message. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof RangeError) return new PppoeError('malformed', thrown.message, { cause: thrown });
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
