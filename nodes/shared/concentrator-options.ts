import {
  type Account,
  AUTHENTICATOR_PROTOCOLS,
  CONCENTRATOR_DEFAULTS,
  type PppoeConcentratorOptions,
  parseIpv4,
} from '../../src/index';
import { type AuthenticationField, authenticationOf } from './authentication';
import { type ConcentratorIpv6Config, concentratorIpv6Options } from './concentrator-ipv6';
import { type ConcentratorRadiusConfig, concentratorRadiusOptions } from './concentrator-radius';
import { type EthernetConfig, ethernetOptions } from './ethernet-fields';
import { faultsOf, ownFaultsOf } from './fault-field';
import { listOf, numberOf, type Tick, tickOf } from './fields';

/** Who decides about logins, as the form stores it. */
const ADMISSIONS = {
  accounts: { admission: 'accounts', asks: 'nobody' },
  ask: { admission: 'ask', asks: 'flow' },
  'accounts-then-ask': { admission: 'accounts-then-ask', asks: 'flow' },
  radius: { admission: 'ask', asks: 'radius' },
  'accounts-then-radius': { admission: 'accounts-then-ask', asks: 'radius' },
} as const;

/** The properties of a `pppoe-concentrator` node, as the editor stores them. */
export interface ConcentratorConfig
  extends Omit<EthernetConfig, 'vlan' | 'vlanDataPcp'>,
    ConcentratorIpv6Config,
    ConcentratorRadiusConfig {
  readonly interface: string;
  /** As of a session; or `any`: hosts of every VLAN, and untagged ones, are served. */
  readonly vlan?: string | number;
  readonly acName?: string;
  /** Service-Names, separated by commas; none: any. */
  readonly services?: string;
  /** In ms. */
  readonly padoDelay?: number | string;
  readonly maxSessions?: number | string;
  readonly maxSessionsPerHost?: number | string;
  /** How many PADI and PADR are dealt with at once, and then each second. */
  readonly discoveryBurst?: number | string;
  readonly discoveryRate?: number | string;
  readonly admission?: string;
  /** In seconds. */
  readonly decisionTimeout?: number | string;
  readonly checkSource?: Tick;
  readonly queue?: number | string;
  /** `none`: everybody is let in. */
  readonly authentication?: AuthenticationField;
  readonly address?: string;
  readonly poolStart?: string;
  readonly poolSize?: number | string;
  /** Name servers, separated by commas. */
  readonly dns?: string;
  /** NetBIOS name servers, separated by commas. */
  readonly nbns?: string;
  readonly mru?: number | string;
  /** What is done wrong on purpose: names separated by commas, or JSON. */
  readonly faults?: string;
}

export interface ConcentratorCredentials {
  /** JSON: an array of { username, password, address?, faults? }. */
  readonly accounts?: string;
  /** Of all RADIUS servers. */
  readonly radiusSecret?: string;
}

/** @throws RangeError that names the field and what is wanted. */
export function concentratorOptions(
  config: ConcentratorConfig,
  credentials: ConcentratorCredentials,
): PppoeConcentratorOptions {
  const defaults = CONCENTRATOR_DEFAULTS;
  const name = config.interface?.trim();
  if (!name) throw new RangeError('an interface is needed, like eth1 or virtual:lab');
  const services = listOf(config.services);
  return {
    interface: name,
    ...segmentOf(config),
    acName: config.acName || defaults.acName,
    serviceNames: services.length > 0 ? services : defaults.serviceNames,
    accounts: accountsOf(credentials.accounts),
    authentication:
      config.authentication === 'none' ? [] : authenticationOf(config.authentication, AUTHENTICATOR_PROTOCOLS),
    address: config.address ? parseIpv4(config.address.trim()) : defaults.address,
    poolStart: config.poolStart ? parseIpv4(config.poolStart.trim()) : defaults.poolStart,
    poolSize: numberOf('pool size', config.poolSize, defaults.poolSize),
    dns: listOf(config.dns).map((server) => parseIpv4(server)),
    nbns: listOf(config.nbns).map((server) => parseIpv4(server)),
    faults: faultsOf(config.faults),
    ...concentratorIpv6Options(config),
    checkSource: tickOf('source check', config.checkSource, defaults.checkSource),
    mru: numberOf('MRU', config.mru, defaults.mru),
    ...limitsOf(config),
    ...admissionOf(config),
    ...concentratorRadiusOptions(config, credentials.radiusSecret, choiceOf(config).asks === 'radius'),
    queueLimit: numberOf('receive queue', config.queue, 1_000),
  };
}

