import { type Fault, type FaultName, readFaults } from '../../src/index';

/** Behaviours at times when nobody knows yet whose session it will be. */
const OF_EVERYBODY: readonly FaultName[] = ['refuse', 'early-lcp'];

/**
 * What is to be done wrong on purpose, from a field or a message: names separated by commas, JSON, or what `readFaults` takes;
 * nothing, an empty text or false for no faults.
 * @throws RangeError that says what is wanted.
 */
export function faultsOf(value: unknown): readonly Fault[] {
  if (value === undefined || value === null || value === false) return [];
  return readFaults(typeof value === 'string' ? listed(value.trim()) : value);
}

/** As `faultsOf`, of an account or a session. */
export function ownFaultsOf(value: unknown): readonly Fault[] {
  const faults = faultsOf(value);
  const wrong = faults.find(({ name }) => OF_EVERYBODY.includes(name));
  if (wrong) throw new RangeError(`the fault ${wrong.name} is for every host, not for one subscriber`);
  return faults;
}

function listed(text: string): unknown {
  if (text.startsWith('[') || text.startsWith('{')) return parsed(text);
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RangeError('faults must be names separated by commas, or JSON', { cause });
  }
}
