import { formatIpv6 } from '../../wire/ip';
import { linkLocalAddress } from '../../wire/ipv6';
import type { Ipv6Snapshot } from './settings';

/** What IPV6CP agreed on, and the session's MTU in octets. Identifiers have 8 octets. */
export interface Ipv6Line {
  readonly identifier: Buffer;
  /** Undefined when the peer told none. */
  readonly peerIdentifier: Buffer | undefined;
  readonly mtu: number;
}

/** The IPv6 host behind a session. */
export class Ipv6Host {
  #line: Ipv6Line | undefined;

  /** The largest packet that may be sent, in octets; undefined while IPV6CP is not up. */
  get mtu(): number | undefined {
    return this.#line?.mtu;
  }

  get snapshot(): Ipv6Snapshot<number> | undefined {
    if (!this.#line) return undefined;
    const { identifier, peerIdentifier } = this.#line;
    return {
      linkLocal: formatIpv6(linkLocalAddress(identifier)),
      ...(peerIdentifier ? { remoteLinkLocal: formatIpv6(linkLocalAddress(peerIdentifier)) } : {}),
      addresses: [],
      prefixes: [],
      dns: [],
    };
  }

  /** IPV6CP is up. */
  up(line: Ipv6Line): void {
    this.#line = line;
  }

  /** IPV6CP is down, or the session is over. */
  down(): void {
    this.#line = undefined;
  }
}
