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

/** What Node-RED tells when it stops flows, for a deploy or for good. */
interface FlowsEvent {
  /** The configuration that is to run: after a deploy another object than the one that ran until now. */
  readonly config: unknown;
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
 * successor adopts it. What is not adopted by the time that the flows have started is closed. When Node-RED itself stops,
 * nothing is parked.
 */
export class DeployPark<T> {
  readonly #parked = new Map<string, Parked<T>>();
  #running: unknown;
  #deploy: FlowsEvent | undefined;

  constructor(
    RED: NodeAPI,
    private readonly close: (resource: T) => Promise<void>,
  ) {
    RED.events.on('flows:stopping', (event: FlowsEvent) => {
      this.#deploy = event.config === this.#running ? undefined : event;
    });
    RED.events.on('flows:started', ({ config }: FlowsEvent) => {
      this.#running = config;
      this.#deploy = undefined;
      for (const { resource } of this.#parked.values()) void this.close(resource);
      this.#parked.clear();
    });
  }

  /**
   * Keeps a closing node's resource for its successor.
   * @param settings all that the resource was made from, as text.
   * @returns false when the node is not about to come back unchanged: its resource must be closed now.
   */
  park(id: string, removed: boolean, resource: T, settings: string): boolean {
    const { added = [], changed = [], removed: gone = [] } = this.#deploy?.diff ?? {};
    if (!this.#deploy || removed || [...added, ...changed, ...gone].includes(id)) return false;
    this.#parked.set(id, { resource, settings });
    return true;
  }

  /**
   * The resource of this node's predecessor, if it was made from the same settings; one that was not is closed.
   * @returns what to wait for before another resource begins: the end of the old one.
   */
  adopt(id: string, settings: string): { readonly resource?: T; readonly ended: Promise<void> } {
    const parked = this.#parked.get(id);
    this.#parked.delete(id);
    if (!parked) return { ended: Promise.resolve() };
    if (parked.settings === settings) return { resource: parked.resource, ended: Promise.resolve() };
    return { ended: this.close(parked.resource) };
  }
}
