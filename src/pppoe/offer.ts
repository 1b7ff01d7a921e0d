import type { MacAddress } from '../wire/mac-address';
import { findTag, TAG, type Tag } from '../wire/pppoe';
import type { DiscoveryPacket } from './discovery-packet';

/** An Access Concentrator that answered. */
export interface Offer {
  readonly address: MacAddress;
  /** Undefined when the PADO had no AC-Name. */
  readonly acName: string | undefined;
  readonly serviceNames: readonly string[];
  /** From PADI to PADO, in ms. */
  readonly responseTime: number;
  readonly tags: readonly Tag[];
}

/** Reads a PADO. All is copied: an offer outlives the frame, and the batch that the frame is part of. */
export function readOffer(packet: DiscoveryPacket, responseTime: number): Offer {
  return {
    address: Buffer.from(packet.source),
    acName: findTag(packet.tags, TAG.acName)?.toString('utf8'),
    serviceNames: packet.tags.filter(({ type }) => type === TAG.serviceName).map(({ value }) => value.toString('utf8')),
    responseTime,
    tags: packet.tags.map(({ type, value }) => ({ type, value: Buffer.from(value) })),
  };
}
