import { PppoeError } from '../errors';
import { checkIp } from '../wire/ip';
import { MalformedPacket } from '../wire/reader';

/**
 * Checks a packet that is to be sent.
 * @param mtu in octets.
 * @throws PppoeError `malformed` for what is no whole IP packet, `too-long` beyond the MTU, `not-up` for an IP version that
 * was not negotiated.
 */
export function checkSendable(packet: Buffer, mtu: number): void {
  let version: number;
  try {
    version = checkIp(packet);
  } catch (error) {
    if (!(error instanceof MalformedPacket)) throw error;
    throw new PppoeError('malformed', error.message, { cause: error });
  }
  if (version !== 4) throw new PppoeError('not-up', `IPv${version} is not up on this session`);
  if (packet.length > mtu) {
    throw new PppoeError('too-long', `The packet has ${packet.length} octets, the MTU is ${mtu}`);
  }
}
