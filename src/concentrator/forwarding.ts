import { RateLimit } from '../pppoe/strays';
import { encodeIcmpEcho, FRAGMENTATION_NEEDED, ICMP } from '../wire/icmp';
import { encodeIcmpv6, ICMPV6 } from '../wire/icmpv6';
import { checksum, encodeIpv4, IP_PROTOCOL } from '../wire/ip';
import { encodeIpv6, isLinkLocal, isMulticast, UNSPECIFIED } from '../wire/ipv6';
import { routerAddress, SESSION_PREFIX } from './address-plan';
import { echoReply } from './echo-responder';
import type { ConcentratorCounters } from './events';
import type { Line } from './line';
import type { ConcentratorSettings } from './settings';

/** What becomes of a packet: it was dealt with here, or nobody here knows its destination. */
export type Route = 'done' | 'elsewhere';

const DONT_FRAGMENT = 0x40;
/** How much of a packet an error about it quotes: IPv4's header and 8 octets, up to the smallest MTU of IPv6. */
const QUOTED_IPV6 = 1_280 - 48;

/**
 * The IP forwarding of a concentrator: packets between its sessions, and to itself. As routers do it, it takes one off the
 * TTL, says what it cannot deliver, and lets nobody send in somebody else's name (BCP 38).
 */
export class Forwarding {
  readonly #ipv4 = new Map<number, Line>();
  /** By the first 64 bits. */
  readonly #prefixes = new Map<bigint, Line>();
  readonly #errors = new RateLimit(100, 10);
  /** Of the first 64 bits those that a delegated prefix has. */
  readonly #delegatedMask: bigint;

  constructor(
    private readonly settings: ConcentratorSettings,
    private readonly counters: ConcentratorCounters,
  ) {
    const length = settings.ipv6?.delegation?.delegatedLength ?? SESSION_PREFIX;
    this.#delegatedMask = BigInt.asUintN(64, -1n << BigInt(64 - length));
  }

  /** A line has this address, or prefix, from now on. */
  add(line: Line, octets: Buffer): void {
    if (octets.length === 4) this.#ipv4.set(octets.readUInt32BE(), line);
    else this.#prefixes.set(octets.readBigUInt64BE(), line);
  }

  remove(octets: Buffer): void {
    if (octets.length === 4) this.#ipv4.delete(octets.readUInt32BE());
    else this.#prefixes.delete(octets.readBigUInt64BE());
  }

  /** Whose session a destination of 4 or 16 octets is in. */
  lineOf(destination: Buffer): Line | undefined {
    return destination.length === 4 ? this.#ipv4.get(destination.readUInt32BE()) : this.#lineAt(destination, 0);
  }

