import type { NodeAPI, NodeDef } from 'node-red';
import { type LeaseRecord, PppoeConcentrator, PppoeError } from '../src/index';
import type { ConcentratorNode, ConcentratorUser, SubscriberNews } from './shared/concentrator-api';
import {
  type ConcentratorConfig,
  type ConcentratorCredentials,
  concentratorOptions,
  resolvedCredentials,
} from './shared/concentrator-options';
import { DeployPark, FlowsStarted } from './shared/deploy';
import { resolved, withVariables } from './shared/variables';

interface Self extends ConcentratorNode {
  concentrator: PppoeConcentrator | undefined;
  count: number;
  credentials: ConcentratorCredentials;
}

/** Lists, and the interface: what may have environment variables within its text. */
const WITH_VARIABLES = ['interface', 'services', 'authentication', 'dns', 'nbns', 'ipv6Dns', 'radiusServers'] as const;

export = (RED: NodeAPI): void => {
  const started = new FlowsStarted(RED);
  const park = new DeployPark<PppoeConcentrator>(RED, (concentrator) => concentrator.close());
  /** By node: who had which address, for the concentrator after a deploy that changes its settings. */
  const leases = new Map<string, LeaseRecord>();

  function PppoeConcentratorNode(this: Self, stored: ConcentratorConfig & NodeDef) {
    RED.nodes.createNode(this, stored);
    const config = resolved(RED, this, stored, WITH_VARIABLES);
    const value = (text: string) => withVariables(RED, this, text);
    const credentials = resolvedCredentials(this.credentials ?? {}, value);
    const settings = JSON.stringify([config, credentials]);
    const outcome = attempt(() => {
      const { resource } = park.adopt(this.id, settings);
      if (resource) return resource;
      const lent = leases.get(this.id);
      return new PppoeConcentrator({ ...concentratorOptions(config, credentials), ...(lent ? { leases: lent } : {}) });
    });
    serve(this, outcome, config.name || config.interface);
    if (outcome instanceof PppoeError) {
      // Not before the Catch nodes are there.
      started.once(() => this.error(outcome, { topic: this.topic }));
      return;
    }
    report(this, outcome);
    this.on('close', (removed: boolean, done: () => void) => {
      outcome.removeAllListeners();
      reportRadius(this, outcome);
      if (removed) leases.delete(this.id);
      else leases.set(this.id, outcome.leases);
      if (park.park(this.id, removed, outcome, settings)) return done();
      outcome.close().then(done, (error: unknown) => {
        this.error(error);
        done();
      });
    });
  }

  /** Gives the node the properties and methods of `ConcentratorNode`. */
  function serve(node: Self, outcome: PppoeConcentrator | PppoeError, topic: string): void {
    const users: Record<string, ConcentratorUser> = {};
    const concentrator = outcome instanceof PppoeError ? undefined : outcome;
    Object.assign(node, {
      concentrator,
      topic,
      count: concentrator?.subscribers.filter(({ since }) => since !== undefined).length ?? 0,
      users,
      register: (user: ConcentratorUser) => {
        users[user.id] = user;
        if (outcome instanceof PppoeError) {
          const text = outcome.code === 'malformed' ? 'bad settings' : outcome.code;
          return user.status({ fill: 'red', shape: 'ring', text });
        }
        started.once(() => {
          if (users[user.id] === user) user.counted?.(node.count);
        });
      },
      deregister: (user: ConcentratorUser) => {
        delete users[user.id];
      },
    });
  }

  RED.nodes.registerType('pppoe-concentrator', PppoeConcentratorNode as never, {
    credentials: { accounts: { type: 'text' }, radiusSecret: { type: 'password' } },
  });
};

/** What is made, or why it cannot be made. */
function attempt(make: () => PppoeConcentrator): PppoeConcentrator | PppoeError {
  try {
    return make();
  } catch (error) {
    if (error instanceof PppoeError) return error;
    if (error instanceof RangeError) return new PppoeError('malformed', error.message, { cause: error });
    throw error;
  }
}

/** Tells the users, and the log, who comes, goes and asks. */
function report(node: Self, concentrator: PppoeConcentrator): void {
  const tell = (news: SubscriberNews, change: -1 | 0 | 1) => {
    node.count += change;
    for (const user of Object.values(node.users)) {
      if (change !== 0) user.counted?.(node.count);
      user.told?.(news);
    }
  };
  concentrator.on('subscriber-up', (subscriber) => {
    const { username, mac, address } = subscriber;
    node.log(`${username ?? 'somebody'} (${mac}) is up with ${address}`);
    tell({ event: 'up', subscriber }, 1);
  });
  concentrator.on('subscriber-changed', (subscriber) => tell({ event: 'changed', subscriber }, 0));
  concentrator.on('subscriber-down', (subscriber, reason) => {
    const { username, mac } = subscriber;
    node.log(`${username ?? 'somebody'} (${mac}) is down: ${reason.code}: ${reason.text}`);
    tell({ event: 'down', subscriber, reason }, -1);
  });
  concentrator.on('subscriber-refused', (refusal) => {
    const { username, mac, reason } = refusal;
    node.log(`${username ?? 'somebody'} (${mac}) got no session: ${reason.code}: ${reason.text}`);
    tell({ event: 'refused', refusal }, 0);
  });
  reportRadius(node, concentrator);
  concentrator.on('authenticate', (login) => {
    for (const user of Object.values(node.users)) user.asked?.(login);
  });
}

/** Tells the log of the RADIUS servers; also while the access concentrator closes, when records may be lost. */
function reportRadius(node: Self, concentrator: PppoeConcentrator): void {
  // One that is adopted after a deploy still tells its former node.
  concentrator.removeAllListeners('radius');
  concentrator.on('radius', ({ code, text }) => (code === 'server-alive' ? node.log(text) : node.warn(text)));
}
