/** Our own IPv6 addresses, as text. */
export interface OwnIpv6 {
  readonly linkLocal?: string;
  readonly addresses: readonly { readonly address: string }[];
}

/** Our address for packets to an IPv6 destination of 16 octets: link-local ones for what is on the line. */
export function ownIpv6For(destination: Buffer, ipv6: OwnIpv6 | undefined): string | undefined {
  const isLocal = destination[0] === 0xfe || destination[0] === 0xff;
  return isLocal ? ipv6?.linkLocal : ipv6?.addresses[0]?.address;
}
