import type { VlanTag } from '../wire/ethernet';
import type { MacAddress } from '../wire/mac-address';
import { CODE, TAG } from '../wire/pppoe';
import { encodeDiscovery } from './discovery-packet';
import type { Framing } from './framing';

/** A PADT, with a Generic-Error text if there is something to say. */
export function encodePadt(
  source: MacAddress,
  destination: MacAddress,
  vlan: readonly VlanTag[],
  sessionId: number,
  text?: string,
  framing?: Framing,
): Buffer {
  const tags = text ? [{ type: TAG.genericError, value: Buffer.from(text) }] : [];
  return encodeDiscovery({ destination, source, vlan, code: CODE.PADT, sessionId, tags }, framing);
}
