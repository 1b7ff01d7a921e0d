import { Reader } from './reader';

/** What MS-CHAPv2 (RFC 2759) carries in the packets of CHAP. */

/** Octets of a challenge, the authenticator's and the peer's (RFC 2759 §3, §4). */
export const MS_CHAP_CHALLENGE = 16;
const RESERVED = 8;
const NT_RESPONSE = 24;

/** The value of a Response, 49 octets with its reserved octets and flags (RFC 2759 §4). */
export interface MsChapResponse {
  /** 16 octets. */
  readonly peerChallenge: Buffer;
  /** 24 octets. */
  readonly ntResponse: Buffer;
}

/** @param value the Value of a CHAP Response. */
export function decodeMsChapResponse(value: Buffer): MsChapResponse {
  const reader = new Reader(value, 'MS-CHAPv2 Response');
  const peerChallenge = reader.slice(MS_CHAP_CHALLENGE, 'Peer-Challenge');
  reader.slice(RESERVED, 'Reserved');
  const ntResponse = reader.slice(NT_RESPONSE, 'NT-Response');
  reader.u8('Flags');
  if (reader.left > 0) reader.fail(`${reader.left} octets too many`);
  return { peerChallenge, ntResponse };
}

export function encodeMsChapResponse({ peerChallenge, ntResponse }: MsChapResponse): Buffer {
  return Buffer.concat([peerChallenge, Buffer.alloc(RESERVED), ntResponse, Buffer.of(0)]);
}

/** The message of a Success: `S=<40 hexadecimal digits> M=<text>` (RFC 2759 §5). */
export interface MsChapSuccess {
  /** 20 octets; absent when there is no whole one. */
  readonly authenticatorResponse?: Buffer;
  readonly message?: Buffer;
}

/** Never throws: what is missing, or no hexadecimal number, is absent. */
export function decodeMsChapSuccess(data: Buffer): MsChapSuccess {
  const { fields, message } = split(data);
  const digits = /^S=([0-9a-f]{40})(?: |$)/i.exec(fields)?.[1];
  return {
    ...(digits ? { authenticatorResponse: Buffer.from(digits, 'hex') } : {}),
    ...(message ? { message } : {}),
  };
}

/** @throws RangeError without an authenticator response. */
export function encodeMsChapSuccess({ authenticatorResponse, message }: MsChapSuccess): Buffer {
  if (!authenticatorResponse) throw new RangeError('an MS-CHAPv2 Success needs its authenticator response');
  return join([`S=${upperHex(authenticatorResponse)}`], message);
}

/**
 * The message of a Failure: `E=<error> R=<retry> C=<challenge> V=<version> M=<text>` (RFC 2759 §6). Senders cut it off
 * where their buffer ends: each part may be absent.
 */
export interface MsChapFailure {
  readonly error?: number;
  /** True when another Response may follow, to the new challenge. */
  readonly retry?: boolean;
  /** 16 octets. */
  readonly challenge?: Buffer;
  readonly version?: number;
  readonly message?: Buffer;
}

/** Never throws: what is missing, or not what it should be, is absent. */
export function decodeMsChapFailure(data: Buffer): MsChapFailure {
  const { fields, message } = split(data);
  const field = (pattern: string) => new RegExp(`(?:^| )${pattern}(?: |$)`, 'i').exec(fields)?.[1];
  const [error, retry, challenge, version] = ['E=(\\d{1,10})', 'R=([01])', 'C=([0-9a-f]{32})', 'V=(\\d{1,10})'].map(
    field,
  );
  return {
    ...(error ? { error: Number(error) } : {}),
    ...(retry ? { retry: retry === '1' } : {}),
    ...(challenge ? { challenge: Buffer.from(challenge, 'hex') } : {}),
    ...(version ? { version: Number(version) } : {}),
    ...(message ? { message } : {}),
  };
}

export function encodeMsChapFailure({ error, retry, challenge, version, message }: MsChapFailure): Buffer {
  const fields: string[] = [];
  if (error !== undefined) fields.push(`E=${error}`);
  if (retry !== undefined) fields.push(`R=${retry ? 1 : 0}`);
  if (challenge) fields.push(`C=${upperHex(challenge)}`);
  if (version !== undefined) fields.push(`V=${version}`);
  return join(fields, message);
}

/** The fields before the text, and the text, which takes the rest and may contain anything. */
function split(data: Buffer): { readonly fields: string; readonly message: Buffer | undefined } {
  const text = data.toString('latin1');
  const at = text.startsWith('M=') ? 0 : text.indexOf(' M=') + 1;
  const marked = at > 0 || text.startsWith('M=');
  return {
    fields: (marked ? text.slice(0, at) : text).trimEnd(),
    message: marked ? data.subarray(at + 2) : undefined,
  };
}

function join(fields: readonly string[], message: Buffer | undefined): Buffer {
  const parts = message ? [...fields, 'M='] : fields;
  return Buffer.concat([Buffer.from(parts.join(' ')), message ?? Buffer.alloc(0)]);
}

function upperHex(octets: Buffer): string {
  return octets.toString('hex').toUpperCase();
}
