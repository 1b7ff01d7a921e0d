import { ICMP } from '../wire/icmp';
import { checksum, IP_PROTOCOL } from '../wire/ip';

/** The answer to an ICMP echo request to `address` (RFC 792), made of a copy; undefined for any other packet. */
export function echoReply(packet: Buffer, address: Buffer): Buffer | undefined {
  const header = ((packet[0] ?? 0) & 0xf) * 4;
  const isIcmp = (packet[0] ?? 0) >> 4 === 4 && header >= 20 && packet[9] === IP_PROTOCOL.icmp;
  if (!isIcmp || packet.length < header + 8 || packet[header] !== ICMP.echoRequest) return undefined;
  if (packet.readUInt16BE(2) > packet.length || packet.readUInt16BE(2) < header + 8) return undefined;
  if (!packet.subarray(16, 20).equals(address)) return undefined;
  const reply = Buffer.from(packet.subarray(0, packet.readUInt16BE(2)));
  packet.copy(reply, 12, 16, 20);
  packet.copy(reply, 16, 12, 16);
  reply[8] = 64;
  reply.writeUInt16BE(0, 10);
  reply.writeUInt16BE(checksum(reply.subarray(0, header)), 10);
  reply[header] = ICMP.echoReply;
  reply.writeUInt16BE(0, header + 2);
  reply.writeUInt16BE(checksum(reply.subarray(header)), header + 2);
  return reply;
}
