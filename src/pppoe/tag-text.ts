import type { ReasonDetail } from '../errors';
import { TAG, type Tag } from '../wire/pppoe';

/** What the tags of discovery packets say, for people. */

const ERRORS: ReadonlyMap<number, { readonly name: string; readonly detail: ReasonDetail }> = new Map([
  [TAG.serviceNameError, { name: 'Service-Name-Error', detail: 'service-name-error' }],
  [TAG.acSystemError, { name: 'AC-System-Error', detail: 'ac-system-error' }],
  [TAG.genericError, { name: 'Generic-Error', detail: 'generic-error' }],
]);

/** An error tag: which, and what it says. */
export interface TagError {
  readonly detail: ReasonDetail;
  /** `Service-Name-Error: no such service`. */
  readonly text: string;
}

/** The first error tag there is. */
export function errorOf(tags: readonly Tag[]): TagError | undefined {
  for (const { type, value } of tags) {
    const error = ERRORS.get(type);
    if (!error) continue;
    const text = readable(value.toString('utf8'));
    return { detail: error.detail, text: `${error.name}${text ? `: ${text}` : ''}` };
  }
  return undefined;
}

/** `Service-Name-Error: no such service`, from the first error tag there is. */
export function errorText(tags: readonly Tag[]): string | undefined {
  return errorOf(tags)?.text;
}

/** What the Access Concentrator has to say to its users: a Message Of The Minute, or a URL for their browser. */
export interface Message {
  readonly kind: 'motm' | 'hurl';
  readonly text: string;
}

/** A frame of 1500 octets holds no longer one. */
const LONGEST_MESSAGE = 1_500;

/** The messages of a PADM (rp-pppoe's extension), without control characters; empty ones say nothing. */
export function messagesOf(tags: readonly Tag[]): readonly Message[] {
  return tags.flatMap(({ type, value }) => {
    if (type !== TAG.motm && type !== TAG.hurl) return [];
    const text = readable(value.toString('utf8'), LONGEST_MESSAGE);
    return text ? [{ kind: type === TAG.motm ? 'motm' : 'hurl', text }] : [];
  });
}

/** A tag as people read it. */
export interface TagText {
  readonly type: number;
  /** `AC-Name`, or `0x0142` for one that has no name. */
  readonly name: string;
  /** Text without control characters, a number of octets, or hexadecimal digits: by the kind of tag. */
  readonly value: string;
}

const NAMES: Readonly<Record<number, string>> = {
  [TAG.endOfList]: 'End-Of-List',
  [TAG.serviceName]: 'Service-Name',
  [TAG.acName]: 'AC-Name',
  [TAG.hostUniq]: 'Host-Uniq',
  [TAG.acCookie]: 'AC-Cookie',
  [TAG.vendorSpecific]: 'Vendor-Specific',
  [TAG.relaySessionId]: 'Relay-Session-Id',
  [TAG.hurl]: 'HURL',
  [TAG.motm]: 'MOTM',
  [TAG.pppMaxPayload]: 'PPP-Max-Payload',
  [TAG.serviceNameError]: 'Service-Name-Error',
  [TAG.acSystemError]: 'AC-System-Error',
  [TAG.genericError]: 'Generic-Error',
};

const TEXTS: readonly number[] = [
  TAG.serviceName,
  TAG.acName,
  TAG.hurl,
  TAG.motm,
  TAG.serviceNameError,
  TAG.acSystemError,
  TAG.genericError,
];

/** A Vendor-Specific tag begins with an octet of zero and the vendor's IANA enterprise number (RFC 2516, appendix A). */
const VENDOR_ID_LENGTH = 4;

export function describeTag({ type, value }: Tag): TagText {
  const name = NAMES[type] ?? `0x${type.toString(16).padStart(4, '0')}`;
  return { type, name, value: describeValue(type, value) };
}

function describeValue(type: number, value: Buffer): string {
  if (TEXTS.includes(type)) return readable(value.toString('utf8'), LONGEST_MESSAGE);
  if (type === TAG.pppMaxPayload && value.length === 2) return String(value.readUInt16BE());
  if (type === TAG.vendorSpecific && value.length >= VENDOR_ID_LENGTH) {
    const rest = value.toString('hex', VENDOR_ID_LENGTH);
    return `vendor ${value.readUInt32BE()}${rest ? `: ${rest}` : ''}`;
  }
  return value.toString('hex');
}

/** One line, without control characters. */
export function readable(text: string, most = 200): string {
  return text
    .replaceAll(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, most);
}
