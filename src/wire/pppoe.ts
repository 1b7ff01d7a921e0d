import { Reader } from './reader';

/** PPP over Ethernet, RFC 2516, with RFC 4638 and the PADM extension of rp-pppoe. */

export const CODE = {
  session: 0x00,
  PADO: 0x07,
  PADI: 0x09,
  PADR: 0x19,
  PADS: 0x65,
  PADT: 0xa7,
  PADM: 0xd3,
} as const;

export const TAG = {
  endOfList: 0x0000,
  serviceName: 0x0101,
  acName: 0x0102,
  hostUniq: 0x0103,
  acCookie: 0x0104,
  vendorSpecific: 0x0105,
  relaySessionId: 0x0110,
  hurl: 0x0111,
  motm: 0x0112,
  pppMaxPayload: 0x0120,
  serviceNameError: 0x0201,
  acSystemError: 0x0202,
  genericError: 0x0203,
} as const;

export const HEADER_LENGTH = 6;
const VERSION_AND_TYPE = 0x11;

export interface PppoeFrame {
  readonly code: number;
  /** SESSION_ID, 0-65535. */
  readonly sessionId: number;
  /** Exactly LENGTH octets; padding is gone. */
  readonly payload: Buffer;
}

export interface Tag {
  readonly type: number;
  readonly value: Buffer;
}

/** Decodes the payload of an Ethernet frame of type 0x8863 or 0x8864. */
export function decodePppoe(bytes: Buffer): PppoeFrame {
  const reader = new Reader(bytes, 'PPPoE');
  const verType = reader.u8('version and type');
  if (verType !== VERSION_AND_TYPE) reader.fail(`version and type 0x${verType.toString(16)}, not 0x11`);
  const code = reader.u8('code');
  const sessionId = reader.u16('session id');
  const length = reader.u16('length');
  return { code, sessionId, payload: reader.slice(length, 'payload') };
}

export function encodePppoe(frame: PppoeFrame): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_LENGTH + frame.payload.length);
  bytes[0] = VERSION_AND_TYPE;
  bytes[1] = frame.code;
  bytes.writeUInt16BE(frame.sessionId, 2);
  bytes.writeUInt16BE(frame.payload.length, 4);
  frame.payload.copy(bytes, HEADER_LENGTH);
  return bytes;
}

/** The tags of a discovery payload, in order, up to an End-Of-List (which is included). */
export function decodeTags(payload: Buffer): Tag[] {
  const reader = new Reader(payload, 'PPPoE tag');
  const tags: Tag[] = [];
  while (reader.left > 0) {
    const type = reader.u16('type');
    const value = reader.slice(reader.u16('length'), `0x${type.toString(16).padStart(4, '0')}`);
    tags.push({ type, value });
    if (type === TAG.endOfList) break;
  }
  return tags;
}

export function encodeTags(tags: readonly Tag[]): Buffer {
  const bytes = Buffer.allocUnsafe(tags.reduce((sum, tag) => sum + 4 + tag.value.length, 0));
  let at = 0;
  for (const { type, value } of tags) {
    at = bytes.writeUInt16BE(type, at);
    at = bytes.writeUInt16BE(value.length, at);
    at += value.copy(bytes, at);
  }
  return bytes;
}

/** The value of the first tag of this type. */
export function findTag(tags: readonly Tag[], type: number): Buffer | undefined {
  return tags.find((tag) => tag.type === type)?.value;
}
