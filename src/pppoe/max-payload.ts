import { PPPOE_MRU } from '../wire/lcp';
import { findTag, TAG, type Tag } from '../wire/pppoe';
import { SESSION_OVERHEAD } from './session-frame';

/** PPP-Max-Payload (RFC 4638): both ends of a session agree to carry PPP payloads above PPPoE's 1492 octets. */

/** The Ethernet payload that PPPoE is made for; a segment has to have room for more. */
export const PPPOE_MTU = PPPOE_MRU + SESSION_OVERHEAD;

/**
 * The largest PPP payload of a session, either way: what the segment's frames have room for, and no more than PPPoE's 1492
 * octets (RFC 2516 §7) unless both ends have agreed to more.
 * @param mtu the largest Ethernet payload of the segment, in octets.
 */
export function payloadLimit({ mtu }: { readonly mtu: number }, agreed?: number): number {
  return Math.min(mtu - SESSION_OVERHEAD, agreed ?? PPPOE_MRU);
}

export function maxPayloadTag(octets: number): Tag {
  const value = Buffer.allocUnsafe(2);
  value.writeUInt16BE(Math.min(octets, 0xffff));
  return { type: TAG.pppMaxPayload, value };
}

/** True for a payload that has to be asked for. */
export function wantsMaxPayload(octets: number | undefined): octets is number {
  return octets !== undefined && octets > PPPOE_MRU;
}

/** The payload that the tags name. Undefined without the tag, and for one that says 1492 or less, or nothing readable. */
export function readMaxPayload(tags: readonly Tag[]): number | undefined {
  const value = findTag(tags, TAG.pppMaxPayload);
  const octets = value?.length === 2 ? value.readUInt16BE() : undefined;
  return wantsMaxPayload(octets) ? octets : undefined;
}
