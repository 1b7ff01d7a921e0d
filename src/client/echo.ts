import { encodeIcmpEcho, ICMP } from '../wire/icmp';
import { type IcmpError, readIcmpError } from '../wire/icmp-error';
import { encodeIcmpv6, ICMPV6 } from '../wire/icmpv6';
import { checksum, encodeIpv4, formatIpv4, formatIpv6, IP_PROTOCOL } from '../wire/ip';
import { encodeIpv6, upperLayerChecksum } from '../wire/ipv6';

/** Where an echo request goes from and to: 4 octets each, or 16 each. */
export interface EchoRoute {
  readonly source: Buffer;
  readonly destination: Buffer;
}

export interface EchoRequest {
  readonly identifier: number;
  readonly sequence: number;
  readonly data: Buffer;
  /** Time to live, or hop limit: 1 to 255. */
  readonly ttl: number;
}

interface Answer {
  /** Who sent it, as text. */
  readonly from: string;
  readonly identifier: number;
  readonly sequence: number;
}

/** A packet that answers an echo request. */
export type EchoAnswer =
  | (Answer & { readonly kind: 'reply'; readonly ttl: number; readonly data: Buffer })
  /** Somebody on the way tells what became of the request. */
  | (Answer & { readonly kind: 'error'; readonly error: IcmpError });

const IPV6_HEADER = 40;
const ECHO_HEADER = 8;

/** An ICMP or ICMPv6 echo request as a whole packet, never to be fragmented (RFC 792, RFC 4443 §4.1). */
export function encodeEchoRequest({ source, destination }: EchoRoute, request: EchoRequest): Buffer {
  const { identifier, sequence, data, ttl } = request;
  if (destination.length === 4) {
    return encodeIpv4({
      tos: 0,
      identification: 0,
      fragment: 0x4000,
      ttl,
      protocol: IP_PROTOCOL.icmp,
      source,
      destination,
      options: Buffer.alloc(0),
      payload: encodeIcmpEcho({ type: ICMP.echoRequest, code: 0, identifier, sequence, data }),
    });
  }
  const addresses = { source, destination };
  return encodeIpv6({
    trafficClass: 0,
    flowLabel: 0,
    nextHeader: IP_PROTOCOL.icmpv6,
    hopLimit: ttl,
    ...addresses,
    payload: encodeIcmpv6({ kind: 'echo-request', code: 0, identifier, sequence, data }, addresses),
  });
}

/** What a packet answers to an echo request; undefined for any other packet, and for one that was damaged on its way. */
export function readEchoAnswer(packet: Buffer): EchoAnswer | undefined {
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4 && packet[9] === IP_PROTOCOL.icmp) return readIpv4(packet);
  if (version === 6 && packet[6] === IP_PROTOCOL.icmpv6) return readIpv6(packet);
  return undefined;
}

function readIpv4(packet: Buffer): EchoAnswer | undefined {
  const message = icmpOf(packet);
  if (!message || checksum(message) !== 0) return undefined;
  const from = formatIpv4(packet.subarray(12, 16));
  return readMessage(IP_PROTOCOL.icmp, message, ICMP.echoReply, { from, ttl: packet[8] as number });
}

function readIpv6(packet: Buffer): EchoAnswer | undefined {
  const message = icmpOf(packet);
  if (!message) return undefined;
  const addresses = { source: packet.subarray(8, 24), destination: packet.subarray(24, 40) };
  if (upperLayerChecksum(addresses, IP_PROTOCOL.icmpv6, message) !== 0) return undefined;
  const from = formatIpv6(addresses.source);
  return readMessage(IP_PROTOCOL.icmpv6, message, ICMPV6.echoReply, { from, ttl: packet[7] as number });
}

function readMessage(
  protocol: number,
  message: Buffer,
  reply: number,
  { from, ttl }: { readonly from: string; readonly ttl: number },
): EchoAnswer | undefined {
  if (message[0] === reply) return { kind: 'reply', from, ttl, ...numbersOf(message), data: message.subarray(8) };
  const error = readIcmpError(protocol, message);
  const asked = error && requestIn(error.quoted);
  return asked && { kind: 'error', from, ...numbersOf(asked), error };
}

/** The ICMP message of a whole packet; undefined when it does not fit into it, or has no room for an echo's numbers. */
function icmpOf(packet: Buffer): Buffer | undefined {
  const isV4 = (packet[0] ?? 0) >> 4 === 4;
  if (packet.length < (isV4 ? 20 : IPV6_HEADER)) return undefined;
  const start = isV4 ? ((packet[0] as number) & 0xf) * 4 : IPV6_HEADER;
  const end = isV4 ? packet.readUInt16BE(2) : IPV6_HEADER + packet.readUInt16BE(4);
  return end <= packet.length && end - start >= ECHO_HEADER ? packet.subarray(start, end) : undefined;
}

/** The echo request of which an error quotes the beginning; routers need not quote more than 8 octets of ICMP. */
function requestIn(quoted: Buffer): Buffer | undefined {
  const version = (quoted[0] ?? 0) >> 4;
  const isV4 = version === 4;
  if (quoted[isV4 ? 9 : 6] !== (isV4 ? IP_PROTOCOL.icmp : IP_PROTOCOL.icmpv6)) return undefined;
  const message = quoted.subarray(isV4 ? ((quoted[0] as number) & 0xf) * 4 : IPV6_HEADER);
  const isRequest = message[0] === (isV4 ? ICMP.echoRequest : ICMPV6.echoRequest);
  return isRequest && message.length >= ECHO_HEADER ? message : undefined;
}

function numbersOf(message: Buffer): { readonly identifier: number; readonly sequence: number } {
  return { identifier: message.readUInt16BE(4), sequence: message.readUInt16BE(6) };
}
