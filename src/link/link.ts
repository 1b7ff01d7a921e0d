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

/** What a link has counted since it opened. `received`/`sent` are frames. */
export interface LinkCounters {
  readonly received: number;
  readonly sent: number;
  /** Frames that the kernel or a full queue dropped before we saw them. */
  readonly receiveDrops: number;
  /** Frames that could not be sent: link down, queue full, longer than the MTU. */
  readonly sendDrops: number;
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
  readonly counters: LinkCounters;
  /** Sends a batch. Never blocks and never throws; what cannot be sent is counted as `sendDrops`. */
  send(frames: readonly Buffer[]): void;
  onFrames: (frames: readonly Buffer[]) => void;
  onDown: (error: PppoeError) => void;
  onUp: () => void;
  /** Takes no more frames and delivers none. A second call does nothing. */
  close(): void;
}
