import { encodeIcmpv6, NA_FLAG, type NeighbourMessage } from '../wire/icmpv6';
import { IP_PROTOCOL } from '../wire/ip';
import { ALL_NODES, encodeIpv6, type Ipv6Packet, isMulticast, UNSPECIFIED } from '../wire/ipv6';
import { MalformedPacket } from '../wire/reader';

/**
 * The Neighbour Advertisement that answers a solicitation for `target`, an address of ours (RFC 4861 §7.2.4). It names no
 * link-layer address: on PPP there is none.
 * @throws MalformedPacket for what RFC 4861 §7.1.1 has a node discard.
 */
export function neighbourAdvertisement(packet: Ipv6Packet, { code, target, options }: NeighbourMessage): Buffer {
  const fail = (problem: string): never => {
    throw new MalformedPacket(`Neighbour Solicitation at octet 40: ${problem}`);
  };
  if (packet.hopLimit !== 255) fail(`hop limit ${packet.hopLimit}`);
  if (code !== 0) fail(`code ${code}`);
  if (isMulticast(target)) fail('a multicast target');
  const detectsDuplicates = packet.source.equals(UNSPECIFIED);
  if (detectsDuplicates && (!isSolicitedNode(packet.destination, target) || options.some(({ type }) => type === 1))) {
    fail('without a source, but not as Duplicate Address Detection sends it');
  }
  const addresses = { source: target, destination: detectsDuplicates ? ALL_NODES : packet.source };
  const flags = detectsDuplicates ? NA_FLAG.override : NA_FLAG.override | NA_FLAG.solicited;
  return encodeIpv6({
    trafficClass: 0,
    flowLabel: 0,
    nextHeader: IP_PROTOCOL.icmpv6,
    hopLimit: 255,
    ...addresses,
    payload: encodeIcmpv6({ kind: 'neighbour-advertisement', code: 0, flags, target, options: [] }, addresses),
  });
}

/** True for the solicited-node multicast address of `target` (RFC 4291 §2.7.1). */
function isSolicitedNode(address: Buffer, target: Buffer): boolean {
  return (
    Buffer.from('ff0200000000000000000001ff', 'hex').equals(address.subarray(0, 13)) &&
    address.subarray(13).equals(target.subarray(13))
  );
}
