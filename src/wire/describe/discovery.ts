import { CODE, decodeTags, TAG, type Tag } from '../pppoe';
import { type Body, type Field, type Format, field, hex, nameOf, nothing, number16, text } from './values';

const CODES: Readonly<Record<number, string>> = {
  [CODE.PADI]: 'PADI',
  [CODE.PADO]: 'PADO',
  [CODE.PADR]: 'PADR',
  [CODE.PADS]: 'PADS',
  [CODE.PADT]: 'PADT',
  [CODE.PADM]: 'PADM',
};

/** RFC 2516 appendix A, RFC 4638, and rp-pppoe's two for PADM. */
const TAGS: Readonly<Record<number, readonly [name: string, format: Format]>> = {
  [TAG.endOfList]: ['End-Of-List', nothing],
  [TAG.serviceName]: ['Service-Name', text],
  [TAG.acName]: ['AC-Name', text],
  [TAG.hostUniq]: ['Host-Uniq', hex],
  [TAG.acCookie]: ['AC-Cookie', hex],
  [TAG.vendorSpecific]: ['Vendor-Specific', vendor],
  [TAG.relaySessionId]: ['Relay-Session-Id', hex],
  [TAG.hurl]: ['HURL', text],
  [TAG.motm]: ['MOTM', text],
  [TAG.pppMaxPayload]: ['PPP-Max-Payload', number16],
  [TAG.serviceNameError]: ['Service-Name-Error', text],
  [TAG.acSystemError]: ['AC-System-Error', text],
  [TAG.genericError]: ['Generic-Error', text],
};

const ERRORS: readonly number[] = [TAG.serviceNameError, TAG.acSystemError, TAG.genericError];

export function discoveryCode(code: number): string {
  return nameOf(CODES, code);
}

/** @throws MalformedPacket */
export function describeTags(code: number, sessionId: number, payload: Buffer): Body {
  const tags = decodeTags(payload);
  const error = tags.some(({ type }) => ERRORS.includes(type));
  // RFC 2516 §5.4: a PADS that refuses has session id 0. A PADT ends a session: its text refuses nothing.
  const refuses = (code === CODE.PADS && (error || sessionId === 0)) || (code === CODE.PADO && error);
  return { fields: tags.map(describeTag), ...(refuses ? { refuses } : {}) };
}

function describeTag({ type, value }: Tag): Field {
  const [name, format] = TAGS[type] ?? [nameOf({}, type, 4), hex];
  return field(name, format(value) ?? hex(value));
}

/** A zero octet, an SMI enterprise number of three, then what that vendor likes (RFC 2516 appendix A). */
function vendor(value: Buffer): string | undefined {
  if (value.length < 4 || value[0] !== 0) return undefined;
  return `vendor ${value.readUInt32BE()} ${hex(value.subarray(4))}`;
}
