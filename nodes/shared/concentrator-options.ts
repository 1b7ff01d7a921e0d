import {
  type Account,
  AUTHENTICATOR_PROTOCOLS,
  CONCENTRATOR_DEFAULTS,
  type PppoeConcentratorOptions,
  parseIpv4,
} from '../../src/index';
import { type AuthenticationField, authenticationOf } from './authentication';
import { listOf, numberOf } from './fields';

/** The properties of a `pppoe-concentrator` node, as the editor stores them. */
export interface ConcentratorConfig {
  readonly interface: string;
  readonly acName?: string;
  /** Service-Names, separated by commas; none: any. */
  readonly services?: string;
  /** `none`: everybody is let in. */
  readonly authentication?: AuthenticationField;
  readonly address?: string;
  readonly poolStart?: string;
  readonly poolSize?: number | string;
  /** Name servers, separated by commas. */
  readonly dns?: string;
  readonly mru?: number | string;
}

export interface ConcentratorCredentials {
  /** JSON: an array of { username, password, address? }. */
  readonly accounts?: string;
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
    acName: config.acName || defaults.acName,
    serviceNames: services.length > 0 ? services : defaults.serviceNames,
    accounts: accountsOf(credentials.accounts),
    authentication:
      config.authentication === 'none' ? [] : authenticationOf(config.authentication, AUTHENTICATOR_PROTOCOLS),
    address: config.address ? parseIpv4(config.address.trim()) : defaults.address,
    poolStart: config.poolStart ? parseIpv4(config.poolStart.trim()) : defaults.poolStart,
    poolSize: numberOf('pool size', config.poolSize, defaults.poolSize),
    dns: listOf(config.dns).map((server) => parseIpv4(server)),
    mru: numberOf('MRU', config.mru, defaults.mru),
  };
}

/**
 * The credentials with accounts in which each field that is an environment variable, `${NAME}`, has its value.
 * @param valueFor the value of such a field.
 */
export function resolvedAccounts(
  { accounts }: ConcentratorCredentials,
  valueFor: (variable: string) => string,
): ConcentratorCredentials {
  if (!accounts) return {};
  const resolve = (_key: string, value: unknown) =>
    typeof value === 'string' && /^\$\{[^\s{}]+\}$/.test(value) ? valueFor(value) : value;
  return { accounts: JSON.stringify(listIn(accounts), resolve) ?? accounts };
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
  const { username, password, address } = (account ?? {}) as Partial<
    Record<'username' | 'password' | 'address', unknown>
  >;
  if (typeof username !== 'string' || typeof password !== 'string' || username === '' || password === '') {
    throw new RangeError(`account ${index + 1} needs a user name and a password`);
  }
  return { username, password, ...(address ? { address: parseIpv4(String(address).trim()) } : {}) };
}
