import { networkOf } from '../wire/ipv6';
import { Leases, type LentNumbers } from './leases';
import type { ConcentratorIpv6Settings, ConcentratorSettings, DelegationSettings, Ipv6Prefix } from './settings';

/** Who had which addresses and prefixes: handed from a concentrator to its successor. Plain data. */
export interface LeaseRecord {
  readonly ipv4: LentNumbers;
  /** Prefixes of sessions, and delegated ones, by their place in the pool. */
  readonly prefixes: LentNumbers;
  readonly delegated: LentNumbers;
}

/** The most prefixes that a pool has: a /32 would be four milliards of them. */
const MOST_PREFIXES = 65_536;
/** The length of a session's own prefix: SLAAC works with no other (RFC 4862, RFC 2464 §4). */
export const SESSION_PREFIX = 64;

/** Everything that a concentrator lends: IPv4 addresses, a prefix for each session, and prefixes to delegate. */
export class AddressPlan {
  readonly #ipv4: Leases;
  readonly #prefixes: PrefixPool | undefined;
  readonly #delegated: PrefixPool | undefined;

  constructor(settings: ConcentratorSettings, former: Partial<LeaseRecord> = {}) {
    const fixed = settings.accounts.flatMap((account) => account.address ?? []);
    const start = settings.poolStart.readUInt32BE();
    this.#ipv4 = new Leases({
      start,
      size: Math.min(settings.poolSize, 2 ** 32 - start),
      reserved: [settings.address, ...fixed].map((address) => address.readUInt32BE()),
      former: former.ipv4 ?? [],
    });
    const { prefix, delegation } = settings.ipv6 ?? {};
    // The first prefix is our own: the address that we answer at is in it.
    if (prefix) this.#prefixes = new PrefixPool(prefix, SESSION_PREFIX, 1, former.prefixes);
    if (delegation) this.#delegated = delegationPool(delegation, former.delegated);
  }

  get record(): LeaseRecord {
    return {
      ipv4: this.#ipv4.record,
      prefixes: this.#prefixes?.record ?? [],
      delegated: this.#delegated?.record ?? [],
    };
  }

  /** An address of the pool, 4 octets; undefined when all are lent. */
  takeIpv4(owner: string): Buffer | undefined {
    const number = this.#ipv4.take(owner);
    if (number === undefined) return undefined;
    const address = Buffer.alloc(4);
    address.writeUInt32BE(number);
    return address;
  }

  /** This very address, of the pool or not. False while somebody has it. */
  claimIpv4(address: Buffer, owner: string): boolean {
    return this.#ipv4.claim(address.readUInt32BE(), owner);
  }

  giveIpv4(address: Buffer): void {
    this.#ipv4.give(address.readUInt32BE());
  }

  /** A prefix of 64 bits for a session, 16 octets; undefined when there is none. */
  takePrefix(owner: string): Buffer | undefined {
    return this.#prefixes?.take(owner);
  }

  givePrefix(prefix: Buffer): void {
    this.#prefixes?.give(prefix);
  }

  /** A prefix to delegate, 16 octets, as long as the settings say; undefined when there is none. */
  takeDelegated(owner: string): Buffer | undefined {
    return this.#delegated?.take(owner);
  }

  giveDelegated(prefix: Buffer): void {
    this.#delegated?.give(prefix);
  }
}

function delegationPool(delegation: DelegationSettings, former: LentNumbers | undefined): PrefixPool {
  return new PrefixPool(delegation, delegation.delegatedLength, 0, former);
}

/** Prefixes of one length out of a shorter one, numbered. Lengths up to 64 bits. */
class PrefixPool {
  readonly #leases: Leases;
  readonly #base: bigint;
  readonly #shift: bigint;

  constructor({ address, length }: Ipv6Prefix, prefixLength: number, first: number, former: LentNumbers = []) {
    this.#base = networkOf(address, length).readBigUInt64BE();
    this.#shift = BigInt(64 - prefixLength);
    const size = Math.min(2 ** (prefixLength - length), MOST_PREFIXES);
    this.#leases = new Leases({ start: first, size: size - first, former });
  }

  get record(): LentNumbers {
    return this.#leases.record;
  }

  take(owner: string): Buffer | undefined {
    const number = this.#leases.take(owner);
    if (number === undefined) return undefined;
    const prefix = Buffer.alloc(16);
    prefix.writeBigUInt64BE(this.#base + (BigInt(number) << this.#shift));
    return prefix;
  }

  give(prefix: Buffer): void {
    this.#leases.give(Number((prefix.readBigUInt64BE() - this.#base) >> this.#shift));
  }
}

/** Our address beyond the sessions: the first of our own prefix. */
export function routerAddress({ prefix }: ConcentratorIpv6Settings): Buffer {
  const address = networkOf(prefix.address, prefix.length);
  address[15] = 1;
  return address;
}
