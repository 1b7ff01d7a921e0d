import { createHash, timingSafeEqual } from 'node:crypto';
import { peerText } from './authentication';
import type { ChapAlgorithm } from './chap';

/** The response of CHAP with MD5 (RFC 1994 §4.1): MD5 over Identifier, secret and challenge. 16 octets. */
export function chapMd5(identifier: number, secret: string, challenge: Buffer): Buffer {
  return createHash('md5').update(Buffer.of(identifier)).update(secret).update(challenge).digest();
}

/** CHAP with MD5, RFC 1994: challenges of any length, any text in Success and Failure. */
export const CHAP_MD5: ChapAlgorithm = {
  protocol: 'chap-md5',

  answer({ identifier, value }, { password }) {
    return {
      value: chapMd5(identifier, password, value),
      succeeded: (message) => ({ accepted: true, text: peerText(message) }),
      failed: (message) => ({ accepted: false, text: peerText(message) }),
    };
  },

  proof(challenge, { value }) {
    return {
      verify: (secret) =>
        value.length === 16 && timingSafeEqual(chapMd5(challenge.identifier, secret, challenge.value), value),
      success: (text) => Buffer.from(text),
      failure: (text) => Buffer.from(text),
    };
  },
};
