import { decodeEthernet, encodeEthernet, MIN_FRAME, type VlanTag } from '../wire/ethernet';
import { BROADCAST, type MacAddress } from '../wire/mac-address';
import { decodePppoe, decodeTags, encodePppoe, encodeTags, type Tag } from '../wire/pppoe';
import { type Framing, PPPOE_FRAMING } from './framing';

/** A PPPoE discovery packet with its addresses. */
export interface DiscoveryPacket {
  readonly destination: MacAddress;
  readonly source: MacAddress;
  readonly vlan: readonly VlanTag[];
  readonly code: number;
  readonly sessionId: number;
  readonly tags: readonly Tag[];
}

/** @throws MalformedPacket */
export function decodeDiscovery(frame: Buffer, { tpids }: Framing = PPPOE_FRAMING): DiscoveryPacket {
  const { destination, source, tags: vlan, payload } = decodeEthernet(frame, tpids);
  const { code, sessionId, payload: octets } = decodePppoe(payload);
  return { destination, source, vlan, code, sessionId, tags: decodeTags(octets) };
}

/** Padded to the shortest Ethernet frame: not every network card does it. */
export function encodeDiscovery(packet: DiscoveryPacket, { discovery }: Framing = PPPOE_FRAMING): Buffer {
  const frame = encodeEthernet({
    destination: packet.destination,
    source: packet.source,
    tags: packet.vlan,
    etherType: discovery,
    payload: encodePppoe({ code: packet.code, sessionId: packet.sessionId, payload: encodeTags(packet.tags) }),
  });
  if (frame.length >= MIN_FRAME) return frame;
  return Buffer.concat([frame, Buffer.alloc(MIN_FRAME - frame.length)]);
}

export function isForEveryone({ destination }: DiscoveryPacket): boolean {
  return destination.equals(BROADCAST);
}
