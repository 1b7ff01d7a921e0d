import type { Ipv6Snapshot } from '../client/ipv6/settings';
import type { SessionStateName } from '../client/session-state';
import type { SessionSettings } from '../client/settings';
import type { SessionSnapshot } from '../client/snapshot';
import type { Reason } from '../errors';
import type { LinkCounters } from '../link/link';
import type { MacAddress } from '../wire/mac-address';
import type { FrameReport } from './history';
import type { SessionMemory } from './session-memory';

export interface PppoeSessionOptions extends Partial<SessionSettings> {
  /** An interface of this machine (`eth0`), a segment within this process (`virtual:lab`), or a tunnel (`gre:192.0.2.1`). */
  readonly interface: string;
  /** An Ethernet address instead of the interface's own. */
  readonly macAddress?: MacAddress;
  /** How many received packets may wait to be taken, 1000 if absent. */
  readonly queueLimit?: number;
  /** Where the last session is remembered; without it a session that a crash leaves over is not ended at the next start. */
  readonly memory?: SessionMemory;
}

/** A reason with what it means, in plain language. */
export interface DiagnosedReason extends Reason {
  readonly diagnosis: string;
}

/** All that a session knows, as plain data. Times are ISO 8601. */
export interface SessionStatus extends Omit<SessionSnapshot, 'reason' | 'since' | 'nextAttempt' | 'ipv6'> {
  readonly interface: string;
  readonly reason?: DiagnosedReason;
  readonly since?: string;
  readonly nextAttempt?: string;
  readonly ipv6?: Ipv6Snapshot<string>;
  readonly queue: { readonly length: number; readonly dropped: number; readonly unclaimed: number };
  readonly link?: LinkCounters;
}

/** What listeners of a session are told. */
export interface SessionEvents {
  state: [state: SessionStateName, status: SessionStatus];
  progress: [text: string];
  /** What the access concentrator tells its users. */
  message: [kind: 'motm' | 'hurl', text: string];
  frame: [frame: FrameReport];
  /** Addresses, name servers or the router changed while the session is up. */
  addresses: [status: SessionStatus];
  /** A prefix, like `2001:db8:1::/56`, was delegated to us. */
  'prefix-delegated': [prefix: string, status: SessionStatus];
  'prefix-lost': [prefix: string, status: SessionStatus];
}
