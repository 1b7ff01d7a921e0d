import { areOwnFaults } from './faults.js';
import { isAtMost, isIpv4, orVariable } from './rules.js';

/** A subscriber of an access concentrator, as its dialog stores it. */
export interface Account {
  readonly username?: string;
  readonly password?: string;
  readonly address?: string;
  /** Names separated by commas, or JSON. */
  readonly faults?: string;
}

export const ACCOUNT_KEYS = ['username', 'password', 'address', 'faults'] as const;

const isName = (text: string) => text !== '' && isAtMost(255)(text);

/** The accounts of the stored text; undefined when it is not a list that the dialog could have made. */
export function parseAccounts(text: string): readonly Account[] | undefined {
  if (text === '') return [];
  try {
    const accounts: unknown = JSON.parse(text);
    return Array.isArray(accounts) ? accounts.map(withTexts) : undefined;
  } catch {
    return undefined;
  }
}

/** Credentials that no dialog has made may have faults as objects. */
function withTexts(account: Account & { readonly faults?: unknown }): Account {
  const faults = account?.faults;
  return faults && typeof faults !== 'string' ? { ...account, faults: JSON.stringify(faults) } : account;
}

/** The stored text; empty for no accounts. What is empty altogether is left out, and so are an address and faults that are. */
export function formatAccounts(accounts: readonly Account[]): string {
  const written = accounts
    .filter((account) => ACCOUNT_KEYS.some((key) => account[key]))
    .map(({ username, password, address, faults }) => ({
      username,
      password,
      ...(address ? { address } : {}),
      ...(faults ? { faults } : {}),
    }));
  return written.length > 0 ? JSON.stringify(written) : '';
}

/** The fields of an account that are not what they should be; none of an account that has not been begun. */
export function wrongIn({ username = '', password = '', address = '', faults = '' }: Account): (keyof Account)[] {
  if (!username && !password && !address && !faults) return [];
  return ACCOUNT_KEYS.filter((key) => {
    if (key === 'address') return !orVariable(isIpv4)(address);
    if (key === 'faults') return !areOwnFaults(faults);
    return !isName(key === 'username' ? username : password);
  });
}

/** A list of accounts, each with a user name of its own and a password. */
export function areAccounts(text: string): boolean {
  const accounts = parseAccounts(text);
  if (!accounts?.every((account) => account.username && wrongIn(account).length === 0)) return false;
  return new Set(accounts.map(({ username }) => username)).size === accounts.length;
}
