import { encodeEthernetHeader, type VlanTag } from '../wire/ethernet';
import type { MacAddress } from '../wire/mac-address';
import { CODE } from '../wire/pppoe';
import { type Framing, PPPOE_FRAMING } from './framing';

/** The data path: session frames, read and written in place. */

const ETHERNET_HEADER = 14;
const VLAN_TAG = 4;
const PPPOE_HEADER = 6;
const PPP_HEADER = 2;
/** Octets that PPPoE and PPP add to a packet: its MTU is 8 less than the link's. */
export const SESSION_OVERHEAD = PPPOE_HEADER + PPP_HEADER;

/**
 * Where the PPPoE header of a frame begins: after the addresses, at most two VLAN tags, and the type.
 * -1 when the frame is too short to have one.
 */
export function pppoeOffset(frame: Buffer, framing: Framing = PPPOE_FRAMING): number {
  let at = ETHERNET_HEADER;
  while (at <= ETHERNET_HEADER + VLAN_TAG && frame.length >= at + 2) {
    const type = ((frame[at - 2] as number) << 8) | (frame[at - 1] as number);
    if (type === framing.session || !framing.tpids.includes(type)) break;
    at += VLAN_TAG;
  }
  return frame.length >= at + PPPOE_HEADER ? at : -1;
}

/** The frame's SESSION_ID, given where its PPPoE header begins. */
export function sessionIdAt(frame: Buffer, at: number): number {
  return ((frame[at + 2] as number) << 8) | (frame[at + 3] as number);
}

/** The frame's Ethernet type, given where its PPPoE header begins. */
export function etherTypeAt(frame: Buffer, at: number): number {
  return ((frame[at - 2] as number) << 8) | (frame[at - 1] as number);
}

/**
 * Where the PPP payload of a session frame ends, checked: version and type, code 0, a length that the frame holds and that
 * has room for a PPP protocol. -1 for a frame that must be dropped.
 */
export function pppEnd(frame: Buffer, at: number): number {
  if (frame[at] !== 0x11 || frame[at + 1] !== CODE.session) return -1;
  const length = ((frame[at + 4] as number) << 8) | (frame[at + 5] as number);
  const end = at + PPPOE_HEADER + length;
  return length >= PPP_HEADER && end <= frame.length ? end : -1;
}

/** Where the PPP protocol field is, given where the PPPoE header begins. */
export function protocolOffset(at: number): number {
  return at + PPPOE_HEADER;
}

/** The VLAN identifiers that tell one network from another: VID 0 is a priority without a VLAN (IEEE 802.1Q §9.6). */
export function vidsOf(tags: readonly VlanTag[]): readonly number[] {
  return tags.map(({ vid }) => vid).filter((vid) => vid !== 0);
}

/** True for a frame whose tags, up to its PPPoE header, name these VLANs. Without allocation. */
export function carriesVlan(frame: Buffer, at: number, vids: readonly number[]): boolean {
  let matched = 0;
  for (let tag = ETHERNET_HEADER; tag < at; tag += VLAN_TAG) {
    const vid = (((frame[tag] as number) & 0xf) << 8) | (frame[tag + 1] as number);
    if (vid === 0) continue;
    if (vid !== vids[matched]) return false;
    matched++;
  }
  return matched === vids.length;
}

/** Where a session's frames go, and how they are marked. */
export interface SessionFraming {
  /** The tags of frames with IP packets, when they differ from those of control frames: in their PCP. */
  readonly dataVlan?: readonly VlanTag[];
  readonly framing?: Framing;
}

/** Protocols from here on are not data of a network layer, but its control or the link's (RFC 1661 §2). */
const FIRST_CONTROL_PROTOCOL = 0x4000;

/** Writes session frames: the header octets are made once, then copied. */
export class SessionFrameTemplate {
  readonly #control: Buffer;
  readonly #data: Buffer;

  constructor(
    destination: MacAddress,
    source: MacAddress,
    vlan: readonly VlanTag[],
    sessionId: number,
    { dataVlan = vlan, framing = PPPOE_FRAMING }: SessionFraming = {},
  ) {
    const rest = Buffer.alloc(PPPOE_HEADER + PPP_HEADER);
    rest[0] = 0x11;
    rest.writeUInt16BE(sessionId, 2);
    const header = (tags: readonly VlanTag[]) =>
      Buffer.concat([encodeEthernetHeader({ destination, source, tags, etherType: framing.session }), rest]);
    this.#control = header(vlan);
    this.#data = header(dataVlan);
  }

  /** A frame that carries `information` as this PPP protocol. */
  frame(protocol: number, information: Buffer): Buffer {
    const template = protocol < FIRST_CONTROL_PROTOCOL ? this.#data : this.#control;
    const header = template.length;
    const frame = Buffer.allocUnsafe(header + information.length);
    template.copy(frame, 0);
    frame.writeUInt16BE(PPP_HEADER + information.length, header - 4);
    frame.writeUInt16BE(protocol, header - 2);
    information.copy(frame, header);
    return frame;
  }
}
