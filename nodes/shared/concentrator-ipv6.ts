import { type ConcentratorIpv6Settings, type Ipv6Prefix, parseIpv6 } from '../../src/index';
import { listOf, numberOf } from './fields';

/** The properties about IPv6 of a `pppoe-concentrator` node, as the editor stores them. */
export interface ConcentratorIpv6Config {
  /** Like `2001:db8::/48`: every session gets 64 bits out of it; empty: no IPv6. */
  readonly ipv6Prefix?: string;
  /** Like `2001:db8:8000::/40`: prefixes that are delegated come out of it; empty: none are. */
  readonly delegationPrefix?: string;
  readonly delegatedLength?: number | string;
  /** Name servers, separated by commas. */
  readonly ipv6Dns?: string;
  /** In seconds. */
  readonly ipv6Lifetime?: number | string;
}

const DEFAULTS = { delegatedLength: 56, lifetime: 3_600 };

/** @throws RangeError that names the field and what is wanted. */
export function concentratorIpv6Options(config: ConcentratorIpv6Config): { readonly ipv6?: ConcentratorIpv6Settings } {
  const prefix = config.ipv6Prefix?.trim();
  const delegation = config.delegationPrefix?.trim();
  if (!prefix && delegation) throw new RangeError('prefixes are delegated only where there is an IPv6 prefix');
  if (!prefix) return {};
  const delegatedLength = numberOf('delegated length', config.delegatedLength, DEFAULTS.delegatedLength);
  return {
    ipv6: {
      prefix: prefixOf('IPv6 prefix', prefix),
      ...(delegation ? { delegation: { ...prefixOf('delegated from', delegation), delegatedLength } } : {}),
      dns: listOf(config.ipv6Dns).map((server) => parseIpv6(server)),
      lifetime: numberOf('lifetime', config.ipv6Lifetime, DEFAULTS.lifetime),
    },
  };
}

function prefixOf(field: string, text: string): Ipv6Prefix {
  const [address = '', length = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^\d{1,3}$/.test(length)) {
    throw new RangeError(`${field} must be a prefix, like 2001:db8::/48, not '${text}'`);
  }
  return { address: parseIpv6(address), length: Number(length) };
}
