import type { MacAddress } from '../wire/mac-address';
import type { SessionKey } from './engine';

/**
 * Lets so many things of a kind happen at once, and then only at a rate: a token bucket, by the times that it is told.
 */
export class RateLimit {
  #tokens: number;
  #at = Number.NEGATIVE_INFINITY;

  /**
   * @param burst how many at once.
   * @param interval after how many ms there is one more.
   */
  constructor(
    private readonly burst: number,
    private readonly interval: number,
  ) {
    this.#tokens = burst;
  }

  /** True if it may happen now; it then counts. */
  take(now: number): boolean {
    const gained = (now - this.#at) / this.interval;
    if (gained > 0) {
      this.#tokens = Math.min(this.burst, this.#tokens + gained);
      this.#at = now;
    }
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

interface Former extends SessionKey {
  /** Of whom it was: only frames to this address are answered. */
  readonly address: MacAddress;
  readonly endedAt: number;
}

/** How long a session that has ended is remembered, in ms, and how many of them. */
const REMEMBERED = { for: 300_000, most: 64 };
/** What was on its way when a session ended, a late Terminate-Request for one, is no reason to answer. In ms. */
const GRACE = 10_000;

/**
 * The sessions that a port's hosts have had lately. A peer that still sends frames of one has missed its end, and is told by
 * a PADT. Other frames with an unknown id are nobody's business: on the same interface and address the operating system or
 * another program may run PPPoE, too.
 */
export class FormerSessions {
  #sessions: Former[] = [];
  readonly #limit = new RateLimit(5, 1_000);

  add({ peer, id }: SessionKey, address: MacAddress, now: number): void {
    this.forget(peer, id);
    this.#sessions = this.#sessions.slice(1 - REMEMBERED.most);
    this.#sessions.push({ peer: Buffer.from(peer), id, address, endedAt: now });
  }

  /** A PADS gives this id to somebody, us or another program: it is the former session's no longer. */
  forget(peer: MacAddress, id: number): void {
    if (this.#sessions.length === 0) return;
    this.#sessions = this.#sessions.filter((former) => former.id !== id || !former.peer.equals(peer));
  }

  /** The session that a frame nobody wants is of, if its peer is to be told that it is over. */
  stale(frame: Buffer, id: number, now: number): Former | undefined {
    if (this.#sessions.length === 0) return undefined;
    this.#sessions = this.#sessions.filter(({ endedAt }) => now - endedAt <= REMEMBERED.for);
    const former = this.#sessions.find(
      ({ peer, id: its, address }) =>
        its === id && peer.compare(frame, 6, 12) === 0 && address.compare(frame, 0, 6) === 0,
    );
    if (!former || now - former.endedAt < GRACE || !this.#limit.take(now)) return undefined;
    return former;
  }
}
