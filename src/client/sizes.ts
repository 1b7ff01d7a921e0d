import { SESSION_OVERHEAD } from '../pppoe/session-frame';

/** The largest packet that we may send: what the peer takes, and what the segment carries with our VLAN tags. */
export function sendLimit(
  { mtu, tagOctets = 0 }: { readonly mtu: number; readonly tagOctets?: number },
  peerMru: number,
  limit: number,
): number {
  return Math.min(peerMru, limit, mtu - tagOctets - SESSION_OVERHEAD);
}
