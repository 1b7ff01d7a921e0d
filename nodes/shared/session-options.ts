import type { NodeDef } from 'node-red';
import {
  type AuthenticationProtocol,
  type PppoeSessionOptions,
  parseIpv4,
  parseMac,
  SESSION_DEFAULTS,
} from '../../src/index';
import { type EthernetConfig, ethernetOptions } from './ethernet-fields';
import { hostUniqOf, numberOf } from './fields';

/** The properties of a `pppoe-session` node, as the editor stores them. */
export interface SessionConfig extends NodeDef, EthernetConfig {
  readonly interface: string;
  readonly autoconnect?: boolean;
  readonly reconnect?: boolean;
  readonly service?: string;
  readonly omitService?: boolean;
  /** In ms. */
  readonly offerWindow?: number | string;
  readonly acName?: string;
  readonly acMac?: string;
  readonly hostUniq?: string;
  readonly mac?: string;
  readonly mru?: number | string;
  readonly clampMss?: boolean;
  readonly address?: string;
  readonly dns?: boolean;
  readonly authentication?: 'any' | AuthenticationProtocol;
  readonly authenticationRequired?: boolean;
  readonly keepalive?: 'off' | 'fixed' | 'adaptive';
  readonly keepaliveInterval?: number | string;
  readonly keepaliveFailures?: number | string;
  readonly queue?: number | string;
}

export interface SessionCredentials {
  readonly username?: string;
  readonly password?: string;
}

/** @throws RangeError that names the field and what is wanted. */
export function sessionOptions(config: SessionConfig, credentials: SessionCredentials): PppoeSessionOptions {
  const defaults = SESSION_DEFAULTS;
  const name = config.interface?.trim();
  if (!name) throw new RangeError('an interface is needed, like eth1 or virtual:lab');
  const { authentication = 'any' } = config;
  return {
    interface: name,
    username: credentials.username ?? '',
    password: credentials.password ?? '',
    serviceName: config.service ?? '',
    omitServiceName: config.omitService ?? defaults.omitServiceName,
    offerWindow: numberOf('offer window', config.offerWindow, defaults.offerWindow),
    ...ethernetOptions(config),
    ...(config.acName ? { acName: config.acName } : {}),
    ...(config.acMac ? { acAddress: parseMac(config.acMac) } : {}),
    ...(config.hostUniq ? { hostUniq: hostUniqOf(config.hostUniq) } : {}),
    ...(config.mac ? { macAddress: parseMac(config.mac) } : {}),
    ...(config.address ? { address: parseIpv4(config.address) } : {}),
    mru: numberOf('MRU', config.mru, defaults.mru),
    clampMss: config.clampMss ?? defaults.clampMss,
    dns: config.dns ?? defaults.dns,
    authentication: authentication === 'any' ? defaults.authentication : [authentication],
    authenticationRequired: config.authenticationRequired ?? defaults.authenticationRequired,
    keepalive: {
      mode: config.keepalive ?? defaults.keepalive.mode,
      interval: 1_000 * numberOf('keepalive interval', config.keepaliveInterval, defaults.keepalive.interval / 1_000),
      failures: numberOf('keepalive failures', config.keepaliveFailures, defaults.keepalive.failures),
    },
    reconnect: { ...defaults.reconnect, enabled: config.reconnect ?? defaults.reconnect.enabled },
    queueLimit: numberOf('receive queue', config.queue, 1_000),
  };
}
