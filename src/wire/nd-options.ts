import { ND_OPTION, type NdOption } from './icmpv6';
import { Reader } from './reader';

/** The options that a host reads in Router Advertisements. Lifetimes in seconds; `INFINITE` never ends. */

export const INFINITE = 0xffffffff;

/** RFC 4861 §4.6.2. */
export interface PrefixInformation {
  readonly prefixLength: number;
  /** `PREFIX_FLAG` bits. */
  readonly flags: number;
  readonly valid: number;
  readonly preferred: number;
  /** 16 octets. */
  readonly prefix: Buffer;
}

export const PREFIX_FLAG = { onLink: 0x80, autonomous: 0x40 } as const;

/** RFC 8106 §5.1. */
export interface RecursiveDnsServers {
  readonly lifetime: number;
  readonly servers: readonly Buffer[];
}

/** @throws MalformedPacket */
export function decodePrefixInformation(data: Buffer): PrefixInformation {
  const reader = new Reader(data, 'Prefix Information');
  const prefixLength = reader.u8('prefix length');
  if (prefixLength > 128) reader.fail(`prefix length ${prefixLength}`);
  const flags = reader.u8('flags');
  const valid = reader.u32('valid lifetime');
  const preferred = reader.u32('preferred lifetime');
  reader.u32('reserved');
  return { prefixLength, flags, valid, preferred, prefix: reader.slice(16, 'prefix') };
}

export function encodePrefixInformation(information: PrefixInformation): NdOption {
  const data = Buffer.alloc(30);
  data[0] = information.prefixLength;
  data[1] = information.flags;
  data.writeUInt32BE(information.valid, 2);
  data.writeUInt32BE(information.preferred, 6);
  information.prefix.copy(data, 14);
  return { type: ND_OPTION.prefixInformation, data };
}

/** The MTU in octets (RFC 4861 §4.6.4). @throws MalformedPacket */
export function decodeMtu(data: Buffer): number {
  const reader = new Reader(data, 'MTU option');
  reader.u16('reserved');
  return reader.u32('MTU');
}

export function encodeMtu(mtu: number): NdOption {
  const data = Buffer.alloc(6);
  data.writeUInt32BE(mtu, 2);
  return { type: ND_OPTION.mtu, data };
}

/** @throws MalformedPacket, also for an option without a server (RFC 8106 §5.3.1). */
export function decodeRdnss(data: Buffer): RecursiveDnsServers {
  const reader = new Reader(data, 'RDNSS');
  reader.u16('reserved');
  const lifetime = reader.u32('lifetime');
  const servers = [reader.slice(16, 'server')];
  while (reader.left > 0) servers.push(reader.slice(16, 'server'));
  return { lifetime, servers };
}

export function encodeRdnss({ lifetime, servers }: RecursiveDnsServers): NdOption {
  const header = Buffer.alloc(6);
  header.writeUInt32BE(lifetime, 2);
  return { type: ND_OPTION.rdnss, data: Buffer.concat([header, ...servers]) };
}