/** With any VLAN the tag only says which TPID is one, too. */
function segmentOf(config: ConcentratorConfig): Pick<PppoeConcentratorOptions, 'vlan' | 'anyVlan' | 'etherTypes'> {
  const anyVlan = String(config.vlan ?? '').trim() === 'any';
  const vlan = anyVlan ? (config.vlanTpid ? '0' : '') : config.vlan;
  const { dataPcp: _, ...options } = ethernetOptions({ ...config, ...(vlan === undefined ? {} : { vlan }) });
  return { ...options, anyVlan };
}

function limitsOf(config: ConcentratorConfig) {
  const { padoDelay, maxSessions, maxSessionsPerHost, discoveryLimit } = CONCENTRATOR_DEFAULTS;
  return {
    padoDelay: numberOf('PADO delay', config.padoDelay, padoDelay),
    maxSessions: countOf('most sessions', config.maxSessions, maxSessions, 65_534),
    maxSessionsPerHost: countOf('most sessions per host', config.maxSessionsPerHost, maxSessionsPerHost, 65_534),
    discoveryLimit: {
      burst: numberOf('discovery burst', config.discoveryBurst, discoveryLimit.burst),
      perSecond: numberOf('discovery rate', config.discoveryRate, discoveryLimit.perSecond),
    },
  };
}

function admissionOf(config: ConcentratorConfig): Pick<PppoeConcentratorOptions, 'admission' | 'decisionTimeout'> {
  const { decisionTimeout } = CONCENTRATOR_DEFAULTS;
  return {
    admission: choiceOf(config).admission,
    decisionTimeout: 1_000 * numberOf('time for a decision', config.decisionTimeout, decisionTimeout / 1_000),
  };
}

function choiceOf({ admission }: ConcentratorConfig): (typeof ADMISSIONS)[keyof typeof ADMISSIONS] {
  const choices: ReadonlyMap<string, (typeof ADMISSIONS)[keyof typeof ADMISSIONS]> = new Map(
    Object.entries(ADMISSIONS),
  );
  const choice = choices.get(admission || CONCENTRATOR_DEFAULTS.admission);
  if (choice) return choice;
  throw new RangeError(`logins must be decided by one of ${[...choices.keys()].join(', ')}, not '${admission}'`);
}

function countOf(field: string, value: number | string | undefined, fallback: number, most: number): number {
  const count = numberOf(field, value, fallback);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new RangeError(`${field} must be a whole number from 1 to ${most}, not ${count}`);
}

/**
 * The credentials, in which each field that is an environment variable, `${NAME}`, has its value: of the accounts, and the
 * secret.
 * @param valueFor the value of such a field.
 */
export function resolvedCredentials(
  { accounts, radiusSecret }: ConcentratorCredentials,
  valueFor: (variable: string) => string,
): ConcentratorCredentials {
  const resolve = (value: unknown) =>
    typeof value === 'string' && /^\$\{[^\s{}]+\}$/.test(value) ? valueFor(value) : value;
  return {
    ...(accounts ? { accounts: JSON.stringify(listIn(accounts), (_key, value) => resolve(value)) ?? accounts } : {}),
    ...(radiusSecret ? { radiusSecret: String(resolve(radiusSecret)) } : {}),
  };
}

/** The list that the text is; undefined when it is none. */
function listIn(text: string): readonly unknown[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : undefined;
  } catch {
    return undefined;
  }
}

function accountsOf(text: string | undefined): readonly Account[] {
  if (!text) return [];
  const accounts = listIn(text);
  if (!accounts) throw new RangeError('accounts must be a JSON array');
  return accounts.map(accountOf);
}

function accountOf(account: unknown, index: number): Account {
  const { username, password, address, faults } = (account ?? {}) as Partial<
    Record<'username' | 'password' | 'address' | 'faults', unknown>
  >;
  if (typeof username !== 'string' || typeof password !== 'string' || username === '' || password === '') {
    throw new RangeError(`account ${index + 1} needs a user name and a password`);
  }
  return {
    username,
    password,
    ...(address ? { address: parseIpv4(String(address).trim()) } : {}),
    ...(faults ? { faults: ownFaultsOf(faults) } : {}),
  };
}
