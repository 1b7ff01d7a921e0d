import { INFINITE } from '../../wire/nd-options';

/** When something that lives so many seconds ends, in ms of the engine's clock; Infinity: never. */
export function endOf(seconds: number, now: number): number {
  return seconds === INFINITE ? Number.POSITIVE_INFINITY : now + 1_000 * seconds;
}

/** The earliest time of those that come at all. */
export function earliestOf(times: Iterable<number | undefined>): number | undefined {
  let first = Number.POSITIVE_INFINITY;
  for (const time of times) if (time !== undefined && time < first) first = time;
  return Number.isFinite(first) ? first : undefined;
}

/** What has two lifetimes: preferred, then still valid. Times in ms of the engine's clock, Infinity for no end. */
export interface Lease {
  /** 16 octets; the bits after `length` are zero. */
  readonly octets: Buffer;
  /** In bits: 128 for a single address. */
  readonly length: number;
  readonly preferredUntil: number;
  readonly validUntil: number;
}

/** A lease's lifetimes as a snapshot has them: absent when there is no end. */
export function lifetimes({ preferredUntil, validUntil }: Lease): { preferredUntil?: number; validUntil?: number } {
  return {
    ...(Number.isFinite(preferredUntil) ? { preferredUntil } : {}),
    ...(Number.isFinite(validUntil) ? { validUntil } : {}),
  };
}

/** Leases by their octets, no more than so many: a peer cannot make it grow. */
export class LeaseTable {
  readonly #leases = new Map<string, Lease>();

  constructor(private readonly most: number) {}

  get size(): number {
    return this.#leases.size;
  }

  get all(): readonly Lease[] {
    return [...this.#leases.values()];
  }

  /** When the next one ends. */
  get deadline(): number | undefined {
    return earliestOf(this.all.map(({ validUntil }) => validUntil));
  }

  find(octets: Buffer, length: number): Lease | undefined {
    return this.#leases.get(keyOf(octets, length));
  }

  /** Adds one or renews it. One that does not fit any more is left out. */
  set(lease: Lease): void {
    const key = keyOf(lease.octets, lease.length);
    if (this.#leases.has(key) || this.#leases.size < this.most) this.#leases.set(key, lease);
  }

  delete({ octets, length }: Lease): void {
    this.#leases.delete(keyOf(octets, length));
  }

  clear(): void {
    this.#leases.clear();
  }

  /** Forgets those whose time is over. */
  expire(now: number): void {
    for (const [key, { validUntil }] of this.#leases) if (now >= validUntil) this.#leases.delete(key);
  }
}

function keyOf(octets: Buffer, length: number): string {
  return `${octets.toString('hex')}/${length}`;
}
