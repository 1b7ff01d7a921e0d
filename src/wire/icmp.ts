import { checksum } from './ip';
import { Reader } from './reader';

/** ICMP echo and errors, RFC 792. */
export const ICMP = { echoReply: 0, unreachable: 3, echoRequest: 8, timeExceeded: 11 } as const;

/** The code of a Destination Unreachable that says: it does not fit, and may not be fragmented (RFC 1191 §4). */
export const FRAGMENTATION_NEEDED = 4;

export interface IcmpEcho {
  readonly type: number;
  readonly code: number;
  readonly identifier: number;
  readonly sequence: number;
  readonly data: Buffer;
}

/** @throws MalformedPacket when it is too short or its checksum is wrong. */
export function decodeIcmpEcho(bytes: Buffer): IcmpEcho {
  const reader = new Reader(bytes, 'ICMP');
  const type = reader.u8('type');
  const code = reader.u8('code');
  reader.u16('checksum');
  if (checksum(bytes) !== 0) reader.fail('wrong checksum');
  const identifier = reader.u16('identifier');
  const sequence = reader.u16('sequence');
  return { type, code, identifier, sequence, data: reader.rest() };
}

export function encodeIcmpEcho(echo: IcmpEcho): Buffer {
  const bytes = Buffer.allocUnsafe(8 + echo.data.length);
  bytes[0] = echo.type;
  bytes[1] = echo.code;
  bytes.writeUInt16BE(0, 2);
  bytes.writeUInt16BE(echo.identifier, 4);
  bytes.writeUInt16BE(echo.sequence, 6);
  echo.data.copy(bytes, 8);
  bytes.writeUInt16BE(checksum(bytes), 2);
  return bytes;
}

/** ICMP Destination Unreachable, RFC 792; the MTU of the next hop is RFC 1191's. */
export interface IcmpUnreachable {
  readonly code: number;
  /** Of code 4 only, where a router tells it: the octets of an IP packet. */
  readonly nextHopMtu?: number;
  /** The beginning of the packet that did not arrive. */
  readonly original: {
    readonly protocol: number;
    readonly source: Buffer;
    readonly destination: Buffer;
    /** At least 8 octets, if there were so many. */
    readonly payload: Buffer;
  };
}

/** @throws MalformedPacket when it is another message, too short, or its checksum is wrong. */
export function decodeUnreachable(bytes: Buffer): IcmpUnreachable {
  const reader = new Reader(bytes, 'ICMP');
  const type = reader.u8('type');
  if (type !== ICMP.unreachable) reader.fail(`type ${type}`);
  const code = reader.u8('code');
  reader.u16('checksum');
  if (checksum(bytes) !== 0) reader.fail('wrong checksum');
  reader.u16('unused');
  const mtu = reader.u16('next-hop MTU');
  const nextHopMtu = code === FRAGMENTATION_NEEDED && mtu > 0 ? { nextHopMtu: mtu } : {};
  const first = reader.u8('original version');
  if (first >> 4 !== 4 || (first & 0xf) < 5) reader.fail(`original header 0x${first.toString(16)}`);
  const header = reader.slice(4 * (first & 0xf) - 1, 'original header');
  const original = {
    protocol: header.readUInt8(8),
    source: header.subarray(11, 15),
    destination: header.subarray(15, 19),
    payload: reader.rest(),
  };
  return { code, ...nextHopMtu, original };
}

const UNREACHABLE_CODES: readonly string[] = [
  'no way to its network',
  'the host does not answer',
  'it does not speak the protocol',
  'nobody listens at the port',
  'the packet is too long and must not be fragmented',
  'source route failed',
];

/** What the code of a Destination Unreachable says (RFC 792, RFC 1812 §5.2.7.1). */
export function unreachableText(code: number): string {
  if (code === 9 || code === 10 || code === 13) return 'an administrator forbids it';
  return UNREACHABLE_CODES[code] ?? `code ${code}`;
}
