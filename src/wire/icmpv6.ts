import { IP_PROTOCOL } from './ip';
import { type Ipv6Addresses, upperLayerChecksum } from './ipv6';
import { Reader } from './reader';

/** ICMPv6: errors and echo (RFC 4443) and Neighbour Discovery (RFC 4861 §4). */
export const ICMPV6 = {
  packetTooBig: 2,
  timeExceeded: 3,
  echoRequest: 128,
  echoReply: 129,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighbourSolicitation: 135,
  neighbourAdvertisement: 136,
} as const;

/** Bits of a Neighbour Advertisement's flags, the first octet of four. */
export const NA_FLAG = { router: 0x80, solicited: 0x40, override: 0x20 } as const;

/** Options of Neighbour Discovery (RFC 4861 §4.6, RFC 8106 §5.1). */
export const ND_OPTION = { sourceLinkLayer: 1, targetLinkLayer: 2, prefixInformation: 3, mtu: 5, rdnss: 25 } as const;

/** An option without its two octets of header; with them it is a multiple of 8 octets. */
export interface NdOption {
  readonly type: number;
  readonly data: Buffer;
}

export interface RouterAdvertisement {
  readonly kind: 'router-advertisement';
  readonly code: number;
  /** The hop limit that hosts are to use; 0: not specified. */
  readonly hopLimit: number;
  readonly flags: number;
  /** Seconds for which the sender is a default router; 0: it is none. */
  readonly routerLifetime: number;
  /** In ms; 0: not specified. */
  readonly reachableTime: number;
  readonly retransTimer: number;
  readonly options: readonly NdOption[];
}

export type Icmpv6Message =
  | {
      readonly kind: 'echo-request' | 'echo-reply';
      readonly code: number;
      readonly identifier: number;
      readonly sequence: number;
      readonly data: Buffer;
    }
  | { readonly kind: 'router-solicitation'; readonly code: number; readonly options: readonly NdOption[] }
  | RouterAdvertisement
  | NeighbourMessage
  | { readonly kind: 'other'; readonly type: number; readonly code: number; readonly body: Buffer };

export interface NeighbourMessage {
  readonly kind: 'neighbour-solicitation' | 'neighbour-advertisement';
  readonly code: number;
  /** `NA_FLAG` bits; 0 in a solicitation. */
  readonly flags: number;
  /** 16 octets. */
  readonly target: Buffer;
  readonly options: readonly NdOption[];
}

/** @throws MalformedPacket, also for a wrong checksum, or an option of length 0 (RFC 4861 §4.6). */
export function decodeIcmpv6(bytes: Buffer, addresses: Ipv6Addresses): Icmpv6Message {
  const reader = new Reader(bytes, 'ICMPv6');
  const type = reader.u8('type');
  const code = reader.u8('code');
  reader.u16('checksum');
  if (upperLayerChecksum(addresses, IP_PROTOCOL.icmpv6, bytes) !== 0) reader.fail('wrong checksum');
  switch (type) {
    case ICMPV6.echoRequest:
    case ICMPV6.echoReply: {
      const kind = type === ICMPV6.echoRequest ? 'echo-request' : 'echo-reply';
      const identifier = reader.u16('identifier');
      return { kind, code, identifier, sequence: reader.u16('sequence'), data: reader.rest() };
    }
    case ICMPV6.routerSolicitation:
      reader.u32('reserved');
      return { kind: 'router-solicitation', code, options: decodeNdOptions(reader) };
    case ICMPV6.routerAdvertisement:
      return {
        kind: 'router-advertisement',
        code,
        hopLimit: reader.u8('hop limit'),
        flags: reader.u8('flags'),
        routerLifetime: reader.u16('router lifetime'),
        reachableTime: reader.u32('reachable time'),
        retransTimer: reader.u32('retrans timer'),
        options: decodeNdOptions(reader),
      };
    case ICMPV6.neighbourSolicitation:
    case ICMPV6.neighbourAdvertisement: {
      const solicits = type === ICMPV6.neighbourSolicitation;
      const flags = reader.u32('flags') >>> 24;
      const target = reader.slice(16, 'target');
      const kind = solicits ? 'neighbour-solicitation' : 'neighbour-advertisement';
      return { kind, code, flags: solicits ? 0 : flags, target, options: decodeNdOptions(reader) };
    }
    default:
      return { kind: 'other', type, code, body: reader.rest() };
  }
}

const TYPES = {
  'echo-request': ICMPV6.echoRequest,
  'echo-reply': ICMPV6.echoReply,
  'router-solicitation': ICMPV6.routerSolicitation,
  'router-advertisement': ICMPV6.routerAdvertisement,
  'neighbour-solicitation': ICMPV6.neighbourSolicitation,
  'neighbour-advertisement': ICMPV6.neighbourAdvertisement,
} as const;

/** Encodes with a right checksum for these addresses. @throws RangeError for an option that is no multiple of 8 octets. */
export function encodeIcmpv6(message: Icmpv6Message, addresses: Ipv6Addresses): Buffer {
  const type = message.kind === 'other' ? message.type : TYPES[message.kind];
  const bytes = Buffer.concat([Buffer.of(type, message.code, 0, 0), bodyOf(message)]);
  bytes.writeUInt16BE(upperLayerChecksum(addresses, IP_PROTOCOL.icmpv6, bytes), 2);
  return bytes;
}

function bodyOf(message: Icmpv6Message): Buffer {
  switch (message.kind) {
    case 'echo-request':
    case 'echo-reply': {
      const header = Buffer.allocUnsafe(4);
      header.writeUInt16BE(message.identifier, 0);
      header.writeUInt16BE(message.sequence, 2);
      return Buffer.concat([header, message.data]);
    }
    case 'router-solicitation':
      return Buffer.concat([Buffer.alloc(4), encodeNdOptions(message.options)]);
    case 'router-advertisement': {
      const header = Buffer.allocUnsafe(12);
      header[0] = message.hopLimit;
      header[1] = message.flags;
      header.writeUInt16BE(message.routerLifetime, 2);
      header.writeUInt32BE(message.reachableTime, 4);
      header.writeUInt32BE(message.retransTimer, 8);
      return Buffer.concat([header, encodeNdOptions(message.options)]);
    }
    case 'neighbour-solicitation':
    case 'neighbour-advertisement':
      return Buffer.concat([Buffer.of(message.flags, 0, 0, 0), message.target, encodeNdOptions(message.options)]);
    case 'other':
      return message.body;
  }
}

function decodeNdOptions(reader: Reader): NdOption[] {
  const options: NdOption[] = [];
  while (reader.left > 0) {
    const type = reader.u8('option type');
    const length = reader.u8('option length');
    if (length === 0) reader.fail('an option of length 0');
    options.push({ type, data: reader.slice(8 * length - 2, `option ${type}`) });
  }
  return options;
}

function encodeNdOptions(options: readonly NdOption[]): Buffer {
  return Buffer.concat(
    options.map(({ type, data }) => {
      const length = (2 + data.length) / 8;
      if (!Number.isInteger(length) || length > 255) {
        throw new RangeError(`option ${type} has ${data.length} octets of data: with 2 more no multiple of 8`);
      }
      return Buffer.concat([Buffer.of(type, length), data]);
    }),
  );
}
