import { isIPv6 } from 'node:net';
import { checksum, parseIpv4 } from './ip';
import { Reader } from './reader';

/** The fixed header of IPv6 (RFC 8200 §3) and its addresses (RFC 4291). */

export interface Ipv6Packet {
  readonly trafficClass: number;
  /** 20 bits. */
  readonly flowLabel: number;
  /** The protocol of the payload, or the first extension header's type. */
  readonly nextHeader: number;
  readonly hopLimit: number;
  /** 16 octets each. */
  readonly source: Buffer;
  readonly destination: Buffer;
  /** Everything after the fixed header: extension headers are not taken apart. */
  readonly payload: Buffer;
}

const HEADER = 40;

/** Octets beyond the packet's own length are not part of it. @throws MalformedPacket when it is shorter than it says. */
export function decodeIpv6(bytes: Buffer): Ipv6Packet {
  const reader = new Reader(bytes, 'IPv6');
  const first = reader.u32('version');
  if (first >>> 28 !== 6) reader.fail(`version ${first >>> 28}`);
  const length = reader.u16('payload length');
  const nextHeader = reader.u8('next header');
  const hopLimit = reader.u8('hop limit');
  const source = reader.slice(16, 'source');
  const destination = reader.slice(16, 'destination');
  const payload = reader.slice(length, 'payload');
  const trafficClass = (first >>> 20) & 0xff;
  return { trafficClass, flowLabel: first & 0xfffff, nextHeader, hopLimit, source, destination, payload };
}

/** @throws RangeError when the payload does not fit, or an address has not 16 octets. */
export function encodeIpv6(packet: Ipv6Packet): Buffer {
  const { source, destination, payload } = packet;
  if (payload.length > 0xffff) throw new RangeError(`an IPv6 payload of ${payload.length} octets does not fit`);
  if (source.length !== 16 || destination.length !== 16) throw new RangeError('an IPv6 address has 16 octets');
  const bytes = Buffer.allocUnsafe(HEADER + payload.length);
  bytes.writeUInt32BE(((6 << 28) | (packet.trafficClass << 20) | packet.flowLabel) >>> 0, 0);
  bytes.writeUInt16BE(payload.length, 4);
  bytes[6] = packet.nextHeader;
  bytes[7] = packet.hopLimit;
  source.copy(bytes, 8);
  destination.copy(bytes, 24);
  payload.copy(bytes, HEADER);
  return bytes;
}

/** The two addresses of a packet: its transport checksum covers them. */
export interface Ipv6Addresses {
  readonly source: Buffer;
  readonly destination: Buffer;
}

/** The checksum of an upper layer's octets, with its pseudo-header (RFC 8200 §8.1). 0 when the octets hold a right one. */
export function upperLayerChecksum({ source, destination }: Ipv6Addresses, nextHeader: number, bytes: Buffer): number {
  let sum = nextHeader + bytes.length;
  for (let at = 0; at < 16; at += 2) sum += source.readUInt16BE(at) + destination.readUInt16BE(at);
  return checksum(bytes, sum);
}

export const UNSPECIFIED = Buffer.alloc(16);
export const ALL_NODES = parseIpv6('ff02::1');
export const ALL_ROUTERS = parseIpv6('ff02::2');

/** The link-local address of an Interface-Identifier of 8 octets (RFC 5072 §5). */
export function linkLocalAddress(identifier: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0), identifier]);
}

export function isLinkLocal(address: Buffer): boolean {
  return address[0] === 0xfe && ((address[1] as number) & 0xc0) === 0x80;
}

export function isMulticast(address: Buffer): boolean {
  return address[0] === 0xff;
}

/** A copy of an address with every bit after the prefix cleared. */
export function networkOf(address: Buffer, prefixLength: number): Buffer {
  const network = Buffer.from(address);
  for (let at = 0; at < 16; at++) {
    const kept = Math.min(Math.max(prefixLength - 8 * at, 0), 8);
    network[at] = (network[at] as number) & (0xff00 >> kept);
  }
  return network;
}

/** @throws RangeError unless `text` is an IPv6 address without a zone. */
export function parseIpv6(text: string): Buffer {
  const address = text.trim();
  if (!isIPv6(address) || address.includes('%')) {
    throw new RangeError(`'${text}' is not an IPv6 address, like 2001:db8::1`);
  }
  const dotted = /^(.*:)([\d.]+\.[\d.]+)$/.exec(address);
  const quad = dotted ? parseIpv4(dotted[2] as string).toString('hex') : '';
  const words = quad ? `${dotted?.[1]}${quad.slice(0, 4)}:${quad.slice(4)}` : address;
  const [left = '', right] = words.split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const head = groups(left);
  const tail = groups(right ?? '');
  const zeros: string[] = Array(8 - head.length - tail.length).fill('0');
  return Buffer.from([...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join(''), 'hex');
}
