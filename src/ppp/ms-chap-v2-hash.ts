import { createCipheriv, createHash } from 'node:crypto';
import { arrayBuffer } from 'js-md4';

/**
 * The computations of MS-CHAPv2, named as in RFC 2759 §8.
 *
 * MD4 comes from js-md4: OpenSSL 3 has it in its legacy provider only, which Node.js does not load. It is what tedious
 * (SQL Server's driver) and the NTLM packages use for the same purpose; it is synchronous, as the engines are, loads as
 * CommonJS and depends on nothing. hash-wasm, the alternative that is released more often, hands out promises.
 *
 * Single DES is in that legacy provider, too, but Triple DES is not, and that with three equal keys is single DES:
 * encryption, decryption, encryption (ANSI X9.52). So no package is needed for it.
 */

/** MD4 of the password in UTF-16LE, 16 octets. */
export function ntPasswordHash(password: string): Buffer {
  return md4(Buffer.from(password, 'utf16le'));
}

/**
 * 8 octets, over which the NT-Response is made.
 * @param username as it was sent; a domain before it (`DOMAIN\user`) does not count.
 */
export function challengeHash(peerChallenge: Buffer, authenticatorChallenge: Buffer, username: Buffer): Buffer {
  return sha1(peerChallenge, authenticatorChallenge, withoutDomain(username)).subarray(0, 8);
}

/** The NT-Response, 24 octets: DES over an 8 octet challenge with each third of the password hash. */
export function challengeResponse(challenge: Buffer, passwordHash: Buffer): Buffer {
  const keys = Buffer.alloc(21);
  passwordHash.copy(keys);
  return Buffer.concat([0, 7, 14].map((at) => desEncrypt(challenge, keys.subarray(at, at + 7))));
}

const MAGIC1 = Buffer.from('Magic server to client signing constant');
const MAGIC2 = Buffer.from('Pad to make it do more than one iteration');

/** What the authenticator proves with that it knows the password, too: 20 octets. `S=` has them in hexadecimal. */
export function authenticatorResponse(passwordHash: Buffer, ntResponse: Buffer, challenge: Buffer): Buffer {
  const digest = sha1(md4(passwordHash), ntResponse, MAGIC1);
  return sha1(digest, challenge, MAGIC2);
}

function withoutDomain(username: Buffer): Buffer {
  return username.subarray(username.lastIndexOf('\\') + 1);
}

/** @param key 7 octets; DES wants them as 8, of whose lowest bit, the parity, it takes no notice. */
function desEncrypt(block: Buffer, key: Buffer): Buffer {
  const bits = BigInt(`0x${key.toString('hex')}`);
  const expanded = Buffer.alloc(8);
  for (let index = 0; index < 8; index++) {
    expanded[index] = Number((bits >> BigInt(7 * (7 - index))) & 0x7fn) << 1;
  }
  const cipher = createCipheriv('des-ede3', Buffer.concat([expanded, expanded, expanded]), null);
  return cipher.update(block);
}

function md4(octets: Buffer): Buffer {
  return Buffer.from(arrayBuffer(octets));
}

function sha1(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
