import type { PppoeError } from '../errors';
import { TPIDS } from '../wire/ethernet';
import { isGroupMac, type MacAddress } from '../wire/mac-address';
import type { Link, LinkCounters } from './link';

/** Frames that wait for their delivery; more are dropped, as a full receive buffer drops them. */
const MOST_WAITING = 10_000;

const segments = new Map<string, Set<VirtualLink>>();

/** The names of the virtual segments on which something stands now. */
export function virtualSegments(): readonly string[] {
  return [...segments.keys()];
}

export interface VirtualLinkOptions {
  readonly address: MacAddress;
  /** The largest Ethernet payload in octets, 1500 if absent. */
  readonly mtu?: number;
  /** What counts as a VLAN tag. */
  readonly tpids?: readonly number[];
}

/**
 * Plugs into the in-process Ethernet segment of this name, which begins with its first link and ends with its last.
 *
 * A frame reaches the other link that it is addressed to, or all when it is for a group, in the next turn of the event loop. No privilege, and
 * nothing of the operating system, is needed.
 */
export function openVirtualLink(name: string, options: VirtualLinkOptions): Link {
  const links = segments.get(name) ?? new Set();
  segments.set(name, links);
  const link = new VirtualLink(options, links, () => {
    links.delete(link);
    if (links.size === 0) segments.delete(name);
  });
  links.add(link);
  return link;
}

class VirtualLink implements Link {
  readonly address: MacAddress;
  readonly mtu: number;
  readonly #counters = { received: 0, sent: 0, receiveDrops: 0, sendDrops: 0 };
  #waiting: Buffer[] = [];
  #open = true;
  readonly #tpids: readonly number[];
  onFrames: (frames: readonly Buffer[]) => void = () => {};
  onDown: (error: PppoeError) => void = () => {};
  onUp: () => void = () => {};

  constructor(
    { address, mtu = 1_500, tpids = TPIDS }: VirtualLinkOptions,
    private readonly links: ReadonlySet<VirtualLink>,
    private readonly unplug: () => void,
  ) {
    this.address = address;
    this.mtu = mtu;
    this.#tpids = tpids;
  }

  get counters(): LinkCounters {
    return { ...this.#counters };
  }

  send(frames: readonly Buffer[]): void {
    if (!this.#open) {
      this.#counters.sendDrops += frames.length;
      return;
    }
    const fitting = frames.filter(
      (frame) => frame.length >= 14 && frame.length <= this.mtu + 14 + vlanOctets(frame, this.#tpids),
    );
    this.#counters.sent += fitting.length;
    this.#counters.sendDrops += frames.length - fitting.length;
    for (const link of this.links) if (link !== this) link.#receive(fitting);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#waiting = [];
    this.unplug();
  }

  #receive(frames: readonly Buffer[]): void {
    const ours = frames.filter((frame) => isGroupMac(frame) || this.address.compare(frame, 0, 6) === 0);
    if (this.#waiting.length === 0 && ours.length > 0) setImmediate(() => this.#deliver());
    const room = MOST_WAITING - this.#waiting.length;
    // Each receiver gets octets of its own, as from a wire.
    for (const frame of ours.slice(0, room)) this.#waiting.push(Buffer.from(frame));
    this.#counters.receiveDrops += Math.max(0, ours.length - room);
  }

  #deliver(): void {
    const frames = this.#waiting;
    this.#waiting = [];
    if (!this.#open || frames.length === 0) return;
    this.#counters.received += frames.length;
    this.onFrames(frames);
  }
}

/** VLAN tags do not count towards the MTU. */
function vlanOctets(frame: Buffer, tpids: readonly number[]): number {
  let octets = 0;
  while (octets < 8 && frame.length >= octets + 14 && tpids.includes(frame.readUInt16BE(octets + 12))) octets += 4;
  return octets;
}
