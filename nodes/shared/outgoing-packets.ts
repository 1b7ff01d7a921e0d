import {
  type ConcentratorAddresses,
  encodeIpv4,
  IP_PROTOCOL,
  PppoeError,
  parseIpv4,
  type SessionStatus,
  summarizeIp,
} from '../../src/index';
import { buildIpv6 } from './outgoing-ipv6';

/** What may become a packet from our own address. */
export interface PacketDescription {
  readonly destination: string;
  /** A number, or `icmp`, `tcp` or `udp`; `icmp` to an IPv6 address is ICMPv6. */
  readonly protocol: number | string;
  readonly payload: Buffer | string;
  readonly ttl?: number;
  readonly tos?: number;
  readonly identification?: number;
  readonly dontFragment?: boolean;
}

/** Where packets of our own come from. */
export type OwnAddresses = Pick<SessionStatus, 'localAddress' | 'ipv6'> | ConcentratorAddresses;

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17 };

/**
 * The packets that a value of a message stands for: a Buffer, an object, or an array of them.
 * @param addresses our own, for the packets that are made here.
 * @param name what errors call it.
 * @throws PppoeError `malformed` that says what is wrong with which of them.
 */
export function packetsOf(value: unknown, addresses: OwnAddresses, name: string): readonly Buffer[] {
  if (!Array.isArray(value)) return [packetOf(value, addresses, name)];
  return value.map((element, index) => packetOf(element, addresses, `${name}[${index}]`));
}

/**
 * Where a packet goes to, as text.
 * @throws PppoeError `malformed` for what is no IP packet.
 */
export function destinationOf(packet: Buffer): string {
  try {
    return summarizeIp(packet).destination;
  } catch (error) {
    throw new PppoeError('malformed', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function packetOf(value: unknown, addresses: OwnAddresses, where: string): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (typeof value !== 'object' || value === null) {
    throw new PppoeError('malformed', `${where} must be a Buffer with an IP packet, an object or an array of them`);
  }
  try {
    return build(value as Partial<PacketDescription>, addresses);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PppoeError('malformed', `${where}: ${error.message}`, { cause: error });
  }
}

function build(description: Partial<PacketDescription>, { localAddress, ipv6 }: OwnAddresses): Buffer {
  const { destination, protocol, payload = Buffer.alloc(0) } = description;
  if (typeof destination !== 'string')
    throw new RangeError('destination must be an address, like 192.0.2.1 or 2001:db8::1');
  if (!Buffer.isBuffer(payload) && typeof payload !== 'string')
    throw new RangeError('payload must be a Buffer or text');
  if (destination.includes(':')) {
    const hopLimit = octet('ttl', description.ttl ?? 64);
    const trafficClass = octet('tos', description.tos ?? 0);
    const nextHeader = protocol === 'icmp' ? IP_PROTOCOL.icmpv6 : protocolOf(protocol);
    return buildIpv6({ trafficClass, hopLimit, nextHeader, destination, payload: Buffer.from(payload) }, ipv6);
  }
  if (!localAddress) throw new PppoeError('not-up', 'The session is not up: there is no address to send from');
  return encodeIpv4({
    tos: octet('tos', description.tos ?? 0),
    identification: whole('identification', description.identification ?? 0, 0xffff),
    fragment: description.dontFragment === false ? 0 : 0x4000,
    ttl: octet('ttl', description.ttl ?? 64),
    protocol: protocolOf(protocol),
    source: parseIpv4(localAddress),
    destination: parseIpv4(destination),
    options: Buffer.alloc(0),
    payload: Buffer.from(payload),
  });
}

function protocolOf(protocol: number | string | undefined): number {
  if (typeof protocol === 'string' && protocol in PROTOCOLS) return PROTOCOLS[protocol] as number;
  if (protocol === undefined || protocol === '') throw new RangeError('protocol must be a number, icmp, tcp or udp');
  return octet('protocol', Number(protocol));
}

function octet(field: string, value: number): number {
  return whole(field, value, 255);
}

function whole(field: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new RangeError(`${field} must be a whole number from 0 to ${most}`);
}
