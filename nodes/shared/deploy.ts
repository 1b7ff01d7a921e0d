import type { NodeAPI } from 'node-red';

/**
 * Calls once the flows that are being started now have all their nodes: what a node sends before that is lost.
 * One listener serves all nodes of a type.
 */
export class FlowsStarted {
  #waiting: (() => void)[] = [];

  constructor(RED: NodeAPI) {
    RED.events.on('flows:started', () => {
      const calls = this.#waiting;
      this.#waiting = [];
      for (const call of calls) call();
    });
  }

  once(call: () => void): void {
    this.#waiting.push(call);
  }
}

/** What Node-RED tells of a deploy: which nodes it changes. Absent when flows stop for another reason. */
interface FlowsStopping {
  readonly diff?: { readonly [kind in 'added' | 'changed' | 'removed']?: readonly string[] };
}

interface Parked<T> {
  readonly resource: T;
  readonly settings: string;
}

/**
 * Carries what a config node runs across a deploy that restarts the node without changing it.
 *
 * A full deploy stops and makes every node anew. A session must not drop for that: its closing node parks it, its
 * successor adopts it. What is not adopted by the time that the flows have started is closed.
 */
export class DeployPark<T> {
  readonly #parked = new Map<string, Parked<T>>();
  #deploy: FlowsStopping['diff'];

  constructor(RED: NodeAPI, close: (resource: T) => void) {
    RED.events.on('flows:stopping', ({ diff }: FlowsStopping) => {
      this.#deploy = diff;
    });
    RED.events.on('flows:started', () => {
      this.#deploy = undefined;
      for (const { resource } of this.#parked.values()) close(resource);
      this.#parked.clear();
    });
  }

  /**
   * Keeps a closing node's resource for its successor.
   * @param settings all that the resource was made from, as text.
   * @returns false when the node is not about to come back unchanged: its resource must be closed now.
   */
  park(id: string, removed: boolean, resource: T, settings: string): boolean {
    const { added = [], changed = [], removed: gone = [] } = this.#deploy ?? {};
    if (!this.#deploy || removed || [...added, ...changed, ...gone].includes(id)) return false;
    this.#parked.set(id, { resource, settings });
    return true;
  }

  /** The resource of this node's predecessor, if it was made from the same settings. */
  adopt(id: string, settings: string): T | undefined {
    const parked = this.#parked.get(id);
    if (parked?.settings !== settings) return undefined;
    this.#parked.delete(id);
    return parked.resource;
  }
}
