import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import radius = require('radius');

/**
 * Packets of RADIUS (RFC 2865, RFC 2866), and how replies are verified.
 *
 * The package `radius` knows the attributes: names, numbers, types. It does not verify for us: it compares digests as UTF-8
 * text, in which all octets that are none look the same, so that nine of ten altered Response Authenticators pass; and it
 * takes attributes that reach beyond the end of the packet.
 */

/** By name, as the dictionaries of `radius` have it, or by number with octets. */
export type Attribute = readonly [name: string | number, value: string | number | Buffer];

export interface RadiusRequest {
  readonly code: 'Access-Request' | 'Accounting-Request';
  readonly attributes: readonly Attribute[];
  /** The User-Password, which is hidden with the secret of the server that is asked. */
  readonly password?: Buffer;
}

/** A request on its way, with all that its reply is verified with. */
export interface SentRequest {
  readonly octets: Buffer;
  readonly identifier: number;
  readonly authenticator: Buffer;
  readonly code: RadiusRequest['code'];
}

export interface RadiusReply {
  readonly code: 'Access-Accept' | 'Access-Reject' | 'Access-Challenge' | 'Accounting-Response';
  /** By name; several of one name in the order of the packet. Values as `radius` decodes them. */
  readonly attributes: ReadonlyMap<string, readonly unknown[]>;
  /** Microsoft's (RFC 2548), by their number. */
  readonly microsoft: ReadonlyMap<number, Buffer>;
}

/** A reply that is discarded, and why: it is as if it had not come. */
export interface Discarded {
  readonly discarded: string;
}

const HEADER = 20;
const LARGEST = 4_096;
const DIGEST = 16;
const LONGEST_VALUE = 253;
const LONGEST_PASSWORD = 128;
const MESSAGE_AUTHENTICATOR = 80;
const VENDOR_SPECIFIC = 26;
export const MICROSOFT = 311;

/**
 * A request for one server, once `checkRequest` has let it pass.
 * @param authenticator 16 unpredictable octets; an Accounting-Request has its own.
 */
export function encodeRequest(
  { code, attributes, password }: RadiusRequest,
  secret: string,
  identifier: number,
  authenticator: Buffer,
): SentRequest {
  const signed = code === 'Access-Request';
  const all: Attribute[] = [
    // First, before all that somebody else has a say in: nothing before it can be prepared for a collision of MD5.
    ...(signed ? ([['Message-Authenticator', Buffer.alloc(DIGEST)]] as const) : []),
    ...attributes,
    ...(password ? ([['User-Password', hidden(password, secret, authenticator)]] as const) : []),
  ];
  const description = { code, secret, identifier, attributes: all, ...(signed ? { authenticator } : {}) };
  const octets = radius.encode(description);
  if (signed) hmac(octets, secret).copy(octets, HEADER + 2);
  return { octets, identifier, authenticator: octets.subarray(4, HEADER), code };
}

/** @throws RangeError for what does not fit into a packet. */
export function checkRequest({ attributes, password }: RadiusRequest): void {
  let total = HEADER + 2 + DIGEST + 2 + LONGEST_PASSWORD;
  for (const [name, value] of attributes) {
    const length = typeof value === 'number' ? 4 : Buffer.byteLength(value);
    if (length > LONGEST_VALUE) throw new RangeError(`${name} has ${length} octets, of which RADIUS carries 253`);
    total += 2 + length;
  }
  if (total > LARGEST) throw new RangeError(`the attributes have ${total} octets, of which RADIUS carries 4096`);
  if (password && password.length > LONGEST_PASSWORD) {
    throw new RangeError(`the password has ${password.length} octets, of which RADIUS carries 128`);
  }
}

/** User-Password (RFC 2865 §5.2). Done here, as `radius` takes only passwords that are UTF-8, and sends octets unhidden. */
function hidden(password: Buffer, secret: string, authenticator: Buffer): Buffer {
  const octets = Buffer.alloc(Math.max(DIGEST, Math.ceil(password.length / DIGEST) * DIGEST));
  password.copy(octets);
  let previous = authenticator;
  for (let at = 0; at < octets.length; at += DIGEST) {
    const mask = md5(Buffer.from(secret), previous);
    for (let index = 0; index < DIGEST; index++) octets[at + index] = (octets[at + index] ?? 0) ^ (mask[index] ?? 0);
    previous = octets.subarray(at, at + DIGEST);
  }
  return octets;
}

