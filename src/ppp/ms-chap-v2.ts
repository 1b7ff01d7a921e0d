import { timingSafeEqual } from 'node:crypto';
import type { AuthenticationDetail } from '../errors';
import {
  decodeMsChapFailure,
  decodeMsChapResponse,
  decodeMsChapSuccess,
  encodeMsChapFailure,
  encodeMsChapResponse,
  encodeMsChapSuccess,
  MS_CHAP_CHALLENGE,
} from '../wire/ms-chap';
import { MalformedPacket } from '../wire/reader';
import { peerText } from './authentication';
import type { ChapAlgorithm, ChapVerdict } from './chap';
import { authenticatorResponse, challengeHash, challengeResponse, ntPasswordHash } from './ms-chap-v2-hash';

/** The error codes of a Failure (RFC 2759 §6), and what they say to people. */
const ERRORS: readonly (readonly [code: number, detail: AuthenticationDetail, text: string])[] = [
  [646, 'restricted-hours', 'Logging in is not allowed at this hour'],
  [647, 'account-disabled', 'The account is disabled'],
  [648, 'password-expired', 'The password has expired'],
  [649, 'no-dial-in-permission', 'The account may not dial in'],
  [691, 'wrong-credentials', 'Wrong user name or password'],
  [709, 'changing-password', 'The password could not be changed'],
];

/** What an error code of a Failure says; undefined for one that RFC 2759 §6 does not have. */
export function msChapDetail(error: number | undefined): AuthenticationDetail | undefined {
  return ERRORS.find(([code]) => code === error)?.[1];
}

/** `V` of a Failure: the protocol's version (RFC 2759 §6). */
const VERSION = 3;

/** CHAP with Microsoft's algorithm, version 2: each end proves to the other that it knows the password (RFC 2759). */
export const MS_CHAP_V2: ChapAlgorithm = {
  protocol: 'ms-chap-v2',

  answer({ value }, { username, password }, random) {
    checkChallenge(value);
    const peerChallenge = random(MS_CHAP_CHALLENGE);
    const { ntResponse, expected } = compute(password, peerChallenge, value, Buffer.from(username));
    return {
      value: encodeMsChapResponse({ peerChallenge, ntResponse }),
      succeeded: (message) => readSuccess(message, expected),
      failed: readFailure,
    };
  },

  proof({ value: challenge }, { value, name }, random) {
    const { peerChallenge, ntResponse } = decodeMsChapResponse(value);
    /** Known once a password was right: our own proof, which `S=` carries. */
    let ownProof: Buffer | undefined;
    return {
      verify: (secret) => {
        const right = compute(secret, peerChallenge, challenge, name);
        const equal = timingSafeEqual(right.ntResponse, ntResponse);
        if (equal) ownProof = right.expected;
        return equal;
      },
      success: (text, proof = ownProof) =>
        proof && encodeMsChapSuccess({ authenticatorResponse: proof, message: Buffer.from(text) }),
      failure: (text, detail = 'wrong-credentials') =>
        encodeMsChapFailure({
          error: ERRORS.find(([, known]) => known === detail)?.[0] ?? 691,
          // The same password would only fail again: no further Response, though the field for its challenge is there.
          retry: false,
          challenge: random(MS_CHAP_CHALLENGE),
          version: VERSION,
          message: Buffer.from(text),
        }),
    };
  },
};

/** Both ends' proofs of a password: the NT-Response, and the authenticator response that is the answer to it. */
function compute(password: string, peerChallenge: Buffer, challenge: Buffer, username: Buffer) {
  const passwordHash = ntPasswordHash(password);
  const hash = challengeHash(peerChallenge, challenge, username);
  const ntResponse = challengeResponse(hash, passwordHash);
  return { ntResponse, expected: authenticatorResponse(passwordHash, ntResponse, hash) };
}

function checkChallenge(value: Buffer): void {
  if (value.length === MS_CHAP_CHALLENGE) return;
  throw new MalformedPacket(`MS-CHAPv2 Challenge at octet 1: has ${value.length} octets, not ${MS_CHAP_CHALLENGE}`);
}

/** A Success without the right proof is none: whoever sent it does not know the password (RFC 2759 §5). */
function readSuccess(data: Buffer, expected: Buffer): ChapVerdict {
  const { authenticatorResponse: proof, message } = decodeMsChapSuccess(data);
  if (proof && timingSafeEqual(proof, expected)) return { accepted: true, text: message ? peerText(message) : '' };
  const how = proof ? 'a wrong' : 'no';
  return { accepted: false, text: `The peer gave ${how} proof that it knows the password: it may be an impostor` };
}

function readFailure(data: Buffer): ChapVerdict {
  const { error, message } = decodeMsChapFailure(data);
  const quoted = peerText(message ?? (error === undefined ? data : Buffer.alloc(0)));
  const [, detail, meaning] = ERRORS.find(([code]) => code === error) ?? [];
  const said = meaning ?? (error === undefined ? '' : `Error ${error}`);
  const text = said && quoted ? `${said}: ${quoted}` : said || quoted;
  return { accepted: false, text, ...(detail ? { detail } : {}) };
}
