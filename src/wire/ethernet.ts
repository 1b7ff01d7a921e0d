import type { MacAddress } from './mac-address';
import { Reader } from './reader';

/** Ethernet (IEEE 802.3) with IEEE 802.1Q / 802.1ad tags. */

export const ETHERTYPE = {
  vlan: 0x8100,
  serviceVlan: 0x88a8,
  discovery: 0x8863,
  session: 0x8864,
} as const;

export interface VlanTag {
  /** Tag Protocol Identifier: 0x8100 (802.1Q), 0x88a8 (802.1ad) or a vendor's. */
  readonly tpid: number;
  /** VLAN Identifier, 0-4095; 0 is a priority tag only. */
  readonly vid: number;
  /** Priority Code Point, 0-7. */
  readonly pcp: number;
  /** Drop Eligible Indicator. */
  readonly dei: boolean;
}

export interface EthernetFrame {
  readonly destination: MacAddress;
  readonly source: MacAddress;
  /** Outer tag first. */
  readonly tags: readonly VlanTag[];
  readonly etherType: number;
  /** With padding, if there is any: Ethernet does not say. */
  readonly payload: Buffer;
}

/** The shortest Ethernet frame without its FCS, in octets; shorter ones are padded on the wire. */
export const MIN_FRAME = 60;

/** What counts as a VLAN tag unless told otherwise: IEEE 802.1Q, 802.1ad, and the TPIDs in use before 802.1ad. */
export const TPIDS: readonly number[] = [ETHERTYPE.vlan, ETHERTYPE.serviceVlan, 0x9100, 0x9200, 0x9300];

/** At most two tags, of these TPIDs, are taken off; a third is left in the payload. */
export function decodeEthernet(bytes: Buffer, tpids: readonly number[] = TPIDS): EthernetFrame {
  const reader = new Reader(bytes, 'Ethernet');
  const destination = reader.slice(6, 'destination');
  const source = reader.slice(6, 'source');
  const tags: VlanTag[] = [];
  let etherType = reader.u16('type');
  while (tags.length < 2 && tpids.includes(etherType)) {
    const control = reader.u16('VLAN tag');
    tags.push({ tpid: etherType, pcp: control >> 13, dei: (control & 0x1000) !== 0, vid: control & 0xfff });
    etherType = reader.u16('type');
  }
  return { destination, source, tags, etherType, payload: reader.rest() };
}

export function encodeEthernet(frame: EthernetFrame): Buffer {
  return Buffer.concat([encodeEthernetHeader(frame), frame.payload]);
}

/**
 * The header alone: addresses, tags, type.
 * @throws RangeError when a VID or PCP does not fit its bits.
 */
export function encodeEthernetHeader(frame: Omit<EthernetFrame, 'payload'>): Buffer {
  const header = Buffer.alloc(14 + 4 * frame.tags.length);
  frame.destination.copy(header, 0);
  frame.source.copy(header, 6);
  let at = 12;
  for (const tag of frame.tags) {
    if (!isUnsigned(tag.vid, 4095)) throw new RangeError(`VLAN Identifier ${tag.vid} is not 0 to 4095`);
    if (!isUnsigned(tag.pcp, 7)) throw new RangeError(`VLAN priority ${tag.pcp} is not 0 to 7`);
    at = header.writeUInt16BE(tag.tpid, at);
    at = header.writeUInt16BE((tag.pcp << 13) | (tag.dei ? 0x1000 : 0) | tag.vid, at);
  }
  header.writeUInt16BE(frame.etherType, at);
  return header;
}

function isUnsigned(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}
