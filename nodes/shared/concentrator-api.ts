import type { Node } from 'node-red';
import type { Login, PppoeConcentrator, Reason, Refusal, SubscriberStatus } from '../../src/index';

/** What an access concentrator tells of its subscribers. */
export type SubscriberNews =
  | { readonly event: 'up' | 'changed'; readonly subscriber: SubscriberStatus }
  | { readonly event: 'down'; readonly subscriber: SubscriberStatus; readonly reason: Reason }
  | { readonly event: 'refused'; readonly refusal: Refusal };

/** A node that uses an access concentrator. */
export interface ConcentratorUser extends Node {
  /** Called when the flows have started, and when the number of sessions that are up has changed. */
  counted?(count: number): void;
  /** Called with each event, after `counted`. */
  told?(news: SubscriberNews): void;
  /** Somebody wants to log in, and flows decide. All users are asked; the first answer counts. */
  asked?(login: Login): void;
}

/** What the config node `pppoe-concentrator` offers to the flow nodes that use it. */
export interface ConcentratorNode extends Node {
  /** Undefined when the node's settings are impossible, or its interface cannot be opened. */
  readonly concentrator: PppoeConcentrator | undefined;
  /** What messages about it have as their topic: its name, or else its interface. */
  readonly topic: string;
  /** How many sessions are up. */
  readonly count: number;
  /** The nodes that use it, by id. Node-RED itself looks here, to find the flows whose Status and Catch nodes to tell. */
  readonly users: Record<string, ConcentratorUser>;
  register(user: ConcentratorUser): void;
  deregister(user: ConcentratorUser): void;
}
