import type { Ipv6Snapshot } from './ipv6/settings';

/** Our address for packets to an IPv6 destination of 16 octets: link-local ones for what is on the line. */
export function ownIpv6For(destination: Buffer, ipv6: Ipv6Snapshot<unknown> | undefined): string | undefined {
  const isLocal = destination[0] === 0xfe || destination[0] === 0xff;
  return isLocal ? ipv6?.linkLocal : ipv6?.addresses[0]?.address;
}
