import type { Reason } from '../errors';
import type { Interest, SessionKey } from '../pppoe/engine';
import type { Message } from '../pppoe/tag-text';
import type { MacAddress } from '../wire/mac-address';
import type { SessionStateName } from './session-state';
import type { FrameEntry } from './trace';

export type SessionEvent =
  | { readonly type: 'state'; readonly state: SessionStateName; readonly reason?: Reason }
  /** One line for people about a step of the negotiation. */
  | { readonly type: 'progress'; readonly text: string }
  /** The session that the Access Concentrator has, as far as we know: to be remembered across a crash. */
  | { readonly type: 'session'; readonly session: SessionKey | undefined }
  /** What the Access Concentrator tells its users: a message, or a URL for their browser. */
  | ({ readonly type: 'message' } & Message)
  /** What is known of our addresses, name servers or router changed while the session is up. */
  | { readonly type: 'addresses' }
  /** A DHCPv6 server delegated a prefix to us, like `2001:db8:1::/56`, or it is ours no more. */
  | { readonly type: 'prefix-delegated' | 'prefix-lost'; readonly prefix: string };

export interface SessionOutlets {
  send(frame: Buffer): void;
  /** Received IP packets, in order; the octets belong to the receiver. */
  packets(packets: readonly Buffer[]): void;
  event(event: SessionEvent): void;
  /** Which frames of the segment are wanted from now on. */
  listen(interest: Interest): void;
  /** Unpredictable octets. */
  random(octets: number): Buffer;
  /** A control frame was sent, or came and is about to be handled. */
  frame?(frame: FrameEntry): void;
}

/** Where a session stands on its segment. */
export interface SessionPlace {
  readonly address: MacAddress;
  /** The largest Ethernet payload of the segment, in octets. */
  readonly mtu: number;
  /** A session of an earlier run that did not end in order: many an Access Concentrator is silent until it is ended. */
  readonly leftover?: SessionKey;
  /** Octets of our VLAN tags that count towards that when we send; 0 if absent. */
  readonly tagOctets?: number;
}
