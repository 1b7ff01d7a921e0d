import type { NodeDef } from 'node-red';
import {
  AUTHENTICATION_PROTOCOLS,
  type Pause,
  type PppoeSessionOptions,
  parseIpv4,
  parseMac,
  type ReconnectSettings,
  SESSION_DEFAULTS,
} from '../../src/index';
import { type AuthenticationField, authenticationOf } from './authentication';
import { type EthernetConfig, ethernetOptions } from './ethernet-fields';
import { hostUniqOf, numberOf, type Tick, tickOf } from './fields';
import { type Ipv6Config, ipv6Options } from './ipv6-options';

/** The properties of a `pppoe-session` node, as the editor stores them. */
export interface SessionConfig extends NodeDef, EthernetConfig, Ipv6Config {
  readonly interface: string;
  readonly autoconnect?: Tick;
  readonly reconnect?: Tick;
  /** The pauses before another attempt, in seconds: the first and the longest of each kind. */
  readonly pauseLost?: number | string;
  readonly pauseLostMax?: number | string;
  readonly pauseNoOffer?: number | string;
  readonly pauseNoOfferMax?: number | string;
  readonly pauseRefused?: number | string;
  readonly pauseRefusedMax?: number | string;
  readonly pauseAuthentication?: number | string;
  readonly pauseAuthenticationMax?: number | string;
  readonly service?: string;
  readonly omitService?: Tick;
  /** In ms. */
  readonly offerWindow?: number | string;
  readonly acName?: string;
  readonly acMac?: string;
  readonly hostUniq?: string;
  readonly mac?: string;
  readonly mru?: number | string;
  readonly clampMss?: Tick;
  readonly address?: string;
  readonly remoteAddress?: string;
  readonly dns?: Tick;
  readonly nbns?: Tick;
  readonly authentication?: AuthenticationField;
  readonly authenticationRequired?: Tick;
  /** `off`, `fixed` or `adaptive`. */
  readonly keepalive?: string;
  readonly keepaliveInterval?: number | string;
  readonly keepaliveFailures?: number | string;
  readonly queue?: number | string;
}

export interface SessionCredentials {
  readonly username?: string;
  readonly password?: string;
}

/** @throws RangeError for what is no tick. */
export function connectsAtStart({ autoconnect }: SessionConfig): boolean {
  return tickOf('connecting at start', autoconnect, true);
}

/** @throws RangeError that names the field and what is wanted. */
export function sessionOptions(config: SessionConfig, credentials: SessionCredentials): PppoeSessionOptions {
  const defaults = SESSION_DEFAULTS;
  const name = config.interface?.trim();
  if (!name) throw new RangeError('an interface is needed, like eth1 or virtual:lab');
  connectsAtStart(config);
  return {
    interface: name,
    username: credentials.username ?? '',
    password: credentials.password ?? '',
    serviceName: config.service ?? '',
    omitServiceName: tickOf('Service in PADI', config.omitService, defaults.omitServiceName),
    offerWindow: numberOf('offer window', config.offerWindow, defaults.offerWindow),
    ...ethernetOptions(config),
    ...(config.acName ? { acName: config.acName } : {}),
    ...(config.acMac ? { acAddress: parseMac(config.acMac) } : {}),
    ...(config.hostUniq ? { hostUniq: hostUniqOf(config.hostUniq) } : {}),
    ...(config.mac ? { macAddress: parseMac(config.mac) } : {}),
    ...(config.address ? { address: parseIpv4(config.address.trim()) } : {}),
    ...(config.remoteAddress ? { remoteAddress: parseIpv4(config.remoteAddress.trim()) } : {}),
    mru: numberOf('MRU', config.mru, defaults.mru),
    clampMss: tickOf('TCP MSS', config.clampMss, defaults.clampMss),
    dns: tickOf('name servers', config.dns, defaults.dns),
    nbns: tickOf('NetBIOS servers', config.nbns, defaults.nbns),
    ...ipv6Options(config),
    authentication: authenticationOf(config.authentication, AUTHENTICATION_PROTOCOLS),
    authenticationRequired: tickOf(
      'required authentication',
      config.authenticationRequired,
      defaults.authenticationRequired,
    ),
    keepalive: {
      mode: keepaliveOf(config.keepalive),
      interval: 1_000 * numberOf('keepalive interval', config.keepaliveInterval, defaults.keepalive.interval / 1_000),
      failures: numberOf('keepalive failures', config.keepaliveFailures, defaults.keepalive.failures),
    },
    reconnect: reconnectOf(config),
    queueLimit: numberOf('receive queue', config.queue, 1_000),
  };
}

function reconnectOf(config: SessionConfig): ReconnectSettings {
  const { reconnect } = SESSION_DEFAULTS;
  const pause = (kind: 'Lost' | 'NoOffer' | 'Refused' | 'Authentication', fallback: Pause): Pause => ({
    first: 1_000 * numberOf('pause', config[`pause${kind}`], fallback.first / 1_000),
    max: 1_000 * numberOf('longest pause', config[`pause${kind}Max`], fallback.max / 1_000),
  });
  return {
    ...reconnect,
    enabled: tickOf('reconnecting', config.reconnect, reconnect.enabled),
    lost: pause('Lost', reconnect.lost),
    noOffer: pause('NoOffer', reconnect.noOffer),
    refused: pause('Refused', reconnect.refused),
    authentication: pause('Authentication', reconnect.authentication),
  };
}

function keepaliveOf(mode: string | undefined): NonNullable<PppoeSessionOptions['keepalive']>['mode'] {
  if (!mode) return SESSION_DEFAULTS.keepalive.mode;
  if (mode === 'off' || mode === 'fixed' || mode === 'adaptive') return mode;
  throw new RangeError(`keepalive must be off, fixed or adaptive, not '${mode}'`);
}
