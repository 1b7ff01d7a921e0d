import { Reader } from './reader';

/** EtherIP (RFC 3378): 4 bits of version, always 3; 12 reserved bits, always zero; the Ethernet frame without its FCS. */
const HEADER = 0x3000;

/** The frame. @throws MalformedPacket for another version or reserved bits that are set. */
export function decodeEtherip(bytes: Buffer): Buffer {
  const reader = new Reader(bytes, 'EtherIP');
  const header = reader.u16('version');
  if (header >> 12 !== HEADER >> 12) reader.fail(`version ${header >> 12}`);
  if (header !== HEADER) reader.fail(`reserved bits 0x${(header & 0xfff).toString(16)}`);
  return reader.rest();
}

export function encodeEtherip(frame: Buffer): Buffer {
  return Buffer.concat([Buffer.of(HEADER >> 8, HEADER & 0xff), frame]);
}
