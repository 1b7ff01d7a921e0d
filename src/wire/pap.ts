import { Reader } from './reader';

/** Password Authentication Protocol, RFC 1334 §2. The packets are those of `control.ts`; these are their data. */
export const PAP = { authenticateRequest: 1, authenticateAck: 2, authenticateNak: 3 } as const;

export interface PapCredentials {
  readonly peerId: Buffer;
  readonly password: Buffer;
}

export function decodePapRequest(data: Buffer): PapCredentials {
  const reader = new Reader(data, 'PAP Authenticate-Request');
  const peerId = reader.slice(reader.u8('Peer-ID length'), 'Peer-ID');
  const password = reader.slice(reader.u8('Passwd length'), 'Password');
  return { peerId, password };
}

/** @throws RangeError when a field is longer than 255 octets. */
export function encodePapRequest({ peerId, password }: PapCredentials): Buffer {
  if (peerId.length > 255) throw new RangeError(`PAP Peer-ID has ${peerId.length} octets, at most 255 fit`);
  if (password.length > 255) throw new RangeError(`PAP Password has ${password.length} octets, at most 255 fit`);
  return Buffer.concat([Buffer.of(peerId.length), peerId, Buffer.of(password.length), password]);
}

/** The Message of an Ack or Nak. Peers that leave out even its length octet exist: the message is then empty. */
export function decodePapMessage(data: Buffer): Buffer {
  if (data.length === 0) return data;
  const reader = new Reader(data, 'PAP Message');
  return reader.slice(reader.u8('length'), 'text');
}

export function encodePapMessage(message: Buffer): Buffer {
  const text = message.subarray(0, 255);
  return Buffer.concat([Buffer.of(text.length), text]);
}
