import { neighbourAdvertisement } from '../../ppp/neighbour';
import { DHCPV6_PORT, decodeDhcpv6, encodeDhcpv6 } from '../../wire/dhcpv6';
import { decodeIcmpv6, encodeIcmpv6, type Icmpv6Message } from '../../wire/icmpv6';
import { IP_PROTOCOL } from '../../wire/ip';
import { ALL_NODES, encodeIpv6, type Ipv6Addresses, type Ipv6Packet, isMulticast, UNSPECIFIED } from '../../wire/ipv6';
import { encodeMtu, encodePrefixInformation, encodeRdnss, PREFIX_FLAG } from '../../wire/nd-options';
import { decodeUdp, encodeUdp } from '../../wire/udp';
import { SESSION_PREFIX } from '../address-plan';
import { answerDhcpv6, type Dhcpv6Terms } from './dhcpv6-server';

/** What the router of one session knows. Addresses of 16 octets. */
export interface AccessRouterTerms extends Dhcpv6Terms {
  readonly linkLocal: Buffer;
  /** Our address beyond the session. */
  readonly address: Buffer;
  /** The session's own prefix of 64 bits; absent: none was left. */
  readonly prefix: Buffer | undefined;
  /** The largest packet that the host takes, in octets. */
  readonly mtu: number;
}

/** RFC 4861 §6.2.1, MaxRtrAdvInterval, and AdvDefaultLifetime three times that. In ms and s. */
const ADVERTISEMENT_INTERVAL = 600_000;
const ROUTER_LIFETIME = 1_800;
/** Other configuration (name servers, prefixes) is had by DHCPv6 (RFC 4861 §4.2). */
const OTHER_CONFIG = 0x40;
const HOP_LIMIT = 64;

/** The IPv6 router at our end of one session: advertises itself and a prefix, delegates, answers pings. */
export class AccessRouter {
  #advertiseAt: number;

  constructor(
    private readonly terms: AccessRouterTerms,
    private readonly send: (packet: Buffer) => void,
    now: number,
  ) {
    this.#advertiseAt = now;
    this.due(now);
  }

  get deadline(): number {
    return this.#advertiseAt;
  }

  due(now: number): void {
    if (now < this.#advertiseAt) return;
    this.#advertiseAt = now + ADVERTISEMENT_INTERVAL;
    this.#advertise(ALL_NODES);
  }

  /** True for an address that is ours on this session, or that every node listens to. */
  isOwn(destination: Buffer): boolean {
    const { linkLocal, address } = this.terms;
    return isMulticast(destination) || destination.equals(linkLocal) || destination.equals(address);
  }

  /**
   * Takes a packet to an address of ours. False for one that nothing here answers.
   * @throws MalformedPacket
   */
  receive(packet: Ipv6Packet): boolean {
    if (packet.nextHeader === IP_PROTOCOL.icmpv6) {
      return this.#icmpv6(packet, decodeIcmpv6(packet.payload, packet));
    }
    if (packet.nextHeader !== IP_PROTOCOL.udp) return false;
    const { sourcePort, destinationPort, data } = decodeUdp(packet.payload, packet);
    if (destinationPort !== DHCPV6_PORT.server) return false;
    const answer = answerDhcpv6(decodeDhcpv6(data), this.terms);
    if (!answer) return true;
    const addresses = { source: this.terms.linkLocal, destination: packet.source };
    const ports = { sourcePort: DHCPV6_PORT.server, destinationPort: sourcePort };
    this.#send(addresses, IP_PROTOCOL.udp, encodeUdp({ ...ports, data: encodeDhcpv6(answer) }, addresses));
    return true;
  }

  #icmpv6(packet: Ipv6Packet, message: Icmpv6Message): boolean {
    switch (message.kind) {
      case 'router-solicitation':
        // RFC 4861 §6.1.1: whoever is beyond a router cannot solicit here.
        if (packet.hopLimit === 255) this.#advertise(packet.source.equals(UNSPECIFIED) ? ALL_NODES : packet.source);
        return true;
      case 'neighbour-solicitation':
        if (this.isOwn(message.target)) this.send(neighbourAdvertisement(packet, message));
        return true;
      case 'echo-request': {
        const { linkLocal, address } = this.terms;
        const source = packet.destination.equals(address) ? address : linkLocal;
        const addresses = { source, destination: packet.source };
        const reply = encodeIcmpv6({ ...message, kind: 'echo-reply' }, addresses);
        this.#send(addresses, IP_PROTOCOL.icmpv6, reply, HOP_LIMIT);
        return true;
      }
      case 'router-advertisement':
      case 'neighbour-advertisement':
        return true;
      default:
        return false;
    }
  }

  #advertise(destination: Buffer): void {
    const { linkLocal, prefix, lifetime, dns, mtu } = this.terms;
    const information = prefix && {
      prefixLength: SESSION_PREFIX,
      flags: PREFIX_FLAG.autonomous,
      valid: 2 * lifetime,
      preferred: lifetime,
      prefix,
    };
    const addresses = { source: linkLocal, destination };
    const advertisement: Icmpv6Message = {
      kind: 'router-advertisement',
      code: 0,
      hopLimit: HOP_LIMIT,
      flags: OTHER_CONFIG,
      routerLifetime: ROUTER_LIFETIME,
      reachableTime: 0,
      retransTimer: 0,
      options: [
        ...(information ? [encodePrefixInformation(information)] : []),
        // A link's MTU is at least 1280 octets (RFC 8200 §5): what is less is nothing to tell.
        ...(mtu >= 1_280 ? [encodeMtu(mtu)] : []),
        ...(dns.length > 0 ? [encodeRdnss({ lifetime: 2 * lifetime, servers: dns })] : []),
      ],
    };
    this.#send(addresses, IP_PROTOCOL.icmpv6, encodeIcmpv6(advertisement, addresses));
  }

  #send(addresses: Ipv6Addresses, nextHeader: number, payload: Buffer, hopLimit = 255): void {
    this.send(encodeIpv6({ trafficClass: 0, flowLabel: 0, nextHeader, hopLimit, ...addresses, payload }));
  }
}
