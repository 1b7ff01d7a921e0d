import type { Reason } from '../errors';
import type { Connection } from '../ppp/connection';
import type { HostDiscovery, Offer } from '../pppoe/host-discovery';
import type { MacAddress } from '../wire/mac-address';
import type { DataPath } from './data-path';

/** The states of a session, in the words that users see. */
export type SessionStateName =
  | 'idle'
  | 'discovering'
  | 'requesting'
  | 'establishing'
  | 'authenticating'
  | 'configuring'
  | 'up'
  | 'terminating'
  | 'waiting';

/** The states of a session in the phases of its PPP connection (RFC 1661 §3.2) before packets may flow. */
export const STATE_OF_PHASE = {
  establish: 'establishing',
  authenticate: 'authenticating',
  network: 'configuring',
} as const;

/** What there is once PADS has come. */
export interface Established {
  readonly id: number;
  readonly peer: MacAddress;
  readonly offer: Offer;
  readonly connection: Connection;
  readonly path: DataPath;
  /** The largest PPP payload, either way, in octets. */
  readonly limit: number;
}

/** What follows when a session has ended. */
export type Afterwards = 'idle' | 'reopen' | 'wait';

/** Each state with what it needs; deadlines and times in ms of the engine's clock. */
export type SessionState =
  | { readonly name: 'idle' }
  | { readonly name: 'discovering'; readonly discovery: HostDiscovery }
  | { readonly name: 'requesting'; readonly discovery: HostDiscovery; readonly held: Buffer[] }
  | { readonly name: 'establishing' | 'authenticating' | 'configuring'; readonly established: Established }
  | { readonly name: 'up'; readonly established: Established; readonly since: number; readonly mtu: number }
  /** With `releasing`, PPP is ended for that reason when the DHCPv6 server has answered our Release, or has not until then. */
  | {
      readonly name: 'terminating';
      readonly established: Established;
      readonly afterwards: Afterwards;
      readonly releasing?: { readonly reason: Reason; readonly until: number };
    }
  /** `until` is absent while the link is down: the next attempt begins when it is up. */
  | { readonly name: 'waiting'; readonly until: number | undefined; readonly reason: Reason };
