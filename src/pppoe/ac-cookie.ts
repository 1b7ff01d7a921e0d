import { createHmac, timingSafeEqual } from 'node:crypto';
import type { MacAddress } from '../wire/mac-address';

/**
 * AC-Cookies without a memory (RFC 2516 §5.2, appendix B): an expiry and a keyed hash over it, both addresses and the Host-Uniq.
 * Whoever returns one has received our PADO at this address, so PADIs with made-up addresses cost no state.
 */
export class AcCookie {
  /**
   * @param key unpredictable, 32 octets.
   * @param lifetime in ms.
   */
  constructor(
    private readonly key: Buffer,
    private readonly lifetime: number,
  ) {}

  make(host: MacAddress, ac: MacAddress, hostUniq: Buffer | undefined, now: number): Buffer {
    const expiry = Buffer.alloc(8);
    expiry.writeDoubleBE(now + this.lifetime);
    return Buffer.concat([expiry, this.#hash(host, ac, hostUniq, expiry)]);
  }

  isValid(cookie: Buffer, host: MacAddress, ac: MacAddress, hostUniq: Buffer | undefined, now: number): boolean {
    if (cookie.length !== 8 + HASH_LENGTH) return false;
    const expiry = cookie.subarray(0, 8);
    if (!timingSafeEqual(cookie.subarray(8), this.#hash(host, ac, hostUniq, expiry))) return false;
    return now <= expiry.readDoubleBE();
  }

  #hash(host: MacAddress, ac: MacAddress, hostUniq: Buffer | undefined, expiry: Buffer): Buffer {
    const hash = createHmac('sha256', this.key).update(host).update(ac).update(expiry);
    if (hostUniq) hash.update(hostUniq);
    return hash.digest().subarray(0, HASH_LENGTH);
  }
}

const HASH_LENGTH = 16;
