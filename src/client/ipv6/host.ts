import { earliest } from '../../ppp/automaton';
import { neighbourAdvertisement } from '../../ppp/neighbour';
import { DHCPV6_PORT, decodeDhcpv6 } from '../../wire/dhcpv6';
import { decodeIcmpv6, encodeIcmpv6, ICMPV6 } from '../../wire/icmpv6';
import { formatIpv6, IP_PROTOCOL } from '../../wire/ip';
import {
  ALL_ROUTERS,
  decodeIpv6,
  encodeIpv6,
  type Ipv6Addresses,
  type Ipv6Packet,
  linkLocalAddress,
  parseIpv6,
} from '../../wire/ipv6';
import { decodeUdp, encodeUdp } from '../../wire/udp';
import { Dhcpv6Client, type Dhcpv6Identity } from './dhcpv6-client';
import { type Lease, lifetimes } from './lifetime';
import { RouterDiscovery } from './router-discovery';
import type { Dhcpv6Settings, Ipv6AddressSnapshot, Ipv6Snapshot } from './settings';

/** What IPV6CP agreed on, and the session's MTU in octets. Identifiers have 8 octets. */
export interface Ipv6Line {
  readonly identifier: Buffer;
  /** Undefined when the peer told none. */
  readonly peerIdentifier: Buffer | undefined;
  readonly mtu: number;
}

export interface Ipv6Outlets {
  send(packet: Buffer): void;
  /** Unpredictable octets. */
  random(octets: number): Buffer;
  progress(text: string): void;
  /** Addresses, name servers, router or MTU changed. */
  changed(): void;
  /** A prefix, like `2001:db8:1::/56`, was delegated to us, or is ours no more. */
  prefix(type: 'prefix-delegated' | 'prefix-lost', prefix: string): void;
}

/** All_DHCP_Relay_Agents_and_Servers (RFC 8415 §7.1). */
const ALL_SERVERS = parseIpv6('ff02::1:2');

/**
 * The IPv6 host behind a session: it finds its router and makes addresses of the prefixes that this advertises, has a DHCPv6
 * server lease it an address and delegate it a prefix, and answers for its addresses when neighbours ask.
 */
export class Ipv6Host {
  #line: Ipv6Line | undefined;
  readonly #routers: RouterDiscovery;
  readonly #dhcpv6: Dhcpv6Client;
  /** What was told last. */
  #told: { readonly prefixes: readonly string[]; readonly rest: string } = { prefixes: [], rest: '' };

