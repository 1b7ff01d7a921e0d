import { Reader } from './reader';

/** The PPP protocol field (RFC 1661 §2), as PPPoE carries it: two octets, never compressed. */
export const PROTOCOL = {
  ipv4: 0x0021,
  ipv6: 0x0057,
  ipcp: 0x8021,
  ipv6cp: 0x8057,
  ccp: 0x80fd,
  lcp: 0xc021,
  pap: 0xc023,
  chap: 0xc223,
  eap: 0xc227,
} as const;

export interface PppPacket {
  readonly protocol: number;
  readonly information: Buffer;
}

/**
 * Decodes a PPPoE session payload. It has no address and control field (RFC 2516 §4), and Protocol-Field-Compression,
 * not recommended on PPPoE (RFC 2516 §7), is never negotiated here: a compressed field is malformed.
 */
export function decodePpp(bytes: Buffer): PppPacket {
  const reader = new Reader(bytes, 'PPP');
  const protocol = reader.u16('protocol');
  if (protocol === 0xff03) reader.fail('HDLC address and control field, which PPPoE does not carry');
  if ((protocol & 0x0101) !== 0x0001) {
    reader.fail(`protocol 0x${protocol.toString(16).padStart(4, '0')} is compressed or not a PPP protocol`);
  }
  return { protocol, information: reader.rest() };
}

export function encodePpp(packet: PppPacket): Buffer {
  const bytes = Buffer.allocUnsafe(2 + packet.information.length);
  bytes.writeUInt16BE(packet.protocol, 0);
  packet.information.copy(bytes, 2);
  return bytes;
}

const NAMES: Readonly<Record<number, string>> = {
  [PROTOCOL.ipv4]: 'IPv4',
  [PROTOCOL.ipv6]: 'IPv6',
  [PROTOCOL.ipcp]: 'IPCP',
  [PROTOCOL.ipv6cp]: 'IPV6CP',
  [PROTOCOL.ccp]: 'CCP',
  [PROTOCOL.lcp]: 'LCP',
  [PROTOCOL.pap]: 'PAP',
  [PROTOCOL.chap]: 'CHAP',
  [PROTOCOL.eap]: 'EAP',
};

/** `LCP`, or `0x8281` for a protocol without a name here. */
export function protocolName(protocol: number): string {
  return NAMES[protocol] ?? `0x${protocol.toString(16).padStart(4, '0')}`;
}
