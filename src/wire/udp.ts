import { IP_PROTOCOL } from './ip';
import { type Ipv6Addresses, upperLayerChecksum } from './ipv6';
import { Reader } from './reader';

/** UDP (RFC 768) over IPv6, where the checksum must be there (RFC 8200 §8.1). */
export interface UdpDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly data: Buffer;
}

const HEADER = 8;

/** @throws MalformedPacket when it is shorter than it says, or its checksum is missing or wrong. */
export function decodeUdp(bytes: Buffer, addresses: Ipv6Addresses): UdpDatagram {
  const reader = new Reader(bytes, 'UDP');
  const sourcePort = reader.u16('source port');
  const destinationPort = reader.u16('destination port');
  const length = reader.u16('length');
  if (length < HEADER) reader.fail(`length ${length} is less than the header`);
  if (reader.u16('checksum') === 0) reader.fail('no checksum');
  const data = reader.slice(length - HEADER, 'data');
  if (upperLayerChecksum(addresses, IP_PROTOCOL.udp, bytes.subarray(0, length)) !== 0) reader.fail('wrong checksum');
  return { sourcePort, destinationPort, data };
}

/** @throws RangeError when the data does not fit. */
export function encodeUdp(datagram: UdpDatagram, addresses: Ipv6Addresses): Buffer {
  const length = HEADER + datagram.data.length;
  if (length > 0xffff) throw new RangeError(`a UDP datagram of ${length} octets does not exist: at most 65535`);
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeUInt16BE(datagram.sourcePort, 0);
  bytes.writeUInt16BE(datagram.destinationPort, 2);
  bytes.writeUInt16BE(length, 4);
  bytes.writeUInt16BE(0, 6);
  datagram.data.copy(bytes, HEADER);
  // A sum of zero is sent as all ones: zero would say that there is none.
  bytes.writeUInt16BE(upperLayerChecksum(addresses, IP_PROTOCOL.udp, bytes) || 0xffff, 6);
  return bytes;
}
