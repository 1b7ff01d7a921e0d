import type { Node, NodeAPI, NodeDef } from 'node-red';
import { PppoeConcentrator, PppoeError } from '../src/index';
import {
  type ConcentratorConfig,
  type ConcentratorCredentials,
  concentratorOptions,
  resolvedAccounts,
} from './shared/concentrator-options';
import { DeployPark } from './shared/deploy';
import { resolved, withVariables } from './shared/variables';

interface Self extends Node<ConcentratorCredentials> {
  concentrator: PppoeConcentrator | undefined;
}

/** Lists, and the interface: what may have environment variables within its text. */
const WITH_VARIABLES = ['interface', 'services', 'authentication', 'dns'] as const;

export = (RED: NodeAPI): void => {
  const park = new DeployPark<PppoeConcentrator>(RED, (concentrator) => concentrator.close());

  function PppoeConcentratorNode(this: Self, stored: ConcentratorConfig & NodeDef) {
    RED.nodes.createNode(this, stored);
    const config = resolved(RED, this, stored, WITH_VARIABLES);
    const value = (text: string) => withVariables(RED, this, text);
    const credentials = resolvedAccounts(this.credentials ?? {}, value);
    const settings = JSON.stringify([config, credentials]);
    try {
      this.concentrator =
        park.adopt(this.id, settings).resource ?? new PppoeConcentrator(concentratorOptions(config, credentials));
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof PppoeError)) throw error;
      this.error(error);
      return;
    }
    const { concentrator } = this;
    concentrator.on('subscriber-up', ({ username, address, mac }) => {
      this.log(`${username ?? 'somebody'} (${mac}) is up with ${address}`);
    });
    concentrator.on('subscriber-down', ({ username, mac }, { code, text }) => {
      this.log(`${username ?? 'somebody'} (${mac}) is down: ${code}: ${text}`);
    });
    concentrator.on('subscriber-refused', ({ username, mac, reason: { code, text } }) => {
      this.log(`${username ?? 'somebody'} (${mac}) got no session: ${code}: ${text}`);
    });
    this.on('close', (removed: boolean, done: () => void) => {
      concentrator.removeAllListeners();
      if (park.park(this.id, removed, concentrator, settings)) return done();
      concentrator.close().then(done, (error: unknown) => {
        this.error(error);
        done();
      });
    });
  }

  RED.nodes.registerType('pppoe-concentrator', PppoeConcentratorNode as never, {
    credentials: { accounts: { type: 'text' } },
  });
};
