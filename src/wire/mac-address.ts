import { MalformedPacket } from './reader';

/** An Ethernet address: 6 octets. Compared with `Buffer.equals`; never mutated. */
export type MacAddress = Buffer;

export const BROADCAST: MacAddress = Buffer.alloc(6, 0xff);

/**
 * Parses `02:00:5e:10:00:01`, `02-00-5e-10-00-01` or twelve hexadecimal digits.
 * @throws MalformedPacket for anything else.
 */
export function parseMac(text: string): MacAddress {
  const digits = text.trim().replaceAll(/[:.-]/g, '');
  if (!/^[0-9a-fA-F]{12}$/.test(digits)) {
    throw new MalformedPacket(`'${text}' is not a MAC address: six octets in hexadecimal, like 02:00:5e:10:00:01`);
  }
  return Buffer.from(digits, 'hex');
}

/** Lower-case octets with colons: `02:00:5e:10:00:01`. */
export function formatMac(address: MacAddress): string {
  return (address.toString('hex').match(/../g) ?? []).join(':');
}

/** True for broadcast and multicast addresses (IEEE 802: the group bit of the first octet). */
export function isGroupMac(address: MacAddress): boolean {
  return ((address[0] ?? 0) & 1) === 1;
}
