import {
  DHCPV6_OPTION,
  DHCPV6_STATUS,
  type Dhcpv6Message,
  type Dhcpv6Option,
  decodeIa,
  decodeIaAddress,
  decodeIaPrefix,
  decodeStatus,
  encodeIa,
  encodeIaAddress,
  encodeIaPrefix,
  findOption,
} from '../../wire/dhcpv6';
import { isLinkLocal, isMulticast, networkOf, UNSPECIFIED } from '../../wire/ipv6';
import { INFINITE } from '../../wire/nd-options';
import { endOf, type Lease, LeaseTable } from './lifetime';

/** So many addresses or prefixes are taken of one server. */
const MOST_LEASES = 8;

/** What a server says of an identity association: T1 and T2 in seconds as it gave them. */
export interface IaAnswer {
  readonly status: number;
  readonly t1: number;
  readonly t2: number;
  readonly leases: readonly { readonly lease: Lease; readonly preferred: number; readonly valid: number }[];
}

/** One IA_NA or IA_PD of ours (RFC 8415 §12): how it is asked for, and what was leased. */
export class IdentityAssociation {
  readonly #leases = new LeaseTable(MOST_LEASES);
  /** What is asked for again after the line was lost. */
  #hints: readonly Lease[] = [];

  constructor(
    readonly kind: 'address' | 'prefix',
    private readonly iaid: number,
    private readonly lengthHint?: number,
  ) {}

  get leases(): readonly Lease[] {
    return this.#leases.all;
  }

  get deadline(): number | undefined {
    return this.#leases.deadline;
  }

  /** The line is lost or the lease given up. @param remember ask for the same again next time. */
  forget(remember: boolean): void {
    this.#hints = remember ? (this.leases.length > 0 ? this.leases : this.#hints) : [];
    this.#leases.clear();
  }

  expire(now: number): void {
    this.#leases.expire(now);
  }

  /** The option of a message: with what we have, or what we would like. Servers choose all lifetimes: ours are 0. */
  option(offered: readonly Lease[] = []): Dhcpv6Option {
    const known = [this.leases, offered, this.#hints].find(({ length }) => length > 0) ?? [];
    const options = known.map(({ octets, length }) => this.#inner(octets, length));
    if (options.length === 0 && this.lengthHint !== undefined) options.push(this.#inner(UNSPECIFIED, this.lengthHint));
    return { code: this.#code, data: encodeIa({ iaid: this.iaid, t1: 0, t2: 0, options }) };
  }

  /**
   * What a message says of this association; undefined when it says nothing, or nothing that holds (RFC 8415 §21.4, §21.21).
   * @throws MalformedPacket
   */
  read(message: Dhcpv6Message, now: number): IaAnswer | undefined {
    for (const { code, data } of message.options) {
      if (code !== this.#code) continue;
      const { iaid, t1, t2, options } = decodeIa(data);
      if (iaid !== this.iaid || (t1 > t2 && t2 > 0)) continue;
      return { status: statusOf(options), t1, t2, leases: this.#read(options, now) };
    }
    return undefined;
  }

  /** Takes what a Reply leases; a valid lifetime of 0 takes it back. */
  take({ leases }: IaAnswer): void {
    for (const { lease, valid } of leases) {
      if (valid === 0) this.#leases.delete(lease);
      else this.#leases.set(lease);
    }
  }

  #read(options: readonly Dhcpv6Option[], now: number): IaAnswer['leases'] {
    const inner = this.kind === 'address' ? DHCPV6_OPTION.iaAddress : DHCPV6_OPTION.iaPrefix;
    const read = options.filter(({ code }) => code === inner).map(({ data }) => this.#decode(data));
    return read
      .filter(({ preferred, valid, refused }) => preferred <= valid && !refused)
      .slice(0, MOST_LEASES)
      .map(({ octets, length, preferred, valid }) => {
        const times = { preferredUntil: endOf(preferred, now), validUntil: endOf(valid, now) };
        return { lease: { octets, length, ...times }, preferred, valid };
      });
  }

  #decode(data: Buffer) {
    const { preferred, valid, options, ...rest } =
      this.kind === 'address' ? decodeIaAddress(data) : decodeIaPrefix(data);
    const { octets, length } =
      'address' in rest ? { octets: rest.address, length: 128 } : { octets: rest.prefix, length: rest.length };
    const unusable = length === 0 || isMulticast(octets) || isLinkLocal(octets) || octets.equals(UNSPECIFIED);
    const refused = unusable || statusOf(options) !== DHCPV6_STATUS.success;
    return { octets: networkOf(octets, length), length, preferred, valid, refused };
  }

  #inner(octets: Buffer, length: number): Dhcpv6Option {
    const lifetimes = { preferred: 0, valid: 0, options: [] };
    return this.kind === 'address'
      ? { code: DHCPV6_OPTION.iaAddress, data: encodeIaAddress({ address: octets, ...lifetimes }) }
      : { code: DHCPV6_OPTION.iaPrefix, data: encodeIaPrefix({ prefix: octets, length, ...lifetimes }) };
  }

  get #code(): number {
    return this.kind === 'address' ? DHCPV6_OPTION.iaNa : DHCPV6_OPTION.iaPd;
  }
}

/** The code of the Status Code option, Success when there is none (RFC 8415 §21.13). @throws MalformedPacket */
export function statusOf(options: readonly Dhcpv6Option[]): number {
  const data = findOption(options, DHCPV6_OPTION.statusCode);
  return data ? decodeStatus(data).code : DHCPV6_STATUS.success;
}

/** When to renew and to rebind, in ms from now; what a server leaves to us is half and four fifths (RFC 8415 §21.4). */
export function renewalTimes(answers: readonly IaAnswer[]): { readonly t1: number; readonly t2: number } {
  const times = answers.flatMap(({ t1, t2, leases }) => {
    const alive = leases.filter(({ valid }) => valid > 0);
    if (alive.length === 0) return [];
    const shortest = Math.min(...alive.map(({ preferred, valid }) => preferred || valid));
    const [half, most] = shortest === INFINITE ? [INFINITE, INFINITE] : [0.5 * shortest, 0.8 * shortest];
    const rebind = t2 || Math.max(most, t1);
    return [{ t1: Math.min(t1 || half, rebind), t2: rebind }];
  });
  const least = (seconds: readonly number[]) => endOf(Math.min(INFINITE, ...seconds), 0);
  const t1 = least(times.map((time) => time.t1));
  return { t1, t2: Math.max(t1, least(times.map((time) => time.t2))) };
}
