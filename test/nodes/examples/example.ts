// An example of the package in a real Node-RED: its file as it is, with inboxes in the place of its debug nodes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { type Credentials, type Flow, type FlowNode, helper, Inbox, load, up } from '../world';

const FOLDER = join(__dirname, '../../../examples');

/** The files' names. */
export const EXAMPLES: readonly string[] = readdirSync(FOLDER);

/** Node-RED's own nodes that the examples have: without them a flow waits for their types, and none of it starts. */
export const CORE = [
  'common/20-inject',
  'common/21-debug',
  'common/25-catch',
  'common/25-status',
  'common/90-comment',
  'function/10-function',
  'function/10-switch',
  'function/15-change',
  'function/80-template',
  'function/89-trigger',
  'function/90-exec',
  'function/rbe',
  'network/10-mqtt',
  'storage/10-file',
].map((path): ((RED: NodeAPI) => void) => require(require.resolve(`@node-red/nodes/core/${path}.js`)));

/** What the examples have of @flowfuse/node-red-dashboard, as its own manifest names it. */
export const DASHBOARD = ((): readonly ((RED: NodeAPI) => void)[] => {
  const path = require.resolve('@flowfuse/node-red-dashboard/package.json');
  const { nodes }: { nodes: Record<string, string> } = JSON.parse(readFileSync(path, 'utf8'))['node-red'];
  return Object.values(nodes).map((file) => require(join(path, '..', file)));
})();

/** @param name of the file. */
export function readExample(name: string): Flow {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
}

/** One that runs: its nodes are found by their type and the name that the user sees. */
export class Example {
  private constructor(private readonly flow: Flow) {}

  /**
   * Loads it with the credentials that its file has.
   * @param changes properties that are otherwise in the loaded copy, by the names of nodes.
   */
  static async start(file: string, changes: Record<string, Record<string, unknown>> = {}): Promise<Example> {
    const credentials: Credentials = {};
    const flow = readExample(`${file}.json`).map(({ credentials: secret, ...node }): FlowNode => {
      if (secret) credentials[node.id] = secret as Record<string, string>;
      const changed = { ...node, ...changes[String(node['name'])] } as FlowNode;
      return changed.type === 'debug' ? { ...changed, type: 'helper' } : changed;
    });
    await load(flow, credentials, CORE);
    return new Example(flow);
  }

  /** @throws Error for a name that no node of this type has. */
  id(type: string, name: string): string {
    const found = this.flow.find((node) => node.type === type && node['name'] === name);
    if (!found) throw new Error(`the example has no ${type} '${name}'`);
    return found.id;
  }

  /** What a debug node gets from now on. */
  debug(name: string): Inbox {
    return new Inbox(this.id('helper', name));
  }

  /** Presses an inject node's button. */
  press(name: string): void {
    this.give('inject', name, {});
  }

  /** Hands a message to a node. */
  give(type: string, name: string, message: object): void {
    helper.getNode(this.id(type, name))?.receive(message as never);
  }

  async up(session = 'my line'): Promise<void> {
    await up(this.id('pppoe-session', session));
  }
}
