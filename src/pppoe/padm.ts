import type { VlanTag } from '../wire/ethernet';
import type { MacAddress } from '../wire/mac-address';
import { CODE, TAG, type Tag } from '../wire/pppoe';
import { encodeDiscovery } from './discovery-packet';
import type { SessionKey } from './engine';
import type { Framing } from './framing';

/** A message to hosts (PADM): a text, an address of a page, or both. */
export interface Broadcast {
  readonly text?: string;
  readonly url?: string;
}

/** A PADM to the host of a session. */
export function encodePadm(
  source: MacAddress,
  { peer, id }: SessionKey,
  vlan: readonly VlanTag[],
  { text, url }: Broadcast,
  framing?: Framing,
): Buffer {
  const tags: Tag[] = [];
  if (text !== undefined) tags.push({ type: TAG.motm, value: Buffer.from(text) });
  if (url !== undefined) tags.push({ type: TAG.hurl, value: Buffer.from(url) });
  return encodeDiscovery({ destination: peer, source, vlan, code: CODE.PADM, sessionId: id, tags }, framing);
}
