import { Reader } from './reader';

/** Challenge Handshake Authentication Protocol, RFC 1994 §4. The packets are those of `control.ts`. */
export const CHAP = { challenge: 1, response: 2, success: 3, failure: 4 } as const;

/** The data of a Challenge or a Response. A Success or Failure has a message as its whole data. */
export interface ChapValue {
  /** 1 to 255 octets. */
  readonly value: Buffer;
  readonly name: Buffer;
}

/** @param layer the protocol's name, for the error's text: EAP's MD5-Challenge has the same format. */
export function decodeChapValue(data: Buffer, layer = 'CHAP'): ChapValue {
  const reader = new Reader(data, layer);
  const size = reader.u8('Value-Size');
  if (size === 0) reader.fail('Value-Size is 0');
  const value = reader.slice(size, 'Value');
  return { value, name: reader.rest() };
}

/** @throws RangeError when the value does not have 1 to 255 octets. */
export function encodeChapValue({ value, name }: ChapValue): Buffer {
  if (value.length < 1 || value.length > 255)
    throw new RangeError(`CHAP Value has ${value.length} octets, not 1 to 255`);
  return Buffer.concat([Buffer.of(value.length), value, name]);
}
