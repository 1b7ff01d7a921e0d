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
