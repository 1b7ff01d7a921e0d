import { checksum } from './ip';
import { Reader } from './reader';

/** Generic Routing Encapsulation, version 0: RFC 2784, with the key and the sequence number of RFC 2890. */
export interface GrePacket {
  /** 0-4294967295. */
  readonly key?: number;
  readonly sequence?: number;
  /** An Ethernet type. */
  readonly protocol: number;
  readonly payload: Buffer;
}

/** Transparent Ethernet Bridging: the payload is an Ethernet frame without its FCS (RFC 1701, NVGRE of RFC 7637 §3.2). */
export const TRANSPARENT_ETHERNET = 0x6558;

const CHECKSUM = 0x8000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
/** Bits 1, 4 and 5: routing and more of RFC 1701, which a receiver must discard (RFC 2784 §2.3). */
const OBSOLETE = 0x4c00;
const VERSION = 0x0007;

/** @throws MalformedPacket for another version, for what RFC 2784 took out, and for a wrong checksum. */
export function decodeGre(bytes: Buffer): GrePacket {
  const reader = new Reader(bytes, 'GRE');
  const flags = reader.u16('flags');
  if ((flags & VERSION) !== 0) reader.fail(`version ${flags & VERSION}`);
  if ((flags & OBSOLETE) !== 0) reader.fail(`flags 0x${flags.toString(16)} of RFC 1701`);
  const protocol = reader.u16('protocol type');
  if ((flags & CHECKSUM) !== 0) {
    reader.u32('checksum');
    if (checksum(bytes) !== 0) reader.fail('wrong checksum');
  }
  const key = (flags & KEY) === 0 ? {} : { key: reader.u32('key') };
  const sequence = (flags & SEQUENCE) === 0 ? {} : { sequence: reader.u32('sequence number') };
  return { ...key, ...sequence, protocol, payload: reader.rest() };
}

/** Without a checksum: what is inside has its own. */
export function encodeGre({ key, sequence, protocol, payload }: GrePacket): Buffer {
  const words = [key, sequence].filter((word) => word !== undefined);
  const header = Buffer.alloc(4 + 4 * words.length);
  header.writeUInt16BE((key === undefined ? 0 : KEY) | (sequence === undefined ? 0 : SEQUENCE), 0);
  header.writeUInt16BE(protocol, 2);
  words.forEach((word, index) => {
    header.writeUInt32BE(word, 4 + 4 * index);
  });
  return Buffer.concat([header, payload]);
}
