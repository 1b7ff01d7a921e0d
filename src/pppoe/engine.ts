import type { PppoeError } from '../errors';
import type { MacAddress } from '../wire/mac-address';
import type { DiscoveryPacket } from './discovery-packet';

/** Everything that can happen to an engine. Times come beside it, so an engine has no clock. */
export type Input =
  /** A discovery packet for this engine, from its segment. */
  | {
      readonly type: 'discovery';
      readonly packet: DiscoveryPacket;
      /** The Ethernet frame that it came in. */
      readonly frame?: Buffer;
    }
  /** An Ethernet frame of the discovery stage that is no whole packet, for a host that may have been waiting for it. */
  | { readonly type: 'malformed'; readonly frame: Buffer }
  /** Whole Ethernet frames of the PPPoE session stage for this engine, in the order of their arrival. */
  | { readonly type: 'frames'; readonly frames: readonly Buffer[] }
  | { readonly type: 'link-down'; readonly error: PppoeError }
  | { readonly type: 'link-up' }
  /** The time that `deadline` names has come. */
  | { readonly type: 'due' };

/**
 * A protocol engine: no I/O, no clock, no randomness of its own. What it sends and tells leaves through outlets that it was
 * made with. `now` is in ms, on a clock that never goes back.
 */
export interface Engine {
  handle(input: Input, now: number): void;
  /** When it next wants a `due`, if at all. */
  readonly deadline: number | undefined;
  /** For a concentrator: whether it has this session. Several of them may stand at one address. */
  hasSession?(id: number, host: MacAddress): boolean;
}

/** A session as both ends see it on the wire. */
export interface SessionKey {
  readonly peer: MacAddress;
  /** SESSION_ID, 1-65535. */
  readonly id: number;
}

/** Where on a segment an engine stands. */
export interface Position {
  readonly role: 'host' | 'concentrator';
  readonly address: MacAddress;
  /** VLAN identifiers, the outer first; none: untagged. `any` hears every VLAN. */
  readonly vlan: readonly number[] | 'any';
}

/** What a host wants to receive. Each statement replaces the one before. */
export interface Interest {
  /** PADO and PADS that carry this Host-Uniq. */
  readonly hostUniq?: Buffer;
  /** PADS that carry one of these: they answer attempts that were given up. */
  readonly formerHostUniqs?: readonly Buffer[];
  /** Session frames of any id from this peer: PADR has been sent, PADS may be overtaken. */
  readonly awaiting?: MacAddress;
  /** Session frames, and PADT. */
  readonly session?: SessionKey;
}
