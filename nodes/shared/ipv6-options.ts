import { type PppoeSessionOptions, parseIpv6, SESSION_DEFAULTS } from '../../src/index';
import { numberOf, type Tick, tickOf } from './fields';

/** The properties about IPv4 and IPv6 of a `pppoe-session` node, as the editor stores them. */
export interface Ipv6Config {
  readonly ipv4?: Tick;
  readonly ipv6?: Tick;
  readonly interfaceIdentifier?: string;
  /** Ask a DHCPv6 server for an address. */
  readonly dhcpv6Addresses?: Tick;
  readonly prefixDelegation?: Tick;
  /** The length of the prefix to ask for; empty: any. */
  readonly prefixLength?: number | string;
}

/** @throws RangeError that names the field and what is wanted. */
export function ipv6Options(config: Ipv6Config): Partial<PppoeSessionOptions> {
  const { ipv4, ipv6, dhcpv6 } = SESSION_DEFAULTS;
  const identifier = config.interfaceIdentifier?.trim();
  return {
    ipv4: tickOf('IPv4', config.ipv4, ipv4),
    ipv6: tickOf('IPv6', config.ipv6, ipv6),
    ...(identifier ? { interfaceIdentifier: identifierOf(identifier) } : {}),
    dhcpv6: {
      addresses: tickOf('IPv6 address', config.dhcpv6Addresses, dhcpv6.addresses),
      prefixDelegation: tickOf('IPv6 prefix', config.prefixDelegation, dhcpv6.prefixDelegation),
      ...(config.prefixLength === undefined || config.prefixLength === ''
        ? {}
        : { prefixLengthHint: numberOf('prefix length', config.prefixLength, 0) }),
    },
  };
}

/** Four groups of an address, with as many zeros before them as are missing: `::1`, `200:5eff:fe00:5301`. */
function identifierOf(text: string): Buffer {
  if (!/^(?:::)?[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,3}$/.test(text)) {
    throw new RangeError(`'${text}' is not an Interface-Identifier, like ::1 or 200:5eff:fe00:5301`);
  }
  return parseIpv6(`::${text.replace(/^::/, '')}`).subarray(8);
}
