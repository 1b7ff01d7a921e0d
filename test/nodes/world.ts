import type { Node, NodeAPI } from 'node-red';
import type { SessionNode } from '../../nodes/shared/session-api';
import type { PppoeConcentrator } from '../../src/index';

import captureNode = require('../../nodes/pppoe-capture');
import concentratorNode = require('../../nodes/pppoe-concentrator');
import controlNode = require('../../nodes/pppoe-control');
import inNode = require('../../nodes/pppoe-in');
import outNode = require('../../nodes/pppoe-out');
import pingNode = require('../../nodes/pppoe-ping');
import scanNode = require('../../nodes/pppoe-scan');
import sessionNode = require('../../nodes/pppoe-session');
import stateNode = require('../../nodes/pppoe-state');
import subscriberNode = require('../../nodes/pppoe-subscriber');

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** What is used of the test helper, which has no types of its own. */
interface Helper {
  init(runtime: string): void;
  /** Settings of Node-RED, for all that is loaded from now on. */
  settings(changes: Record<string, unknown>): void;
  startServer(): Promise<void>;
  stopServer(): Promise<void>;
  load(nodes: readonly ((RED: NodeAPI) => void)[], flow: Flow, credentials: Credentials): Promise<void>;
  setFlows(flow: Flow, type: 'full' | 'nodes' | 'flows', credentials?: Credentials): Promise<void>;
  unload(): Promise<void>;
  getNode(id: string): Node | null;
  log(): { args: unknown[][] };
  /** Asks what Node-RED's administration serves. */
  request(): { get(path: string): Promise<Answer>; post(path: string): { send(body: unknown): Promise<Answer> } };
}

export type FlowNode = { readonly id: string; readonly type: string } & Record<string, unknown>;
export type Flow = readonly FlowNode[];
export type Credentials = Record<string, Record<string, string>>;

const helper: Helper = require('node-red-node-test-helper');
helper.init(require.resolve('node-red'));

export { helper };

export const PASSWORD = 'Kn0w-Nobody';
/** Each load of a flow registers the nodes anew, on the one event bus of the helper: no leak, but many listeners. */
function manyListeners(RED: NodeAPI): void {
  RED.events.setMaxListeners(0);
}

const NODES = [
  manyListeners,
  sessionNode,
  concentratorNode,
  stateNode,
  inNode,
  outNode,
  controlNode,
  pingNode,
  scanNode,
  captureNode,
  subscriberNode,
];

// A test that fails half-way must not leave the next one its segment.
let labs = 0;

/** A flow with a tab, a session and a concentrator on a segment of their own, and these nodes. */
export function labFlow(nodes: Flow = [], session: Record<string, unknown> = {}): { flow: Flow; segment: string } {
  labs += 1;
  const segment = `virtual:test-${labs}`;
  const flow = [
    { id: 'tab', type: 'tab', label: 'test' },
    { id: 'ac', type: 'pppoe-concentrator', name: 'isp', interface: segment, acName: 'TestAC', dns: '192.0.2.53' },
    { id: 'session', type: 'pppoe-session', name: 'home', interface: segment, ...session },
    // Node-RED takes a node without a place for a config node.
    ...nodes.map((node) => ({ x: 100, y: 100, ...node })),
  ];
  return { flow, segment };
}

/** The flow with other properties of one node. */
export function change(flow: Flow, id: string, properties: Partial<FlowNode>): Flow {
  return flow.map((node) => (node.id === id ? { ...node, ...properties } : node));
}

/** Credentials with which the session and its concentrator agree, unless another password is given. */
export function credentials(password = PASSWORD): Credentials {
  return {
    session: { username: 'anna', password },
    ac: { accounts: JSON.stringify([{ username: 'anna', password: PASSWORD }]) },
  };
}

/** @param plugins what is loaded beside the nodes. */
export async function load(
  flow: Flow,
  creds: Credentials = credentials(),
  plugins: readonly ((RED: NodeAPI) => void)[] = [],
): Promise<void> {
  await helper.load([...NODES, ...plugins], flow, creds);
}

export function sessionIn(id = 'session'): SessionNode {
  const node = helper.getNode(id) as SessionNode | null;
  if (!node) throw new Error(`no node ${id}`);
  return node;
}

export function concentratorIn(id = 'ac'): PppoeConcentrator {
  const node = helper.getNode(id) as (Node & { concentrator?: PppoeConcentrator }) | null;
  if (!node?.concentrator) throw new Error(`no concentrator ${id}`);
  return node.concentrator;
}

/** Resolves when the session is up. */
export async function up(id = 'session'): Promise<void> {
  const { session } = sessionIn(id);
  if (!session) throw new Error('the session cannot start');
  while (session.state !== 'up') await new Promise<void>((resolve) => void session.once('state', () => resolve()));
}

export type Message = Record<string, unknown> & { payload?: unknown };

/** The messages that arrive at a `helper` node, in order; `next` waits for the first that fits. */
export class Inbox {
  readonly messages: Message[] = [];
  #look: () => void = () => {};

  constructor(id: string) {
    const node = helper.getNode(id);
    if (!node) throw new Error(`no node ${id}`);
    node.on('input', (received) => {
      const message: Message = { ...received };
      this.messages.push(message);
      this.#look();
    });
  }

  next(fits: (message: Message) => boolean = () => true): Promise<Message> {
    return new Promise((resolve) => {
      this.#look = () => {
        const found = this.messages.find(fits);
        if (found) resolve(found);
      };
      this.#look();
    });
  }

  clear(): void {
    this.messages.length = 0;
  }
}
