import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import {
  fileMemory,
  PppoeError,
  PppoeSession,
  type PppoeSessionOptions,
  type SessionMemory,
  type SessionStatus,
} from '../src/index';
import { adminEndpoints } from './shared/admin';
import { DeployPark, FlowsStarted } from './shared/deploy';
import type { SessionChange, SessionNode, SessionUser } from './shared/session-api';
import { connectsAtStart, type SessionConfig, type SessionCredentials, sessionOptions } from './shared/session-options';
import { connectAs, overriddenOptions, type SessionOverrides } from './shared/session-overrides';
import { announce } from './shared/sessions';
import { resolved } from './shared/variables';

/** How long an Access Concentrator gets to acknowledge our Terminate-Request, in ms: Node-RED grants 15 s for all nodes. */
const CLOSE_TIME = 4_000;

interface Self extends SessionNode {
  session: PppoeSession | undefined;
  credentials: SessionCredentials;
}

/** Lists, and the interface: what may have environment variables within its text. */
const WITH_VARIABLES = ['interface', 'authentication'] as const;

export = (RED: NodeAPI): void => {
  adminEndpoints(RED);
  const started = new FlowsStarted(RED);
  const park = new DeployPark<PppoeSession>(RED, (session) => session.close(CLOSE_TIME));

  function PppoeSessionNode(this: Self, stored: SessionConfig) {
    RED.nodes.createNode(this, stored);
    const config = resolved(RED, this, stored, WITH_VARIABLES);
    const credentials: SessionCredentials = this.credentials ?? {};
    const settings = JSON.stringify([config, credentials]);
    const { resource: adopted, ended } = park.adopt(this.id, settings);
    const session = adopted ?? make(this, config, credentials);
    const options = (overrides?: SessionOverrides) => ({
      ...overriddenOptions(config, credentials, overrides),
      ...memory(this.id),
    });
    serve(this, session, config.name || config.interface, options);
    announce(this);
    if (!session) return;
    report(this, session);
    let closed = false;
    // The users are told the present state first, and of this change then.
    const start = () => {
      if (!closed && !adopted && connectsAtStart(config)) session.connect();
    };
    started.once(() => void ended.then(() => setImmediate(start)));
    this.on('close', (removed: boolean, done: () => void) => {
      closed = true;
      session.removeAllListeners();
      if (park.park(this.id, removed, session, settings)) return done();
      session.close(CLOSE_TIME).then(done, (error: unknown) => {
        this.error(error);
        done();
      });
    });
  }

  /** A session from the node's settings; undefined when they are impossible, which is told as the node's error. */
  function make(node: Self, config: SessionConfig, credentials: SessionCredentials): PppoeSession | undefined {
    try {
      return new PppoeSession({ ...sessionOptions(config, credentials), ...memory(node.id) });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // Not before the Catch nodes are there.
      const { message } = error;
      started.once(() => node.error(new PppoeError('malformed', message), { topic: node.topic }));
      return undefined;
    }
  }

  /** A file for each node: a start after a crash ends the session that the Access Concentrator still has. */
  function memory(id: string): { memory?: SessionMemory } {
    const { userDir } = RED.settings;
    return userDir ? { memory: fileMemory(join(userDir, '.pppoe', `${id}.json`)) } : {};
  }

  /** Gives the node the methods of `SessionNode`. */
  function serve(
    node: Self,
    session: PppoeSession | undefined,
    topic: string,
    options: (overrides?: SessionOverrides) => PppoeSessionOptions,
  ): void {
    const users: Record<string, SessionUser> = {};
    const usable = () => {
      if (session) return session;
      throw new PppoeError('not-up', 'The session cannot start: see its own error');
    };
    const disconnect = async (within: number) => {
      usable().disconnect();
      return usable().disconnected(within);
    };
    const connect = (action: 'connect' | 'reconnect') => async (within: number, overrides?: SessionOverrides) =>
      connectAs(usable(), action, { within, options, overrides });
    Object.assign(node, {
      session,
      topic,
      users,
      connect: connect('connect'),
      disconnect,
      reconnect: connect('reconnect'),
      register: (user: SessionUser) => {
        users[user.id] = user;
        if (!session) return user.status({ fill: 'red', shape: 'ring', text: 'bad settings' });
        started.once(() => {
          if (users[user.id] === user) user.stateChanged?.(session.state, session.status);
        });
      },
      deregister: (user: SessionUser) => {
        delete users[user.id];
      },
    });
  }

  /** Tells the users of each change, and the log or a Catch node of each new failure. */
  function report(node: Self, session: PppoeSession): void {
    let complained: string | undefined;
    session.on('state', (state, status) => {
      for (const user of Object.values(node.users)) user.stateChanged?.(state, status);
      const { reason } = status;
      if (state === 'up') complained = undefined;
      if ((state !== 'waiting' && state !== 'idle') || !reason || reason.code === 'closed') return;
      // One error for each new failure: a session that retries all night is not to fill the log.
      const complaint = `${reason.code}: ${reason.text}`;
      const message = { topic: node.topic, payload: state, reason };
      if (complaint !== complained) node.error(new PppoeError(reason.code, complaint), message);
      complained = complaint;
    });
    const changed = (change: SessionChange, status: SessionStatus) => {
      for (const user of Object.values(node.users)) user.changed?.(change, status);
    };
    session.on('addresses', (status) => changed({ event: 'addresses' }, status));
    for (const event of ['prefix-delegated', 'prefix-lost'] as const) {
      session.on(event, (prefix, status) => changed({ event, prefix }, status));
    }
    session.on('progress', (text) => {
      node.debug(text);
      const { status } = session;
      for (const user of Object.values(node.users)) user.progressed?.(text, status);
    });
  }

  RED.nodes.registerType('pppoe-session', PppoeSessionNode as never, {
    credentials: { username: { type: 'text' }, password: { type: 'password' } },
  });
};