const REPLIES = {
  'Access-Request': { 2: 'Access-Accept', 3: 'Access-Reject', 11: 'Access-Challenge' },
  'Accounting-Request': { 5: 'Accounting-Response' },
} as const;

/**
 * The reply to this request, if it is one, by both authenticators. Every answer to an Access-Request must have a
 * Message-Authenticator (RFC 2869 §5.14): without it an answer can be forged (CVE-2024-3596).
 */
export function verifyReply(datagram: Buffer, request: SentRequest, secret: string): RadiusReply | Discarded {
  if (datagram.length < HEADER) return { discarded: 'it is shorter than a header' };
  const length = datagram.readUInt16BE(2);
  if (length < HEADER || length > LARGEST || length > datagram.length) return { discarded: 'it is truncated' };
  const octets = Buffer.from(datagram.subarray(0, length));
  const codes: Partial<Record<number, RadiusReply['code']>> = REPLIES[request.code];
  const code = codes[octets[0] ?? 0];
  if (!code || octets[1] !== request.identifier) return { discarded: 'it answers nothing that was asked' };
  const received = Buffer.from(octets.subarray(4, HEADER));
  request.authenticator.copy(octets, 4);
  if (!timingSafeEqual(md5(octets, Buffer.from(secret)), received)) {
    return { discarded: 'its Response Authenticator is wrong: is the secret the same?' };
  }
  const values = split(octets);
  if (!values) return { discarded: 'its attributes do not fit' };
  const problem = signatureProblem(octets, values, secret);
  if (problem === 'wrong' || (problem === 'missing' && request.code === 'Access-Request')) {
    return { discarded: `its Message-Authenticator is ${problem}` };
  }
  return read(octets, values, code);
}

interface Value {
  readonly type: number;
  /** Where its octets begin in the packet. */
  readonly at: number;
  readonly octets: Buffer;
}

/** The attributes; undefined when one reaches beyond the end. */
function split(octets: Buffer, from = HEADER): readonly Value[] | undefined {
  const values: Value[] = [];
  for (let at = from; at < octets.length; ) {
    const length = octets[at + 1] ?? 0;
    if (length < 2 || at + length > octets.length) return undefined;
    values.push({ type: octets[at] ?? 0, at: at + 2, octets: octets.subarray(at + 2, at + length) });
    at += length;
  }
  return values;
}

/** @param octets the reply with the request's authenticator in place of its own. */
function signatureProblem(octets: Buffer, values: readonly Value[], secret: string): 'missing' | 'wrong' | undefined {
  const found = values.filter(({ type }) => type === MESSAGE_AUTHENTICATOR);
  const [signature] = found;
  if (!signature) return 'missing';
  if (found.length > 1 || signature.octets.length !== DIGEST) return 'wrong';
  const unsigned = Buffer.from(octets);
  unsigned.fill(0, signature.at, signature.at + DIGEST);
  return timingSafeEqual(hmac(unsigned, secret), signature.octets) ? undefined : 'wrong';
}

function read(octets: Buffer, values: readonly Value[], code: RadiusReply['code']): RadiusReply | Discarded {
  // Vendors may format theirs as they like (RFC 2865 §5.26), which `radius` does not expect.
  const standard = values.filter(({ type }) => type !== VENDOR_SPECIFIC);
  const packet = Buffer.concat([
    octets.subarray(0, HEADER),
    ...standard.map(({ type, octets: value }) => Buffer.from([type, value.length + 2, ...value])),
  ]);
  packet.writeUInt16BE(packet.length, 2);
  try {
    const decoded: Readonly<Record<string, unknown>> = radius.decode_without_secret({ packet }).attributes;
    const attributes = Object.entries(decoded).map(
      ([name, value]) => [name, Array.isArray(value) ? value : [value]] as const,
    );
    return { code, attributes: new Map(attributes), microsoft: microsoftOf(values) };
  } catch {
    // Of a server that has proved who it is, but unreadable: an integer of three octets, for one.
    return { discarded: 'its attributes are malformed' };
  }
}

function microsoftOf(values: readonly Value[]): ReadonlyMap<number, Buffer> {
  const own = values.filter(
    ({ type, octets }) => type === VENDOR_SPECIFIC && octets.length >= 6 && octets.readUInt32BE(0) === MICROSOFT,
  );
  const attributes = own.flatMap(({ octets }) => split(octets, 4) ?? []);
  return new Map(attributes.map(({ type, octets }) => [type, octets]));
}

function md5(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function hmac(octets: Buffer, secret: string): Buffer {
  return createHmac('md5', secret).update(octets).digest();
}
