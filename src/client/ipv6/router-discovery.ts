import { ND_OPTION, type RouterAdvertisement } from '../../wire/icmpv6';
import { type Ipv6Packet, isLinkLocal, isMulticast, networkOf } from '../../wire/ipv6';
import {
  decodeMtu,
  decodePrefixInformation,
  decodeRdnss,
  PREFIX_FLAG,
  type PrefixInformation,
} from '../../wire/nd-options';
import { MalformedPacket } from '../../wire/reader';
import { earliestOf, endOf, type Lease, LeaseTable } from './lifetime';

/** RFC 4861 §10: the solicitations of a host, in ms. */
const SOLICITATION_INTERVAL = 4_000;
const MOST_SOLICITATIONS = 3;
/** RFC 8200 §5. */
const LEAST_MTU = 1_280;
/** SLAAC needs what an Interface-Identifier leaves of an address (RFC 4862 §5.5.3). */
const SLAAC_PREFIX = 64;
/** So many prefixes and name servers are kept, whatever is advertised. */
const MOST_PREFIXES = 16;
const MOST_SERVERS = 8;
/** No advertisement shortens what is left of a valid lifetime below this (RFC 4862 §5.5.3 e). In ms. */
const TWO_HOURS = 7_200_000;

/** What a host learns of the routers on its link (RFC 4861 §6.3, RFC 4862 §5.5, RFC 8106), as a point-to-point link has one. */
export class RouterDiscovery {
  readonly #prefixes = new LeaseTable(MOST_PREFIXES);
  readonly #servers = new LeaseTable(MOST_SERVERS);
  #router: { readonly address: Buffer; readonly until: number } | undefined;
  #mtu: number | undefined;
  #solicitations = 0;
  #solicitAt: number | undefined;

  /** @param solicit sends a Router Solicitation. */
  constructor(private readonly solicit: () => void) {}

  /** The prefixes that addresses may be made of, 64 bits long. */
  get prefixes(): readonly Lease[] {
    return this.#prefixes.all;
  }

  /** Recursive name servers, 16 octets each. */
  get servers(): readonly Buffer[] {
    return this.#servers.all.map(({ octets }) => octets);
  }

  /** The default router's address. */
  get router(): Buffer | undefined {
    return this.#router?.address;
  }

  /** The MTU that the router advertises, in octets. */
  get mtu(): number | undefined {
    return this.#mtu;
  }

  get deadline(): number | undefined {
    return earliestOf([this.#solicitAt, this.#router?.until, this.#prefixes.deadline, this.#servers.deadline]);
  }

  start(now: number): void {
    this.stop();
    this.#solicitations = 0;
    this.#solicitAt = now;
    this.due(now);
  }

  /** Forgets everything. */
  stop(): void {
    this.#solicitAt = undefined;
    this.#router = undefined;
    this.#mtu = undefined;
    this.#prefixes.clear();
    this.#servers.clear();
  }

  due(now: number): void {
    this.#prefixes.expire(now);
    this.#servers.expire(now);
    if (this.#router && now >= this.#router.until) this.#router = undefined;
    if (this.#solicitAt === undefined || now < this.#solicitAt) return;
    this.#solicitations++;
    this.#solicitAt = this.#solicitations < MOST_SOLICITATIONS ? now + SOLICITATION_INTERVAL : undefined;
    this.solicit();
  }

  /**
   * Takes an advertisement, all of it or nothing.
   * @param linkMtu the largest MTU that there can be, in octets.
   * @throws MalformedPacket for what RFC 4861 §6.1.2 has a host discard.
   */
  advertised(packet: Ipv6Packet, advertisement: RouterAdvertisement, linkMtu: number, now: number): void {
    const { source, hopLimit } = packet;
    if (hopLimit !== 255) throw new MalformedPacket(`Router Advertisement at octet 7: hop limit ${hopLimit}`);
    // Any link-local address: it need not be the one of the peer's Interface-Identifier, and only the peer is on this link.
    if (!isLinkLocal(source)) throw new MalformedPacket('Router Advertisement at octet 8: source is not link-local');
    if (advertisement.code !== 0)
      throw new MalformedPacket(`Router Advertisement at octet 41: code ${advertisement.code}`);
    const ofType = (type: number) => advertisement.options.filter((option) => option.type === type);
    const prefixes = ofType(ND_OPTION.prefixInformation).map(({ data }) => decodePrefixInformation(data));
    const servers = ofType(ND_OPTION.rdnss).map(({ data }) => decodeRdnss(data));
    const mtus = ofType(ND_OPTION.mtu).map(({ data }) => decodeMtu(data));
    this.#routerFor(source, advertisement.routerLifetime, now);
    for (const prefix of prefixes) this.#autoconfigure(prefix, now);
    for (const { lifetime, servers: addresses } of servers) {
      for (const address of addresses) this.#server(address, lifetime, now);
    }
    for (const mtu of mtus) if (mtu >= LEAST_MTU && mtu <= linkMtu) this.#mtu = mtu;
  }

  #routerFor(source: Buffer, lifetime: number, now: number): void {
    if (lifetime > 0) {
      this.#router = { address: Buffer.from(source), until: now + 1_000 * lifetime };
      this.#solicitAt = undefined;
    } else if (this.#router?.address.equals(source)) {
      this.#router = undefined;
    }
  }

  /** RFC 4862 §5.5.3. */
  #autoconfigure({ prefix, prefixLength, flags, preferred, valid }: PrefixInformation, now: number): void {
    const usable = (flags & PREFIX_FLAG.autonomous) !== 0 && prefixLength === SLAAC_PREFIX && preferred <= valid;
    if (!usable || isLinkLocal(prefix) || isMulticast(prefix)) return;
    const octets = networkOf(prefix, prefixLength);
    const known = this.#prefixes.find(octets, prefixLength);
    if (!known && valid === 0) return;
    let validUntil = endOf(valid, now);
    if (known && validUntil < known.validUntil) {
      validUntil = Math.max(validUntil, Math.min(known.validUntil, now + TWO_HOURS));
    }
    this.#prefixes.set({ octets, length: prefixLength, preferredUntil: endOf(preferred, now), validUntil });
  }

  #server(address: Buffer, lifetime: number, now: number): void {
    const until = endOf(lifetime, now);
    const lease = { octets: Buffer.from(address), length: 128, preferredUntil: until, validUntil: until };
    if (lifetime === 0) this.#servers.delete(lease);
    else if (!isMulticast(address)) this.#servers.set(lease);
  }
}
