import { type FuzzReport, fuzz, runEpisode } from './frames';
import { fuzzTunnels } from './tunnels';

/**
 * node --import tsx test/fuzz/long.ts [frames] [seed] [episode]
 *
 * Fires so many frames (1,000,000) at a session and an access concentrator, and as many packets at tunnels. With an episode's number: that one alone, as it
 * was in the run of this seed. Exits with 1 when something gave way, or memory grew.
 */
const [count = 1_000_000, seed = Date.now() % 2 ** 31, episode] = process.argv.slice(2).map(Number);

/** What the heap may have grown by between a quarter of the run and its end, in octets. */
const MOST_GROWTH = 30e6;

function memory(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function main(): number {
  if (episode !== undefined) {
    runEpisode(seed, episode, { frames: 0, episodes: 0, states: new Map(), ups: 0, malformed: 0, mostSubscribers: 0 });
    console.log(`seed ${seed}, episode ${episode}: nothing gave way`);
    return 0;
  }
  console.log(`${count} frames, seed ${seed}${globalThis.gc ? '' : ' (with --expose-gc memory is watched, too)'}`);
  const begin = performance.now();
  let told = 0;
  let quarter: number | undefined;
  const progress = ({ frames, episodes, ups }: FuzzReport) => {
    if (quarter === undefined && frames >= count / 4) quarter = memory();
    if (frames < told + count / 20) return;
    told = frames;
    const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
    console.log(
      `${frames} frames, ${episodes} episodes, ${ups} times up, ${(memory() / 1e6).toFixed(1)} MB, ${seconds} s`,
    );
  };
  const { states, malformed, mostSubscribers } = fuzz(count, seed, progress);
  console.log('to tunnels', fuzzTunnels(count, seed));
  const grown = memory() - (quarter ?? 0);
  console.log('to the session while', Object.fromEntries(states));
  console.log(`${malformed} malformed, at most ${mostSubscribers} subscribers, ${(grown / 1e6).toFixed(1)} MB more`);
  if (!globalThis.gc || grown <= MOST_GROWTH) return 0;
  console.error(`seed ${seed}: memory grew by ${grown} octets`);
  return 1;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
