import type { Node, NodeAPI } from 'node-red';
import { type Login, type PppoeConcentrator, PppoeError } from '../../src/index';
import type { ConcentratorNode, ConcentratorUser, SubscriberNews } from './concentrator-api';

/** What a flow node that uses an access concentrator is to do. */
interface Uses {
  counted?(count: number): void;
  told?(news: SubscriberNews): void;
  asked?(login: Login): void;
  /** @param removed the node is gone for good, not about to be made anew. */
  close?(removed: boolean): void;
}

/**
 * Ties a flow node to its access concentrator for as long as it lives: its status shows how many sessions are up.
 * @returns the config node, or undefined when none is chosen: the status says so.
 */
export function useConcentrator(RED: NodeAPI, node: Node, id: string, uses: Uses): ConcentratorNode | undefined {
  const config = RED.nodes.getNode(id) as ConcentratorNode | null;
  if (!config) {
    node.status({ fill: 'red', shape: 'ring', text: 'none chosen' });
    return undefined;
  }
  const user: ConcentratorUser = Object.assign(node, {
    counted: (count: number) => {
      node.status(statusOf(count));
      uses.counted?.(count);
    },
    ...(uses.told ? { told: uses.told } : {}),
    ...(uses.asked ? { asked: uses.asked } : {}),
  });
  config.register(user);
  node.on('close', (removed: boolean, done: () => void) => {
    config.deregister(user);
    uses.close?.(removed);
    done();
  });
  return config;
}

function statusOf(count: number): { fill: 'grey' | 'green'; shape: 'ring' | 'dot'; text: string } {
  if (count === 0) return { fill: 'grey', shape: 'ring', text: 'no sessions' };
  return { fill: 'green', shape: 'dot', text: count === 1 ? '1 session' : `${count} sessions` };
}

/** @throws PppoeError when there is no usable access concentrator. */
export function concentratorOf(config: ConcentratorNode | undefined): PppoeConcentrator {
  if (!config) throw new PppoeError('not-up', 'No access concentrator is chosen');
  if (!config.concentrator) throw new PppoeError('not-up', 'The access concentrator cannot start: see its own error');
  return config.concentrator;
}
