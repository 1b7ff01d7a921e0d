import type { AuthenticationProtocol } from '../../src/index';
import { listOf } from './fields';

/** As a form stores it: names separated by commas, the preferred one first; `any` or nothing for all. */
export type AuthenticationField = string | readonly string[];

/**
 * The protocols that a field names, in its order.
 * @param possible what there is to choose from, in the order that `any` stands for.
 * @throws RangeError for a name that is none of them.
 */
export function authenticationOf(
  field: AuthenticationField | undefined,
  possible: readonly AuthenticationProtocol[],
): readonly AuthenticationProtocol[] {
  const names = typeof field === 'object' ? field : listOf(field);
  if (names.length === 0 || (names.length === 1 && names[0] === 'any')) return possible;
  return [...new Set(names)].map((name) => {
    const protocol = possible.find((candidate) => candidate === name);
    if (!protocol) throw new RangeError(`authentication must be any, or some of ${possible.join(', ')}, not '${name}'`);
    return protocol;
  });
}
