import { Reader } from './reader';

/**
 * Ethernet over IP of MikroTik's RouterOS: GRE of version 1 in look (RFC 2637 §4.1, with key), an unassigned protocol type, and
 * in the place of the key the length of the frame, most significant octet first, and the tunnel id, least significant first.
 */
export interface EoipPacket {
  /** 0-65535. */
  readonly tunnelId: number;
  /** An Ethernet frame without its FCS. Empty: a keepalive. */
  readonly payload: Buffer;
}

const FLAGS = 0x2001;
const PROTOCOL = 0x6400;
export const EOIP_HEADER = 8;

/** What follows the frame, as padding of short packets, is left out. @throws MalformedPacket */
export function decodeEoip(bytes: Buffer): EoipPacket {
  const reader = new Reader(bytes, 'EoIP');
  const flags = reader.u16('flags');
  if (flags !== FLAGS) reader.fail(`flags 0x${flags.toString(16)}`);
  const protocol = reader.u16('protocol type');
  if (protocol !== PROTOCOL) reader.fail(`protocol type 0x${protocol.toString(16)}`);
  const length = reader.u16('payload length');
  const tunnelId = reader.slice(2, 'tunnel id').readUInt16LE(0);
  return { tunnelId, payload: reader.slice(length, 'payload') };
}

/** @throws RangeError for a tunnel id or a length that does not fit its 16 bits. */
export function encodeEoip({ tunnelId, payload }: EoipPacket): Buffer {
  return Buffer.concat([eoipHeader(tunnelId, payload.length), payload]);
}

/** The header alone. @throws RangeError */
export function eoipHeader(tunnelId: number, length: number): Buffer {
  const header = Buffer.alloc(EOIP_HEADER);
  header.writeUInt16BE(FLAGS, 0);
  header.writeUInt16BE(PROTOCOL, 2);
  header.writeUInt16BE(length, 4);
  header.writeUInt16LE(tunnelId, 6);
  return header;
}
