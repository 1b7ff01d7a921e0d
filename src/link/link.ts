import type { PppoeError } from '../errors';
import { ETHERTYPE, type VlanTag } from '../wire/ethernet';
import type { MacAddress } from '../wire/mac-address';

/**
 * The octets of these VLAN tags that count towards the MTU of a frame that we send. Linux lets one tag of 802.1Q pass beyond
 * it, any other must fit in (packet_snd in net/packet/af_packet.c; seen as EMSGSIZE).
 */
export function countedTagOctets(vlan: readonly VlanTag[]): number {
  const free = vlan[0]?.tpid === ETHERTYPE.vlan ? 1 : 0;
  return 4 * Math.max(0, vlan.length - free);
}

/** What a link carries behind these VLAN tags, in octets. */
export interface Room {
  /** The largest payload behind the tags, in both directions. */
  readonly mtu: number;
  /** What is to be taken off that in frames that we send. */
  readonly tagOctets: number;
}

/** In a tunnel every tag takes its octets from the payload, on an interface only some, and only of what we send. */
export function roomBehind(vlan: readonly VlanTag[], { mtu, tags = 'one-free' }: Pick<Link, 'mtu' | 'tags'>): Room {
  if (tags === 'counted') return { mtu: mtu - 4 * vlan.length, tagOctets: 0 };
  return { mtu, tagOctets: countedTagOctets(vlan) };
}

/** What a link has counted since it opened. `received`/`sent` are frames. */
export interface LinkCounters {
  readonly received: number;
  readonly sent: number;
  /** Frames that the kernel or a full queue dropped before we saw them. */
  readonly receiveDrops: number;
  /** Frames that could not be sent: link down, queue full, longer than the MTU. */
  readonly sendDrops: number;
  /** Tunnels only: what reached their socket and was no frame of the far end. */
  readonly refused?: RefusedPackets;
}

/** Packets that a tunnel did not take, by the reason. */
export interface RefusedPackets {
  /** From another address than the far end's. */
  readonly strangers: number;
  /** From the far end, but with another key, tunnel id or VNI. Another tunnel may have taken them. */
  readonly wrongKeys: number;
  readonly malformed: number;
  /** IP fragments that nobody has put together. */
  readonly fragments: number;
}

/**
 * An Ethernet segment as an engine sees it: whole frames in and out, never an exception.
 *
 * Frames have no preamble and no FCS. A VLAN tag that the kernel stripped is back in the frame. Received buffers belong to the
 * receiver. Callbacks never run inside `send`. The states of a link are up and down; `onDown` may be followed by `onUp` as
 * long as the link is open (a cable that is plugged in again, an interface that comes back).
 */
export interface Link {
  /** The address that the segment delivers to. */
  readonly address: MacAddress;
  /** The largest Ethernet payload, in octets: 1500 on plain Ethernet. */
  readonly mtu: number;
  /** How VLAN tags count towards the MTU: one of 802.1Q does not, which is so if this is absent; or all do. */
  readonly tags?: 'one-free' | 'counted';
  readonly counters: LinkCounters;
  /** Sends a batch. Never blocks and never throws; what cannot be sent is counted as `sendDrops`. */
  send(frames: readonly Buffer[]): void;
  onFrames: (frames: readonly Buffer[]) => void;
  onDown: (error: PppoeError) => void;
  onUp: () => void;
  /** Takes no more frames and delivers none. A second call does nothing. */
  close(): void;
}
