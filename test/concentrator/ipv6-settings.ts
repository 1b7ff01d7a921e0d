import type { ConcentratorIpv6Settings } from '../../src/concentrator/settings';
import { parseIpv6 } from '../../src/wire/ipv6';

/** Three prefixes for sessions, four to delegate. */
export const IPV6: ConcentratorIpv6Settings = {
  prefix: { address: parseIpv6('2001:db8:aa::'), length: 62 },
  delegation: { address: parseIpv6('2001:db8:f000::'), length: 46, delegatedLength: 48 },
  dns: [parseIpv6('2001:db8::53')],
  lifetime: 3_600,
};
