import { Reader } from './reader';

/** The packet format that LCP, every NCP, PAP, CHAP and EAP share: Code, Identifier, Length, Data (RFC 1661 §5). */

/** Codes 1-7 of LCP and of every NCP; 8-13 of LCP alone (RFC 1661, RFC 1570). */
export const CONTROL = {
  configureRequest: 1,
  configureAck: 2,
  configureNak: 3,
  configureReject: 4,
  terminateRequest: 5,
  terminateAck: 6,
  codeReject: 7,
  protocolReject: 8,
  echoRequest: 9,
  echoReply: 10,
  discardRequest: 11,
  identification: 12,
  timeRemaining: 13,
} as const;

/** Octets of Code, Identifier and Length. */
export const CONTROL_HEADER = 4;

export interface ControlPacket {
  readonly code: number;
  readonly identifier: number;
  /** What follows the header, exactly as long as the packet's own Length says: padding is gone. */
  readonly data: Buffer;
}

/** A configuration option: Type, Length, Data (RFC 1661 §6). */
export interface Option {
  readonly type: number;
  readonly data: Buffer;
}

/** @param layer the protocol's name, for the error's text. */
export function decodeControl(bytes: Buffer, layer: string): ControlPacket {
  const reader = new Reader(bytes, layer);
  const code = reader.u8('code');
  const identifier = reader.u8('identifier');
  const length = reader.u16('length');
  if (length < CONTROL_HEADER) reader.fail(`length ${length} is less than the header`);
  return { code, identifier, data: reader.slice(length - CONTROL_HEADER, 'data') };
}

export function encodeControl(packet: ControlPacket): Buffer {
  const bytes = Buffer.allocUnsafe(CONTROL_HEADER + packet.data.length);
  bytes[0] = packet.code;
  bytes[1] = packet.identifier;
  bytes.writeUInt16BE(bytes.length, 2);
  packet.data.copy(bytes, CONTROL_HEADER);
  return bytes;
}

export function decodeOptions(data: Buffer, layer: string): Option[] {
  const reader = new Reader(data, `${layer} option`);
  const options: Option[] = [];
  while (reader.left > 0) {
    const type = reader.u8('type');
    const length = reader.u8('length');
    if (length < 2) reader.fail(`length ${length} is less than 2`);
    options.push({ type, data: reader.slice(length - 2, String(type)) });
  }
  return options;
}

/** @throws RangeError when an option's data is longer than 253 octets. */
export function encodeOptions(options: readonly Option[]): Buffer {
  const bytes = Buffer.allocUnsafe(options.reduce((sum, option) => sum + 2 + option.data.length, 0));
  let at = 0;
  for (const { type, data } of options) {
    if (data.length > 253) throw new RangeError(`option ${type} has ${data.length} octets of data, at most 253 fit`);
    bytes[at] = type;
    bytes[at + 1] = 2 + data.length;
    data.copy(bytes, at + 2);
    at += 2 + data.length;
  }
  return bytes;
}

/** An option that holds one 16-bit number. */
export function option16(type: number, value: number): Option {
  const data = Buffer.allocUnsafe(2);
  data.writeUInt16BE(value);
  return { type, data };
}

/** An option that holds one 32-bit number. */
export function option32(type: number, value: number): Option {
  const data = Buffer.allocUnsafe(4);
  data.writeUInt32BE(value);
  return { type, data };
}
