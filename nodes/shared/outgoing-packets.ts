import { encodeIpv4, PppoeError, parseIpv4 } from '../../src/index';

/** What may become an IPv4 packet from our own address. */
interface Ipv4Description {
  readonly destination: string;
  /** A number, or `icmp`, `tcp` or `udp`. */
  readonly protocol: number | string;
  readonly payload: Buffer | string;
  readonly ttl?: number;
  readonly tos?: number;
  readonly identification?: number;
  readonly dontFragment?: boolean;
}

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17 };

/**
 * The packets that a message's payload stands for: a Buffer, an object, or an array of them.
 * @param source our own address, for the packets that are made here.
 * @throws PppoeError `malformed` that says what is wrong with which of them.
 */
export function packetsOf(payload: unknown, source: string | undefined): readonly Buffer[] {
  if (!Array.isArray(payload)) return [packetOf(payload, source, 'payload')];
  return payload.map((element, index) => packetOf(element, source, `payload[${index}]`));
}

function packetOf(value: unknown, source: string | undefined, where: string): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (typeof value !== 'object' || value === null) {
    throw new PppoeError('malformed', `${where} must be a Buffer with an IP packet, an object or an array of them`);
  }
  if (!source) throw new PppoeError('not-up', 'The session is not up: there is no address to send from');
  try {
    return build(value as Partial<Ipv4Description>, source);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PppoeError('malformed', `${where}: ${error.message}`, { cause: error });
  }
}

function build(description: Partial<Ipv4Description>, source: string): Buffer {
  const { destination, protocol, payload = Buffer.alloc(0) } = description;
  if (typeof destination !== 'string') throw new RangeError('destination must be an IPv4 address, like 192.0.2.1');
  if (!Buffer.isBuffer(payload) && typeof payload !== 'string')
    throw new RangeError('payload must be a Buffer or text');
  return encodeIpv4({
    tos: octet('tos', description.tos ?? 0),
    identification: whole('identification', description.identification ?? 0, 0xffff),
    fragment: description.dontFragment === false ? 0 : 0x4000,
    ttl: octet('ttl', description.ttl ?? 64),
    protocol: protocolOf(protocol),
    source: parseIpv4(source),
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
