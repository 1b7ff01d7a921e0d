import { IP_PROTOCOL } from './ip';

/** TCP's Maximum Segment Size option (RFC 9293 §3.7.1), brought down in place as a packet passes. */

const SYN = 0x02;
const TCP_HEADER = 20;
const OPTION = { end: 0, none: 1, mss: 2 } as const;
const MSS_LENGTH = 4;
/** IPv6 extension headers that may stand before TCP (RFC 8200 §4): Hop-by-Hop, Routing, Fragment, Destination. */
const EXTENSION = { hopByHop: 0, routing: 43, fragment: 44, destination: 60 } as const;
const IPV6_HEADER = 40;

/**
 * Brings the MSS of a SYN segment down to what packets of `mtu` octets have room for, and its checksum up to date. Anything
 * else, and anything that is malformed, stays as it is.
 * @param packet an IPv4 or IPv6 packet, which is changed in place.
 * @returns true when it was changed.
 */
export function clampMss(packet: Buffer, mtu: number): boolean {
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4) return clampAt(packet, tcpInIpv4(packet), mtu - 20 - TCP_HEADER);
  if (version === 6) return clampAt(packet, tcpInIpv6(packet), mtu - IPV6_HEADER - TCP_HEADER);
  return false;
}

/** Where TCP begins and the packet ends; undefined when there is no beginning of a TCP segment. */
type Segment = { readonly start: number; readonly end: number } | undefined;

function tcpInIpv4(packet: Buffer): Segment {
  // Most packets are decided here: no TCP.
  if (packet[9] !== IP_PROTOCOL.tcp || packet.length < 20) return undefined;
  const start = ((packet[0] as number) & 0xf) * 4;
  const end = packet.readUInt16BE(2);
  if (start < 20 || end > packet.length || (packet.readUInt16BE(6) & 0x1fff) !== 0) return undefined;
  return { start, end };
}

function tcpInIpv6(packet: Buffer): Segment {
  if (packet.length < IPV6_HEADER) return undefined;
  const end = IPV6_HEADER + packet.readUInt16BE(4);
  if (end > packet.length) return undefined;
  let start = IPV6_HEADER;
  let next = packet[6] as number;
  while (next !== IP_PROTOCOL.tcp) {
    if (start + 8 > end) return undefined;
    if (next === EXTENSION.fragment) {
      if ((packet.readUInt16BE(start + 2) & 0xfff8) !== 0) return undefined;
    } else if (next !== EXTENSION.hopByHop && next !== EXTENSION.routing && next !== EXTENSION.destination) {
      return undefined;
    }
    const octets = next === EXTENSION.fragment ? 8 : 8 + 8 * (packet[start + 1] as number);
    next = packet[start] as number;
    start += octets;
  }
  return { start, end };
}

function clampAt(packet: Buffer, segment: Segment, most: number): boolean {
  if (!segment || most < 1) return false;
  const { start, end } = segment;
  if (start + TCP_HEADER > end || ((packet[start + 13] as number) & SYN) === 0) return false;
  const options = start + TCP_HEADER;
  const optionsEnd = start + ((packet[start + 12] as number) >> 4) * 4;
  if (optionsEnd < options || optionsEnd > end) return false;
  const at = mssAt(packet, options, optionsEnd);
  if (at === undefined) return false;
  const mss = packet.readUInt16BE(at);
  if (mss <= most) return false;
  packet.writeUInt16BE(most, at);
  updateChecksum(packet, start + 16, (at - start) % 2 === 0, mss, most);
  return true;
}

/** Where the value of the MSS option is; undefined without one, and when the options before it are malformed. */
function mssAt(packet: Buffer, start: number, end: number): number | undefined {
  let at = start;
  while (at < end) {
    const kind = packet[at] as number;
    if (kind === OPTION.end) return undefined;
    if (kind === OPTION.none) {
      at++;
      continue;
    }
    const length = at + 1 < end ? (packet[at + 1] as number) : 0;
    if (length < 2 || at + length > end) return undefined;
    if (kind === OPTION.mss) return length === MSS_LENGTH ? at + 2 : undefined;
    at += length;
  }
  return undefined;
}

/** RFC 1624 §3: HC' = ~(~HC + ~m + m'). A value that does not begin at an even octet counts with its octets swapped. */
function updateChecksum(packet: Buffer, at: number, aligned: boolean, before: number, after: number): void {
  const m = aligned ? before : swapped(before);
  const m1 = aligned ? after : swapped(after);
  let sum = (~packet.readUInt16BE(at) & 0xffff) + (~m & 0xffff) + m1;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  packet.writeUInt16BE(~sum & 0xffff, at);
}

function swapped(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}
