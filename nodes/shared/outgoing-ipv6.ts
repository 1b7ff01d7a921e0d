import {
  encodeIpv6,
  IP_PROTOCOL,
  type OwnIpv6,
  ownIpv6For,
  PppoeError,
  parseIpv6,
  upperLayerChecksum,
} from '../../src/index';

interface Description {
  readonly trafficClass: number;
  readonly hopLimit: number;
  readonly nextHeader: number;
  /** An IPv6 address as text. */
  readonly destination: string;
  readonly payload: Buffer;
}

/**
 * An IPv6 packet from the address of ours that fits the destination. The checksum of ICMPv6, which covers both addresses, is
 * filled in.
 * @throws PppoeError `not-up` while there is no such address; RangeError for a destination that is none.
 */
export function buildIpv6(description: Description, ipv6: OwnIpv6 | undefined): Buffer {
  const destination = parseIpv6(description.destination);
  const own = ownIpv6For(destination, ipv6);
  if (!own) throw new PppoeError('not-up', `There is no IPv6 address to send to ${description.destination} from`);
  const addresses = { source: parseIpv6(own), destination };
  const { payload, nextHeader } = description;
  if (nextHeader === IP_PROTOCOL.icmpv6 && payload.length >= 4) {
    payload.writeUInt16BE(0, 2);
    payload.writeUInt16BE(upperLayerChecksum(addresses, nextHeader, payload), 2);
  }
  const { trafficClass, hopLimit } = description;
  return encodeIpv6({ trafficClass, flowLabel: 0, nextHeader, hopLimit, ...addresses, payload });
}
