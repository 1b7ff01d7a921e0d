import { createHash } from 'node:crypto';
import { linkLayerDuid } from '../../wire/dhcpv6';
import type { MacAddress } from '../../wire/mac-address';
import type { Dhcpv6Identity } from './dhcpv6-client';

/** An Interface-Identifier that is local (RFC 5072 §4.1) and not zero. */
export function drawIdentifier(random: (octets: number) => Buffer): Buffer {
  const drawn = Buffer.from(random(8));
  drawn[0] = (drawn[0] as number) & ~0x02;
  return drawn.equals(Buffer.alloc(8)) ? drawIdentifier(random) : drawn;
}

/**
 * Who we are to a DHCPv6 server: a DUID-LL of our Ethernet address (RFC 8415 §11.4), and an IAID that tells sessions on one
 * address apart. Both are the same after a restart, so that the server gives the same again.
 */
export function dhcpv6Identity(address: MacAddress, username: string, serviceName: string): Dhcpv6Identity {
  return {
    duid: linkLayerDuid(address),
    iaid: createHash('sha256').update(`${username}\0${serviceName}`).digest().readUInt32BE(0),
  };
}