  constructor(
    settings: Dhcpv6Settings,
    identity: Dhcpv6Identity,
    private readonly outlets: Ipv6Outlets,
  ) {
    this.#routers = new RouterDiscovery(() => this.#solicitRouter());
    this.#dhcpv6 = new Dhcpv6Client(settings, identity, {
      send: (message) => this.#sendDhcpv6(message),
      random: (octets) => outlets.random(octets),
      progress: (text) => outlets.progress(text),
    });
  }

  /** The largest packet that may be sent, in octets; undefined while IPV6CP is not up. */
  get mtu(): number | undefined {
    return this.#line && Math.min(this.#line.mtu, this.#routers.mtu ?? this.#line.mtu);
  }

  /** True while a server's Reply to our Release is awaited. */
  get isReleasing(): boolean {
    return this.#dhcpv6.isReleasing;
  }

  get deadline(): number | undefined {
    return earliest(this.#routers.deadline, this.#dhcpv6.deadline);
  }

  get snapshot(): Ipv6Snapshot<number> | undefined {
    if (!this.#line) return undefined;
    const { identifier, peerIdentifier } = this.#line;
    const { router, mtu } = this.#routers;
    return {
      linkLocal: formatIpv6(linkLocalAddress(identifier)),
      ...(peerIdentifier ? { remoteLinkLocal: formatIpv6(linkLocalAddress(peerIdentifier)) } : {}),
      addresses: [
        ...this.#routers.prefixes.map((lease) => describe(lease, this.#autoconfigured(lease), 'slaac')),
        ...this.#dhcpv6.addresses.map((lease) => describe(lease, lease.octets, 'dhcpv6')),
      ],
      prefixes: this.#dhcpv6.prefixes.map((lease) => ({
        prefix: formatIpv6(lease.octets),
        length: lease.length,
        ...lifetimes(lease),
      })),
      dns: [...new Set([...this.#routers.servers, ...this.#dhcpv6.servers].map(formatIpv6))],
      ...(mtu === undefined ? {} : { mtu }),
      ...(router ? { router: formatIpv6(router) } : {}),
    };
  }

  /** True for an IPv6 packet that is the host's own affair; any other is the flow's. Every packet comes by here. */
  concerns(packet: Buffer): boolean {
    if (!this.#line) return false;
    if (packet[6] === IP_PROTOCOL.icmpv6) {
      if (packet[40] === ICMPV6.routerAdvertisement) return true;
      return packet[40] === ICMPV6.neighbourSolicitation && this.#isOwn(packet.subarray(48, 64));
    }
    if (packet[6] !== IP_PROTOCOL.udp || packet.length < 44 || packet.readUInt16BE(42) !== DHCPV6_PORT.client)
      return false;
    return this.#linkLocal.equals(packet.subarray(24, 40));
  }

  /** IPV6CP is up. */
  up(line: Ipv6Line, now: number): void {
    this.down();
    this.#line = line;
    this.#routers.start(now);
    this.#dhcpv6.start(now);
    this.#tell();
  }

  /** IPV6CP is down, or the session is over. */
  down(): void {
    this.#line = undefined;
    this.#routers.stop();
    this.#dhcpv6.stop();
    this.#tellPrefixes();
  }

  /** The session is about to end: gives back what was leased. @returns whether the server's Reply is worth waiting for. */
  release(now: number): boolean {
    if (!this.#line) return false;
    const releasing = this.#dhcpv6.release(now);
    this.#tellPrefixes();
    return releasing;
  }

  due(now: number): void {
    if (!this.#line) return;
    this.#routers.due(now);
    this.#dhcpv6.due(now);
    this.#tell();
  }

  /**
   * Takes a packet that concerns the host.
   * @throws MalformedPacket, with nothing changed.
   */
  receive(octets: Buffer, now: number): void {
    const packet = decodeIpv6(octets);
    if (packet.nextHeader === IP_PROTOCOL.udp) {
      this.#dhcpv6.receive(decodeDhcpv6(decodeUdp(packet.payload, packet).data), now);
    } else {
      this.#icmpv6(packet, now);
    }
    this.#tell();
  }

  #icmpv6(packet: Ipv6Packet, now: number): void {
    const message = decodeIcmpv6(packet.payload, packet);
    if (message.kind === 'router-advertisement') {
      this.#routers.advertised(packet, message, this.#line?.mtu ?? 0, now);
    } else if (message.kind === 'neighbour-solicitation') {
      this.outlets.send(neighbourAdvertisement(packet, message));
    }
  }

  #solicitRouter(): void {
    const addresses = { source: this.#linkLocal, destination: ALL_ROUTERS };
    const payload = encodeIcmpv6({ kind: 'router-solicitation', code: 0, options: [] }, addresses);
    this.#send(addresses, IP_PROTOCOL.icmpv6, payload);
  }

  #sendDhcpv6(data: Buffer): void {
    const addresses = { source: this.#linkLocal, destination: ALL_SERVERS };
    const ports = { sourcePort: DHCPV6_PORT.client, destinationPort: DHCPV6_PORT.server };
    this.#send(addresses, IP_PROTOCOL.udp, encodeUdp({ ...ports, data }, addresses));
  }

  #send(addresses: Ipv6Addresses, nextHeader: number, payload: Buffer): void {
    this.outlets.send(encodeIpv6({ trafficClass: 0, flowLabel: 0, nextHeader, hopLimit: 255, ...addresses, payload }));
  }

  get #linkLocal(): Buffer {
    return linkLocalAddress(this.#line?.identifier ?? Buffer.alloc(8));
  }

  /** The address that SLAAC makes of a prefix (RFC 4862 §5.5.3 d). */
  #autoconfigured({ octets }: Lease): Buffer {
    return Buffer.concat([octets.subarray(0, 8), this.#linkLocal.subarray(8)]);
  }

  #isOwn(address: Buffer): boolean {
    const own = [
      this.#linkLocal,
      ...this.#routers.prefixes.map((prefix) => this.#autoconfigured(prefix)),
      ...this.#dhcpv6.addresses.map(({ octets }) => octets),
    ];
    return own.some((one) => one.equals(address));
  }

  /** Tells what differs from what was told last. */
  #tell(): void {
    this.#tellPrefixes();
    const { addresses = [], dns, mtu, router } = this.snapshot ?? {};
    const rest = JSON.stringify([addresses.map(({ address, source }) => [address, source]), dns, mtu, router]);
    if (rest === this.#told.rest) return;
    const isFirst = this.#told.rest === '';
    this.#told = { ...this.#told, rest };
    if (isFirst) return;
    const list = addresses.map(({ address }) => address).join(', ') || 'none';
    this.outlets.progress(`IPv6: addresses ${list}; router ${router ?? 'none'}`);
    this.outlets.changed();
  }

  #tellPrefixes(): void {
    const before = this.#told.prefixes;
    const prefixes = this.#dhcpv6.prefixes.map(({ octets, length }) => `${formatIpv6(octets)}/${length}`);
    this.#told = { prefixes, rest: this.#line ? this.#told.rest : '' };
    for (const prefix of before) if (!prefixes.includes(prefix)) this.outlets.prefix('prefix-lost', prefix);
    for (const prefix of prefixes) if (!before.includes(prefix)) this.outlets.prefix('prefix-delegated', prefix);
  }
}

/**
 * True for a packet for our host that can only have come from the other end of the line. Neighbour Discovery from further away
 * has been through a router, which counted its hop limit down (RFC 4861 §11.2); nobody routes to a link-local address.
 */
export function isFromNeighbour(packet: Buffer): boolean {
  return packet[6] !== IP_PROTOCOL.icmpv6 || packet[7] === 255;
}

function describe(lease: Lease, address: Buffer, source: 'slaac' | 'dhcpv6'): Ipv6AddressSnapshot<number> {
  return { address: formatIpv6(address), prefixLength: lease.length, source, ...lifetimes(lease) };
}
