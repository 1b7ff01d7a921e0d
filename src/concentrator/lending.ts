import { linkLayerDuid } from '../wire/dhcpv6';
import { linkLocalAddress } from '../wire/ipv6';
import type { MacAddress } from '../wire/mac-address';
import { type AddressPlan, routerAddress } from './address-plan';
import type { Forwarding } from './forwarding';
import type { AccessRouterTerms } from './ipv6/access-router';
import type { Line } from './line';
import type { ConcentratorIpv6Settings, Ipv6Prefix } from './settings';

/** What the lines of a concentrator have of its address plan, and that packets to it reach them. */
export class Lending {
  constructor(
    private readonly plan: AddressPlan,
    private readonly forwarding: Forwarding,
    private readonly ipv6: ConcentratorIpv6Settings | undefined,
    private readonly address: MacAddress,
    /** A prefix was delegated, or given back. */
    private readonly changed: (line: Line) => void,
  ) {}

  /** An address of the pool, unless the line has one. */
  lendIpv4(line: Line): void {
    if (line.lease) return;
    line.lease = this.plan.takeIpv4(line.owner);
    if (line.lease) this.forwarding.add(line, line.lease);
  }

  /** This very address. False while somebody has it. */
  lendFixed(line: Line, address: Buffer, owner: string): boolean {
    if (!this.plan.claimIpv4(address, owner)) return false;
    line.lease = Buffer.from(address);
    this.forwarding.add(line, line.lease);
    return true;
  }

  /** Who has this address of 4 octets. */
  holder(address: Buffer): Line | undefined {
    return this.forwarding.lineOf(address);
  }

  /** The line gives back all that it has. */
  release(line: Line): void {
    if (line.lease) {
      this.forwarding.remove(line.lease);
      this.plan.giveIpv4(line.lease);
      line.lease = undefined;
    }
    if (line.prefix) {
      this.forwarding.remove(line.prefix);
      this.plan.givePrefix(line.prefix);
      line.prefix = undefined;
    }
    this.#undelegate(line);
  }

  /** What the router of a line works with. IPV6CP has told both ends' identifiers. */
  routerTerms(line: Line): AccessRouterTerms | undefined {
    if (!this.ipv6) return undefined;
    if (!line.prefix) {
      line.prefix = this.plan.takePrefix(line.owner);
      if (line.prefix) this.forwarding.add(line, line.prefix);
    }
    const { dns, lifetime } = this.ipv6;
    return {
      serverId: linkLayerDuid(this.address),
      dns,
      lifetime,
      linkLocal: linkLocalAddress(line.connection.ipv6cp.identifier),
      address: routerAddress(this.ipv6),
      prefix: line.prefix,
      mtu: line.connection.peerMru,
      reserve: () => this.#reserve(line),
      delegate: () => this.#delegate(line),
      release: () => {
        if (this.#undelegate(line)) this.changed(line);
      },
    };
  }

  /** Held for the line from the offer on: what it asks for next must be the same. */
  #reserve(line: Line): Ipv6Prefix | undefined {
    const length = this.ipv6?.delegation?.delegatedLength;
    const address = line.delegation?.address ?? this.plan.takeDelegated(line.owner);
    if (length === undefined || !address) return undefined;
    line.delegation ??= { address, length, isRouted: false };
    return line.delegation;
  }

  #delegate(line: Line): Ipv6Prefix | undefined {
    const prefix = this.#reserve(line);
    if (!prefix || line.delegation?.isRouted) return prefix;
    line.delegation = { ...prefix, isRouted: true };
    this.forwarding.add(line, prefix.address);
    this.changed(line);
    return prefix;
  }

  /** False when there was none. */
  #undelegate(line: Line): boolean {
    if (!line.delegation) return false;
    this.forwarding.remove(line.delegation.address);
    this.plan.giveDelegated(line.delegation.address);
    line.delegation = undefined;
    return true;
  }
}
