import { Reader } from './reader';

/** VXLAN (RFC 7348 §5): what a UDP datagram carries. */
export interface VxlanPacket {
  /** VXLAN Network Identifier, 0-16777215. */
  readonly vni: number;
  /** An Ethernet frame without its FCS. */
  readonly payload: Buffer;
}

/** The I flag: the VNI is valid. */
const VALID = 0x08;

/** Reserved bits are ignored, as they must be. @throws MalformedPacket when the VNI is not marked valid. */
export function decodeVxlan(bytes: Buffer): VxlanPacket {
  const reader = new Reader(bytes, 'VXLAN');
  const flags = reader.u32('flags') >>> 24;
  if ((flags & VALID) === 0) reader.fail(`flags 0x${flags.toString(16)}: no VNI`);
  const vni = reader.u32('VNI') >>> 8;
  return { vni, payload: reader.rest() };
}

/** @throws RangeError for a VNI of more than 24 bits. */
export function encodeVxlan({ vni, payload }: VxlanPacket): Buffer {
  const header = Buffer.alloc(8);
  header[0] = VALID;
  header.writeUIntBE(vni, 4, 3);
  return Buffer.concat([header, payload]);
}
