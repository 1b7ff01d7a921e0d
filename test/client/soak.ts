import { connectOver, type Outcome, wireFor } from './loss';
import type { Wire } from './world';

/**
 * node --import tsx test/client/soak.ts [runs] [first seed] [worst]
 *
 * So many sessions (10,000), each over a segment of its own with up to 30 % of loss, duplication, reordering and corruption:
 * each must come up or give up with a typed reason before its deadline, and end in order on the mended segment. Exits with 1,
 * and names the seeds and what little of the segment's evil they need, when one does not.
 */
const [runs = 10_000, firstSeed = 1, worst = 0.3] = process.argv.slice(2).map(Number);

const EVILS = ['loss', 'duplication', 'reordering', 'corruption', 'jitter'] as const;

/** The message of the failure, or undefined when the run holds. */
function failureOf(seed: number, wire: Wire): string | undefined {
  try {
    connectOver(seed, wire);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The same failure's segment with as few evils, and as little delay, as it still needs. */
function shrink(seed: number, wire: Wire): Wire {
  let smallest = wire;
  const candidates = [...EVILS.map((evil) => ({ [evil]: 0 })), { delay: 0 }, { delay: 1 }];
  for (const candidate of candidates) {
    const smaller = { ...smallest, ...candidate };
    if (failureOf(seed, smaller) !== undefined) smallest = smaller;
  }
  return smallest;
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

/** How many runs ended how, and after how long in virtual time. */
function tell(outcomes: readonly Outcome[]): void {
  const ends = new Map<string, number[]>();
  for (const { state, code, after } of outcomes) {
    const name = state === 'up' ? 'up' : `gave up: ${code}`;
    const times = ends.get(name);
    if (times) times.push(after);
    else ends.set(name, [after]);
  }
  for (const [name, times] of [...ends].sort(([, one], [, other]) => other.length - one.length)) {
    const sorted = times.sort((one, other) => one - other);
    const share = ((100 * times.length) / outcomes.length).toFixed(2).padStart(6);
    const [median, tail, longest] = [0.5, 0.99, 1].map((part) => `${Math.round(quantile(sorted, part))} ms`);
    const counted = `${String(times.length).padStart(6)} ${share} %`;
    console.log(`${name.padEnd(30)} ${counted}   median ${median}, 99 % ${tail}, longest ${longest}`);
  }
}

function main(): number {
  console.log(`${runs} runs from seed ${firstSeed}, up to ${100 * worst} % of each evil`);
  const begin = performance.now();
  const outcomes: Outcome[] = [];
  const failures: number[] = [];
  for (let index = 0; index < runs; index++) {
    const seed = firstSeed + index;
    const wire = wireFor(seed, worst);
    try {
      outcomes.push(connectOver(seed, wire));
    } catch (error) {
      failures.push(seed);
      console.error(error instanceof Error ? error.message : error);
      console.error(`  shrunk: ${JSON.stringify(shrink(seed, wire))}`);
    }
    if ((index + 1) % Math.ceil(runs / 10) !== 0) continue;
    const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
    console.log(`${index + 1} runs, ${failures.length} failures, ${seconds} s`);
  }
  tell(outcomes);
  if (failures.length > 0) console.error(`seeds that failed: ${failures.join(', ')}`);
  return failures.length > 0 ? 1 : 0;
}

process.exitCode = main();
