import { PppoeError } from '../errors';
import { checkIp } from '../wire/ip';
import { PROTOCOL } from '../wire/ppp';
import { MalformedPacket } from '../wire/reader';

/** The largest packets that may be sent, in octets; undefined for an IP version that is not up. */
export interface Mtus {
  readonly ipv4: number | undefined;
  readonly ipv6: number | undefined;
}

/**
 * Checks a packet that is to be sent.
 * @returns the PPP protocol that carries it.
 * @throws PppoeError `malformed` for what is no whole IP packet, `too-long` beyond the MTU, `not-up` for an IP version that
 * was not negotiated.
 */
export function checkSendable(packet: Buffer, mtus: Mtus): number {
  let version: 4 | 6;
  try {
    version = checkIp(packet);
  } catch (error) {
    if (!(error instanceof MalformedPacket)) throw error;
    throw new PppoeError('malformed', error.message, { cause: error });
  }
  const mtu = version === 4 ? mtus.ipv4 : mtus.ipv6;
  if (mtu === undefined) throw new PppoeError('not-up', `IPv${version} is not up on this session`);
  if (packet.length > mtu) {
    throw new PppoeError('too-long', `The packet has ${packet.length} octets, the MTU is ${mtu}`);
  }
  return version === 4 ? PROTOCOL.ipv4 : PROTOCOL.ipv6;
}
