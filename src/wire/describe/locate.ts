import { ETHERTYPE } from '../ethernet';

/** The Ethernet types of PPPoE's two stages; some networks use others than RFC 2516's. */
export interface PppoeTypes {
  readonly discovery: number;
  readonly session: number;
}

export const PPPOE_TYPES: PppoeTypes = ETHERTYPE;

/** Where a frame's PPPoE header begins, and of which stage it is. */
export interface Place {
  readonly stage: keyof PppoeTypes;
  readonly at: number;
}

const MOST_TAGS = 2;

/** Looks behind the addresses and behind one and two VLAN tags, of whatever TPID. */
export function locatePppoe(frame: Buffer, types: PppoeTypes): Place | undefined {
  for (let at = 14; at <= 14 + 4 * MOST_TAGS && at <= frame.length; at += 4) {
    const type = frame.readUInt16BE(at - 2);
    if (type === types.discovery) return { stage: 'discovery', at };
    if (type === types.session) return { stage: 'session', at };
  }
  return undefined;
}
