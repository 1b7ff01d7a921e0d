/** An Ethernet address: 6 octets. Compared with `Buffer.equals`; never mutated. */
export type MacAddress = Buffer;

export const BROADCAST: MacAddress = Buffer.alloc(6, 0xff);

const SPELLINGS =
  /^(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}|[0-9a-f]{12})$/i;

/**
 * Parses `02:00:5e:10:00:01`, `02-00-5e-10-00-01`, `0200.5e10.0001` or twelve hexadecimal digits.
 * @throws RangeError for anything else.
 */
export function parseMac(text: string): MacAddress {
  const address = text.trim();
  if (!SPELLINGS.test(address)) {
    throw new RangeError(`'${text}' is not a MAC address: six octets in hexadecimal, like 02:00:5e:10:00:01`);
  }
  return Buffer.from(address.replaceAll(/[:.-]/g, ''), 'hex');
}

/** Lower-case octets with colons: `02:00:5e:10:00:01`. */
export function formatMac(address: MacAddress): string {
  return (address.toString('hex').match(/../g) ?? []).join(':');
}

/** True for broadcast and multicast addresses (IEEE 802: the group bit of the first octet). */
export function isGroupMac(address: MacAddress): boolean {
  return ((address[0] ?? 0) & 1) === 1;
}