  /** The line that has the IPv6 address at this place. */
  #lineAt(octets: Buffer, at: number): Line | undefined {
    const network = octets.readBigUInt64BE(at);
    return this.#prefixes.get(network) ?? this.#prefixes.get(network & this.#delegatedMask);
  }

  /** Takes a whole IPv4 packet of a session. */
  ipv4(from: Line, packet: Buffer, now: number): Route {
    if (this.settings.checkSource && from.lease?.compare(packet, 12, 16) !== 0) {
      this.counters.spoofed++;
      return 'done';
    }
    const reply = echoReply(packet, this.settings.address);
    if (reply) {
      from.sendPacket(reply);
      return 'done';
    }
    const to = this.#ipv4.get(packet.readUInt32BE(16));
    if (!to || to === from) return 'elsewhere';
    if ((packet[8] as number) <= 1) return this.#ipv4Error(from, packet, ICMP.timeExceeded, 0, 0, now);
    const forwarded = Buffer.from(packet);
    forwarded[8] = (packet[8] as number) - 1;
    forwarded.writeUInt16BE(0, 10);
    forwarded.writeUInt16BE(checksum(forwarded.subarray(0, ((packet[0] as number) & 0xf) * 4)), 10);
    if (to.sendPacket(forwarded)) return 'done';
    const mtu = to.connection.peerMru;
    const isTooLong = packet.length > mtu && ((packet[6] as number) & DONT_FRAGMENT) !== 0;
    if (isTooLong) return this.#ipv4Error(from, packet, ICMP.unreachable, FRAGMENTATION_NEEDED, mtu, now);
    this.counters.undeliverable++;
    return 'done';
  }

  /** Takes a whole IPv6 packet of a session that is not for ourselves. */
  ipv6(from: Line, packet: Buffer, now: number): Route {
    const source = packet.subarray(8, 24);
    if (isMulticast(source) || isLinkLocal(source) || source.equals(UNSPECIFIED)) return 'done';
    if (this.settings.checkSource && this.#lineAt(packet, 8) !== from) {
      this.counters.spoofed++;
      return 'done';
    }
    if (isLinkLocal(packet.subarray(24, 40))) return 'done';
    const to = this.#lineAt(packet, 24);
    if (!to || to === from) return 'elsewhere';
    if ((packet[7] as number) <= 1) return this.#ipv6Error(from, packet, ICMPV6.timeExceeded, 0, now);
    const forwarded = Buffer.from(packet);
    forwarded[7] = (packet[7] as number) - 1;
    if (to.sendPacket(forwarded)) return 'done';
    const mtu = to.connection.peerMru;
    if (packet.length > mtu) return this.#ipv6Error(from, packet, ICMPV6.packetTooBig, mtu, now);
    this.counters.undeliverable++;
    return 'done';
  }

  #ipv4Error(to: Line, packet: Buffer, type: number, code: number, mtu: number, now: number): Route {
    this.counters.undeliverable++;
    const header = ((packet[0] as number) & 0xf) * 4;
    // No error about an error, nor about a fragment that is not the first (RFC 1122 §3.2.2).
    const isError = packet[9] === IP_PROTOCOL.icmp && ![ICMP.echoRequest, ICMP.echoReply].includes(packet[header] as 0);
    if (isError || (packet.readUInt16BE(6) & 0x1fff) !== 0 || !this.#errors.take(now)) return 'done';
    const data = packet.subarray(0, header + 8);
    const payload = encodeIcmpEcho({ type, code, identifier: 0, sequence: mtu, data });
    const { address: source } = this.settings;
    const ip = {
      tos: 0,
      identification: 0,
      fragment: 0,
      ttl: 64,
      protocol: IP_PROTOCOL.icmp,
      options: Buffer.alloc(0),
    };
    to.sendPacket(encodeIpv4({ ...ip, source, destination: packet.subarray(12, 16), payload }));
    return 'done';
  }

  #ipv6Error(to: Line, packet: Buffer, type: number, value: number, now: number): Route {
    this.counters.undeliverable++;
    const isError = packet[6] === IP_PROTOCOL.icmpv6 && (packet[40] ?? 0) < ICMPV6.echoRequest;
    const { ipv6 } = this.settings;
    if (isError || !ipv6 || !this.#errors.take(now)) return 'done';
    const addresses = { source: routerAddress(ipv6), destination: packet.subarray(8, 24) };
    const word = Buffer.alloc(4);
    word.writeUInt32BE(value);
    const body = Buffer.concat([word, packet.subarray(0, QUOTED_IPV6)]);
    const payload = encodeIcmpv6({ kind: 'other', type, code: 0, body }, addresses);
    const ip = { trafficClass: 0, flowLabel: 0, nextHeader: IP_PROTOCOL.icmpv6, hopLimit: 64 };
    to.sendPacket(encodeIpv6({ ...ip, ...addresses, payload }));
    return 'done';
  }
}

/** The octets of a whole packet of this IP version, without what follows it; undefined when there is none. */
export function wholeIp(octets: Buffer, version: 4 | 6): Buffer | undefined {
  const shortest = version === 4 ? 20 : 40;
  if (octets.length < shortest || (octets[0] as number) >> 4 !== version) return undefined;
  const length = version === 4 ? octets.readUInt16BE(2) : 40 + octets.readUInt16BE(4);
  const header = version === 4 ? ((octets[0] as number) & 0xf) * 4 : shortest;
  return header >= shortest && length >= header && length <= octets.length ? octets.subarray(0, length) : undefined;
}
