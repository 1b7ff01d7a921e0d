/** What a session does about IPv6 once IPV6CP is up. */
export interface Dhcpv6Settings {
  /** Ask a DHCPv6 server for an address (IA_NA), besides those of Router Advertisements. */
  readonly addresses: boolean;
  /** Ask a DHCPv6 server for a prefix of our own (IA_PD). */
  readonly prefixDelegation: boolean;
  /** How long a prefix to ask for, in bits; the server may give another. */
  readonly prefixLengthHint?: number;
}

/** A session's IPv6 as plain data. Addresses are text; `Time` is ms of the engine's clock, or ISO 8601. */
export interface Ipv6Snapshot<Time> {
  readonly linkLocal: string;
  /** Absent when the peer told no Interface-Identifier. */
  readonly remoteLinkLocal?: string;
  readonly addresses: readonly Ipv6AddressSnapshot<Time>[];
  /** The prefixes that were delegated to us. */
  readonly prefixes: readonly Ipv6PrefixSnapshot<Time>[];
  /** Name servers of Router Advertisements and of DHCPv6. */
  readonly dns: readonly string[];
  /** The MTU that the router advertises, in octets. */
  readonly mtu?: number;
  /** The default router's link-local address. */
  readonly router?: string;
}

/** Times are absent when a lifetime has no end. */
interface Lifetimes<Time> {
  readonly preferredUntil?: Time;
  readonly validUntil?: Time;
}

export interface Ipv6AddressSnapshot<Time> extends Lifetimes<Time> {
  readonly address: string;
  readonly prefixLength: number;
  readonly source: 'slaac' | 'dhcpv6';
}

export interface Ipv6PrefixSnapshot<Time> extends Lifetimes<Time> {
  readonly prefix: string;
  readonly length: number;
}

/** The snapshot with its times as another type. */
export function withTimes<From, To>(snapshot: Ipv6Snapshot<From>, time: (value: From) => To): Ipv6Snapshot<To> {
  const lifetimes = ({ preferredUntil, validUntil }: Lifetimes<From>): Lifetimes<To> => ({
    ...(preferredUntil === undefined ? {} : { preferredUntil: time(preferredUntil) }),
    ...(validUntil === undefined ? {} : { validUntil: time(validUntil) }),
  });
  return {
    ...snapshot,
    addresses: snapshot.addresses.map(({ address, prefixLength, source, ...times }) => ({
      address,
      prefixLength,
      source,
      ...lifetimes(times),
    })),
    prefixes: snapshot.prefixes.map(({ prefix, length, ...times }) => ({ prefix, length, ...lifetimes(times) })),
  };
}
