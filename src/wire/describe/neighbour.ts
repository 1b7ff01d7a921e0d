import { decodeIcmpv6, ICMPV6, NA_FLAG, ND_OPTION, type NdOption } from '../icmpv6';
import { formatIpv6 } from '../ip';
import type { Ipv6Packet } from '../ipv6';
import { decodeMtu, decodePrefixInformation, decodeRdnss, INFINITE, PREFIX_FLAG } from '../nd-options';
import { type Field, field, hex, nameOf } from './values';

/** Neighbour Discovery in words (RFC 4861 §4). */

export const NEIGHBOUR_CODES: Readonly<Record<number, string>> = {
  [ICMPV6.routerSolicitation]: 'Router-Solicitation',
  [ICMPV6.routerAdvertisement]: 'Router-Advertisement',
  [ICMPV6.neighbourSolicitation]: 'Neighbour-Solicitation',
  [ICMPV6.neighbourAdvertisement]: 'Neighbour-Advertisement',
};

const ROUTER_FLAGS = [
  [0x80, 'managed'],
  [0x40, 'other'],
] as const;

const PREFIX_FLAGS = [
  [PREFIX_FLAG.onLink, 'on-link'],
  [PREFIX_FLAG.autonomous, 'autonomous'],
] as const;

const NEIGHBOUR_FLAGS = [
  [NA_FLAG.router, 'router'],
  [NA_FLAG.solicited, 'solicited'],
  [NA_FLAG.override, 'override'],
] as const;

/** `1800 s`, or `infinite`. */
export function seconds(lifetime: number): string {
  return lifetime === INFINITE ? 'infinite' : `${lifetime} s`;
}

/** @throws MalformedPacket */
export function describeNeighbour(packet: Ipv6Packet): readonly Field[] {
  const message = decodeIcmpv6(packet.payload, packet);
  const from = field('Source', formatIpv6(packet.source));
  switch (message.kind) {
    case 'router-solicitation':
      return [from, ...message.options.map(describeOption)];
    case 'router-advertisement':
      return [
        from,
        field('Router-Lifetime', seconds(message.routerLifetime)),
        ...flags(message.flags, ROUTER_FLAGS),
        ...message.options.map(describeOption),
      ];
    case 'neighbour-solicitation':
    case 'neighbour-advertisement':
      return [
        from,
        field('Target', formatIpv6(message.target)),
        ...flags(message.flags, NEIGHBOUR_FLAGS),
        ...message.options.map(describeOption),
      ];
    default:
      return [from];
  }
}

const OPTIONS: Readonly<Record<number, readonly [name: string, describe: (data: Buffer) => string]>> = {
  [ND_OPTION.sourceLinkLayer]: ['Source-Link-Layer-Address', hex],
  [ND_OPTION.targetLinkLayer]: ['Target-Link-Layer-Address', hex],
  [ND_OPTION.prefixInformation]: ['Prefix-Information', prefixInformation],
  [ND_OPTION.mtu]: ['MTU', (data) => String(decodeMtu(data))],
  [ND_OPTION.rdnss]: ['RDNSS', servers],
};

function describeOption({ type, data }: NdOption): Field {
  const [name, describe] = OPTIONS[type] ?? [`Option ${nameOf({}, type)}`, hex];
  return field(name, describe(data));
}

function prefixInformation(data: Buffer): string {
  const { prefix, prefixLength, preferred, valid, flags: bits } = decodePrefixInformation(data);
  const said = flags(bits, PREFIX_FLAGS).map(({ value }) => ` ${value}`);
  return `${formatIpv6(prefix)}/${prefixLength} preferred ${seconds(preferred)} valid ${seconds(valid)}${said.join('')}`;
}

function servers(data: Buffer): string {
  const { servers: addresses, lifetime } = decodeRdnss(data);
  return `${addresses.map(formatIpv6).join(' ')} for ${seconds(lifetime)}`;
}

/** The names of the bits that are set, as one field; none when none is. */
function flags(bits: number, names: readonly (readonly [bit: number, name: string])[]): readonly Field[] {
  const set = names.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
  return set.length > 0 ? [field('Flags', set.join(' '))] : [];
}
