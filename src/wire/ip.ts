import { isIPv4 } from 'node:net';
import { MalformedPacket, Reader } from './reader';

/** IPv4 (RFC 791) and the fixed header of IPv6 (RFC 8200). */

export const IP_PROTOCOL = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const;

export interface IpSummary {
  readonly version: 4 | 6;
  /** Dotted quad, or RFC 5952 text. */
  readonly source: string;
  readonly destination: string;
  /** IPv4 Protocol, or IPv6 Next Header. */
  readonly protocol: number;
  /** IPv4 Time to Live, or IPv6 Hop Limit. */
  readonly ttl: number;
  /** Of the whole packet, in octets. */
  readonly length: number;
}

export interface Ipv4Packet {
  readonly tos: number;
  readonly identification: number;
  /** Flags and fragment offset as one 16-bit number: 0x4000 is Don't Fragment. */
  readonly fragment: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly source: Buffer;
  readonly destination: Buffer;
  /** Multiple of 4 octets. */
  readonly options: Buffer;
  readonly payload: Buffer;
}

/** The Internet checksum (RFC 1071): one's complement of the one's complement sum of 16-bit words. */
export function checksum(bytes: Buffer, initial = 0): number {
  let sum = initial;
  const even = bytes.length & ~1;
  for (let at = 0; at < even; at += 2) sum += ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  if (even !== bytes.length) sum += (bytes[even] as number) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** @throws MalformedPacket when it is shorter than it says, or its header checksum is wrong (RFC 791 §3.1). */
export function decodeIpv4(bytes: Buffer): Ipv4Packet {
  const reader = new Reader(bytes, 'IPv4');
  const first = reader.u8('version');
  if (first >> 4 !== 4) reader.fail(`version ${first >> 4}`);
  const headerLength = (first & 0xf) * 4;
  if (headerLength < 20) reader.fail(`header length ${headerLength}`);
  const tos = reader.u8('type of service');
  const length = reader.u16('total length');
  if (length < headerLength) reader.fail(`total length ${length} is less than the header's ${headerLength}`);
  if (length > bytes.length) reader.fail(`total length ${length}, ${bytes.length} octets there`);
  const identification = reader.u16('identification');
  const fragment = reader.u16('fragment');
  const ttl = reader.u8('time to live');
  const protocol = reader.u8('protocol');
  reader.u16('checksum');
  const source = reader.slice(4, 'source');
  const destination = reader.slice(4, 'destination');
  const options = reader.slice(headerLength - 20, 'options');
  if (checksum(bytes.subarray(0, headerLength)) !== 0) reader.fail('wrong header checksum');
  const payload = reader.slice(length - headerLength, 'payload');
  return { tos, identification, fragment, ttl, protocol, source, destination, options, payload };
}

/**
 * Encodes with correct length and header checksum.
 * @throws RangeError when the options are not whole words, or do not fit; or the packet is too long.
 */
export function encodeIpv4(packet: Ipv4Packet): Buffer {
  const headerLength = 20 + packet.options.length;
  if (headerLength % 4 !== 0 || headerLength > 60) {
    throw new RangeError(`IPv4 options of ${packet.options.length} octets: not a multiple of 4, up to 40`);
  }
  const length = headerLength + packet.payload.length;
  if (length > 0xffff) throw new RangeError(`an IPv4 packet of ${length} octets does not exist: at most 65535`);
  const bytes = Buffer.allocUnsafe(length);
  bytes[0] = 0x40 | (headerLength / 4);
  bytes[1] = packet.tos;
  bytes.writeUInt16BE(length, 2);
  bytes.writeUInt16BE(packet.identification, 4);
  bytes.writeUInt16BE(packet.fragment, 6);
  bytes[8] = packet.ttl;
  bytes[9] = packet.protocol;
  bytes.writeUInt16BE(0, 10);
  packet.source.copy(bytes, 12);
  packet.destination.copy(bytes, 16);
  packet.options.copy(bytes, 20);
  bytes.writeUInt16BE(checksum(bytes.subarray(0, headerLength)), 10);
  packet.payload.copy(bytes, headerLength);
  return bytes;
}

/** The sum of the pseudo-header of TCP and UDP over IPv4 (RFC 9293 §3.1, RFC 768), to start `checksum` with. */
export function pseudoHeaderSum(source: Buffer, destination: Buffer, protocol: number, length: number): number {
  const words = [source.readUInt16BE(0), source.readUInt16BE(2), destination.readUInt16BE(0)];
  return words.reduce((sum, word) => sum + word, destination.readUInt16BE(2) + protocol + length);
}

/**
 * What a packet says of itself, without copying.
 * @throws MalformedPacket when it is neither IPv4 nor IPv6, or shorter than its header says.
 */
export function summarizeIp(bytes: Buffer): IpSummary {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4 && bytes.length >= 20) {
    const length = bytes.readUInt16BE(2);
    if (length < ((bytes[0] as number) & 0xf) * 4 || length > bytes.length || ((bytes[0] as number) & 0xf) < 5) {
      throw new MalformedPacket(`IPv4 total length ${length}, ${bytes.length} octets there`);
    }
    return {
      version,
      source: formatIpv4(bytes.subarray(12, 16)),
      destination: formatIpv4(bytes.subarray(16, 20)),
      protocol: bytes[9] as number,
      ttl: bytes[8] as number,
      length,
    };
  }
  if (version === 6 && bytes.length >= 40) {
    const length = 40 + bytes.readUInt16BE(4);
    if (length > bytes.length) throw new MalformedPacket(`IPv6 length ${length}, ${bytes.length} octets there`);
    return {
      version,
      source: formatIpv6(bytes.subarray(8, 24)),
      destination: formatIpv6(bytes.subarray(24, 40)),
      protocol: bytes[6] as number,
      ttl: bytes[7] as number,
      length,
    };
  }
  throw new MalformedPacket(`no IP packet: version ${version}, ${bytes.length} octets`);
}

/**
 * The version of a packet whose own length is that of its octets.
 * @throws MalformedPacket for anything else.
 */
export function checkIp(bytes: Buffer): 4 | 6 {
  const version = (bytes[0] ?? 0) >> 4;
  if (version !== 4 && version !== 6) throw new MalformedPacket(`no IP packet: version ${version}`);
  const shortest = version === 4 ? 20 : 40;
  if (bytes.length < shortest) {
    throw new MalformedPacket(`IPv${version} header needs ${shortest} octets, ${bytes.length} there`);
  }
  const length = version === 4 ? bytes.readUInt16BE(2) : 40 + bytes.readUInt16BE(4);
  if (length !== bytes.length) {
    throw new MalformedPacket(`IPv${version} packet says ${length} octets, ${bytes.length} there`);
  }
  return version;
}

/** @throws RangeError unless `text` is a dotted quad. */
export function parseIpv4(text: string): Buffer {
  if (!isIPv4(text)) throw new RangeError(`'${text}' is not an IPv4 address, like 192.0.2.1`);
  return Buffer.from(text.split('.').map(Number));
}

export function formatIpv4(address: Buffer): string {
  return `${address[0]}.${address[1]}.${address[2]}.${address[3]}`;
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
export function formatIpv6(address: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => address.readUInt16BE(2 * index));
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (best.length === 1) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}
