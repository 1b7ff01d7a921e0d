/** Why the underlay did not take a packet, or does not take any. */
export type Trouble =
  /** This one alone: a full queue, a packet that is too long, a firewall. */
  | { readonly kind: 'dropped' }
  /**
   * The far end, or the way to it, is not there. `known`: our own system says so. `reported`: somebody on the way does, whose
   * message may be forged, or about a moment.
   */
  | { readonly kind: 'unreachable'; readonly source: 'known' | 'reported'; readonly text: string }
  /** The path carries only IP packets of so many octets. */
  | { readonly kind: 'narrow'; readonly mtu: number };

/** Packets that no tunnel of ours takes from the socket. */
export type Refusal = 'strangers' | 'malformed' | 'fragments';

/** What a carrier tells its tunnel. Never called from within `send`. */
export interface CarrierEvents {
  /** The payload of a packet from the far end to us; the receiver's own. */
  packet(payload: Buffer): void;
  refused(why: Refusal): void;
  trouble(trouble: Trouble): void;
  /** Whether a packet that begins like this is one of this tunnel's. */
  isOwn(start: Buffer): boolean;
}

/** Takes the packets of one tunnel to its far end: over UDP, or as an IP protocol of its own. */
export interface Carrier {
  /** Octets before the tunnel's header, that of IP included. */
  readonly overhead: number;
  /** Packets that the kernel dropped because its buffer was full, where it tells. */
  readonly drops: number;
  /** Calls `done` later: without trouble when the packet is on its way. */
  send(header: Buffer, frame: Buffer, done: (trouble?: Trouble) => void): void;
  /** What was handed over still goes out. */
  close(): void;
}

/** How a carrier is made for a tunnel. @throws PppoeError */
export type OpenCarrier = (events: CarrierEvents) => Carrier;
