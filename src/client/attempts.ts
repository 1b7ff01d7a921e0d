import type { DiscoveryPacket } from '../pppoe/discovery-packet';
import type { Interest } from '../pppoe/engine';
import { HostDiscovery, type HostDiscoveryOutlets, type HostDiscoverySettings } from '../pppoe/host-discovery';
import type { VlanTag } from '../wire/ethernet';
import type { MacAddress } from '../wire/mac-address';
import { findTag, TAG } from '../wire/pppoe';

/** So many attempts that were given up are remembered, each for so many ms: a PADS later than that is nobody's. */
const FORMER = { most: 8, for: 60_000 };

interface Former {
  readonly discovery: HostDiscovery;
  readonly until: number;
}

export interface AttemptsPlace {
  readonly settings: HostDiscoverySettings;
  readonly address: MacAddress;
  readonly vlan: readonly VlanTag[];
}

/**
 * A session's attempts at discovery, one after the other. Those that were given up after a PADR are remembered for a while:
 * a PADS that answers one of them late is a session that the Access Concentrator has and nobody wants, and is ended by PADT.
 */
export class Attempts {
  #present: HostDiscovery | undefined;
  /** The youngest first. */
  #former: readonly Former[] = [];

  constructor(
    private readonly place: AttemptsPlace,
    private readonly outlets: HostDiscoveryOutlets,
  ) {}

  /** The Host-Uniqs that discovery packets for us carry. */
  get interest(): Pick<Interest, 'hostUniq' | 'formerHostUniqs'> {
    if (!this.#present) return {};
    const { hostUniq } = this.#present;
    const former = this.#former.map(({ discovery }) => discovery.hostUniq).filter((one) => !one.equals(hostUniq));
    return { hostUniq, ...(former.length > 0 ? { formerHostUniqs: former } : {}) };
  }

  /** Another attempt, yet to be started. */
  next(now: number): HostDiscovery {
    const { settings, address, vlan } = this.place;
    if (this.#present?.hasAsked) {
      this.#present.abandon();
      this.#former = [{ discovery: this.#present, until: now + FORMER.for }, ...this.#living(now)].slice(
        0,
        FORMER.most,
      );
    }
    this.#present = new HostDiscovery(settings, address, vlan, this.outlets);
    return this.#present;
  }

  /** Takes a PADO or PADS. @returns false for one that no attempt waits for. */
  receive(packet: DiscoveryPacket, now: number): boolean {
    const hostUniq = findTag(packet.tags, TAG.hostUniq);
    this.#former = this.#living(now);
    const attempts = [...(this.#present ? [this.#present] : []), ...this.#former.map(({ discovery }) => discovery)];
    // With a fixed Host-Uniq several may have it: the first that has asked the sender is meant.
    return attempts.some((attempt) => hostUniq?.equals(attempt.hostUniq) && attempt.receive(packet, now));
  }

  #living(now: number): readonly Former[] {
    return this.#former.filter(({ until }) => now < until);
  }
}
