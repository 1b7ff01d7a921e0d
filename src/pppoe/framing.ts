import { ETHERTYPE, TPIDS, type VlanTag } from '../wire/ethernet';

/** The Ethernet types of PPPoE's two stages; an ISP's equipment may use others than RFC 2516's. */
export interface EtherTypes {
  readonly discovery: number;
  readonly session: number;
}

/** How PPPoE frames are told from others: their Ethernet types, and what counts as a VLAN tag in front of those. */
export interface Framing extends EtherTypes {
  /** Tag Protocol Identifiers. */
  readonly tpids: readonly number[];
}

/** RFC 2516 §4 and §5, IEEE 802.1Q and 802.1ad, and the TPIDs in use before 802.1ad. */
export const PPPOE_FRAMING: Framing = { discovery: ETHERTYPE.discovery, session: ETHERTYPE.session, tpids: TPIDS };

/** The framing of an engine that uses these Ethernet types and tags: the usual one with what differs. */
export function framingOf(settings: { readonly etherTypes?: EtherTypes; readonly vlan: readonly VlanTag[] }): Framing {
  const { etherTypes, vlan } = settings;
  const others = [...new Set(vlan.map(({ tpid }) => tpid))].filter((tpid) => !TPIDS.includes(tpid)).sort();
  if (others.length === 0 && !etherTypes) return PPPOE_FRAMING;
  return {
    discovery: etherTypes?.discovery ?? ETHERTYPE.discovery,
    session: etherTypes?.session ?? ETHERTYPE.session,
    tpids: [...TPIDS, ...others],
  };
}

/**
 * Checks Ethernet types and tags that were configured.
 * @throws RangeError
 */
export function checkFraming(settings: { readonly etherTypes?: EtherTypes; readonly vlan: readonly VlanTag[] }): void {
  const { discovery, session, tpids } = framingOf(settings);
  for (const type of [discovery, session, ...tpids]) {
    if (!Number.isInteger(type) || type < 0x600 || type > 0xffff) {
      throw new RangeError(`an Ethernet type must be from 0x0600 to 0xffff, not ${type}`);
    }
  }
  if (discovery === session) throw new RangeError('the Ethernet types of discovery and session must differ');
  if (tpids.includes(discovery) || tpids.includes(session)) {
    throw new RangeError("an Ethernet type of PPPoE must not be a VLAN tag's");
  }
}
