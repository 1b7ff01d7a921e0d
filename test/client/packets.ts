import { encodeIcmpEcho, ICMP } from '../../src/wire/icmp';
import { encodeIpv4, IP_PROTOCOL, parseIpv4 } from '../../src/wire/ip';

const HEADER = 20;

/** An IPv4 packet of UDP's number with any payload, so many octets in all. */
export function packet(from: string, to: string, octets = 100): Buffer {
  return encodeIpv4({
    tos: 0,
    identification: 1,
    fragment: 0x4000,
    ttl: 64,
    protocol: IP_PROTOCOL.udp,
    source: parseIpv4(from),
    destination: parseIpv4(to),
    options: Buffer.alloc(0),
    payload: Buffer.alloc(octets - HEADER, 0x5a),
  });
}

/** An ICMP echo request. */
export function ping(from: string, to: string, data = Buffer.from('0123456789abcdef0'), sequence = 1): Buffer {
  return encodeIpv4({
    tos: 0,
    identification: 7,
    fragment: 0,
    ttl: 5,
    protocol: IP_PROTOCOL.icmp,
    source: parseIpv4(from),
    destination: parseIpv4(to),
    options: Buffer.alloc(0),
    payload: encodeIcmpEcho({ type: ICMP.echoRequest, code: 0, identifier: 0xbeef, sequence, data }),
  });
}
