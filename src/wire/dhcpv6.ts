import type { MacAddress } from './mac-address';
import { Reader } from './reader';

/** DHCPv6 between client and server (RFC 8415 §7-§9, §21). Lifetimes and T1, T2 in seconds. */

export const DHCPV6_PORT = { client: 546, server: 547 } as const;

export const DHCPV6_MESSAGE = {
  solicit: 1,
  advertise: 2,
  request: 3,
  confirm: 4,
  renew: 5,
  rebind: 6,
  reply: 7,
  release: 8,
  decline: 9,
  reconfigure: 10,
  informationRequest: 11,
  relayForward: 12,
  relayReply: 13,
} as const;

export const DHCPV6_OPTION = {
  clientId: 1,
  serverId: 2,
  iaNa: 3,
  iaAddress: 5,
  requested: 6,
  preference: 7,
  elapsedTime: 8,
  statusCode: 13,
  rapidCommit: 14,
  dnsServers: 23,
  iaPd: 25,
  iaPrefix: 26,
  solMaxRt: 82,
} as const;

export const DHCPV6_STATUS = {
  success: 0,
  unspecFail: 1,
  noAddrsAvail: 2,
  noBinding: 3,
  notOnLink: 4,
  useMulticast: 5,
  noPrefixAvail: 6,
} as const;

export interface Dhcpv6Option {
  readonly code: number;
  readonly data: Buffer;
}

export interface Dhcpv6Message {
  readonly type: number;
  /** 24 bits. */
  readonly transactionId: number;
  readonly options: readonly Dhcpv6Option[];
}

/** IA_NA and IA_PD, which look alike. */
export interface IdentityAssociation {
  readonly iaid: number;
  readonly t1: number;
  readonly t2: number;
  readonly options: readonly Dhcpv6Option[];
}

export interface IaAddress {
  /** 16 octets. */
  readonly address: Buffer;
  readonly preferred: number;
  readonly valid: number;
  readonly options: readonly Dhcpv6Option[];
}

export interface IaPrefix {
  /** 16 octets; the bits after `length` may be anything. */
  readonly prefix: Buffer;
  readonly length: number;
  readonly preferred: number;
  readonly valid: number;
  readonly options: readonly Dhcpv6Option[];
}

export interface Status {
  readonly code: number;
  readonly text: string;
}

/** The DUID-LL of an Ethernet address (RFC 8415 §11.4). */
export function linkLayerDuid(address: MacAddress): Buffer {
  return Buffer.concat([Buffer.of(0, 3, 0, 1), address]);
}

/** @throws MalformedPacket, also for relay agents' messages, which have another format. */
export function decodeDhcpv6(bytes: Buffer): Dhcpv6Message {
  const reader = new Reader(bytes, 'DHCPv6');
  const type = reader.u8('message type');
  if (type === DHCPV6_MESSAGE.relayForward || type === DHCPV6_MESSAGE.relayReply) reader.fail(`relay message ${type}`);
  const transactionId = (reader.u8('transaction id') << 16) | reader.u16('transaction id');
  return { type, transactionId, options: decodeOptions(reader) };
}

export function encodeDhcpv6({ type, transactionId, options }: Dhcpv6Message): Buffer {
  const header = Buffer.allocUnsafe(4);
  header.writeUInt32BE(((type << 24) | transactionId) >>> 0);
  return Buffer.concat([header, encodeOptions(options)]);
}

/** @throws MalformedPacket */
export function decodeIa(data: Buffer): IdentityAssociation {
  const reader = new Reader(data, 'DHCPv6 IA');
  const iaid = reader.u32('IAID');
  const t1 = reader.u32('T1');
  const t2 = reader.u32('T2');
  return { iaid, t1, t2, options: decodeOptions(reader) };
}

export function encodeIa({ iaid, t1, t2, options }: IdentityAssociation): Buffer {
  return Buffer.concat([words(iaid, t1, t2), encodeOptions(options)]);
}

/** @throws MalformedPacket */
export function decodeIaAddress(data: Buffer): IaAddress {
  const reader = new Reader(data, 'DHCPv6 IAADDR');
  const address = reader.slice(16, 'address');
  const preferred = reader.u32('preferred lifetime');
  const valid = reader.u32('valid lifetime');
  return { address, preferred, valid, options: decodeOptions(reader) };
}

export function encodeIaAddress({ address, preferred, valid, options }: IaAddress): Buffer {
  return Buffer.concat([address, words(preferred, valid), encodeOptions(options)]);
}

/** @throws MalformedPacket */
export function decodeIaPrefix(data: Buffer): IaPrefix {
  const reader = new Reader(data, 'DHCPv6 IAPREFIX');
  const preferred = reader.u32('preferred lifetime');
  const valid = reader.u32('valid lifetime');
  const length = reader.u8('prefix length');
  if (length > 128) reader.fail(`prefix length ${length}`);
  const prefix = reader.slice(16, 'prefix');
  return { prefix, length, preferred, valid, options: decodeOptions(reader) };
}

export function encodeIaPrefix({ prefix, length, preferred, valid, options }: IaPrefix): Buffer {
  return Buffer.concat([words(preferred, valid), Buffer.of(length), prefix, encodeOptions(options)]);
}

/** @throws MalformedPacket */
export function decodeStatus(data: Buffer): Status {
  const reader = new Reader(data, 'DHCPv6 status');
  return { code: reader.u16('code'), text: reader.rest().toString('utf8') };
}

export function encodeStatus({ code, text }: Status): Buffer {
  return Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(text)]);
}

/** The addresses of an option such as DNS Recursive Name Server (RFC 3646 §3). @throws MalformedPacket */
export function decodeAddresses(data: Buffer): readonly Buffer[] {
  const reader = new Reader(data, 'DHCPv6 addresses');
  const addresses: Buffer[] = [];
  while (reader.left > 0) addresses.push(reader.slice(16, 'address'));
  return addresses;
}

/** The data of the first option with this code. */
export function findOption(options: readonly Dhcpv6Option[], code: number): Buffer | undefined {
  return options.find((option) => option.code === code)?.data;
}

function decodeOptions(reader: Reader): Dhcpv6Option[] {
  const options: Dhcpv6Option[] = [];
  while (reader.left > 0) {
    const code = reader.u16('option code');
    const length = reader.u16('option length');
    options.push({ code, data: reader.slice(length, `option ${code}`) });
  }
  return options;
}

function encodeOptions(options: readonly Dhcpv6Option[]): Buffer {
  return Buffer.concat(
    options.flatMap(({ code, data }) => {
      if (data.length > 0xffff) throw new RangeError(`option ${code} has ${data.length} octets, at most 65535 fit`);
      const header = Buffer.allocUnsafe(4);
      header.writeUInt16BE(code, 0);
      header.writeUInt16BE(data.length, 2);
      return [header, data];
    }),
  );
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}
