import assert from 'node:assert/strict';
import type { SessionSettings } from '../../src/client/settings';
import type { PppoeErrorCode } from '../../src/errors';
import { Prng } from './prng';
import { Ac, Host } from './stations';
import { CLEAN, type Wire, World } from './world';

/** How one session over a bad segment ended its first attempt. */
export interface Outcome {
  readonly seed: number;
  readonly state: 'up' | 'waiting';
  readonly code: PppoeErrorCode | undefined;
  /** In ms of virtual time. */
  readonly after: number;
}

/** The longest first attempt: four PADIs and four PADRs, three phases, and the farewell. */
const LONGEST_ATTEMPT = 15_000 + 15_000 + 3 * 30_000 + 10_000;

/** After so long without an answer the access concentrator's keepalive has ended every session. */
const FORGOTTEN = 20_000 * 5;

/** What a seed makes of the segment: each evil up to `worst`, some runs with one of them alone. */
export function wireFor(seed: number, worst: number): Wire {
  const random = new Prng(seed ^ 0x5eed);
  const alone = random.below(10);
  const upTo = (index: number) => (alone > 4 || alone === index ? random.fraction() * worst : 0);
  const delay = random.pick([0, 1, 10, 50, 200]);
  return {
    delay,
    jitter: random.fraction() * delay,
    loss: upTo(0),
    duplication: upTo(1),
    reordering: upTo(2),
    corruption: upTo(3),
  };
}

/**
 * One session over such a segment, from open to `up` or a typed reason; then the segment is mended and both ends must come to
 * agree, and leave nothing behind. Throws with the seed in the message.
 */
export function connectOver(seed: number, wire: Wire, settings: Partial<SessionSettings> = {}): Outcome {
  const world = new World({ seed, ...wire });
  world.keepLog = false;
  const random = new Prng(seed);
  const ac = new Ac(world, { authentication: random.pick([['chap-md5'], ['pap'], [], ['ms-chap-v2']] as const) });
  const host = new Host(world, settings).open();
  const fail = (what: string) => `seed ${seed}, ${JSON.stringify(wire)}: ${what}`;
  try {
    const ended = world.reaches(() => host.state === 'up' || host.state === 'waiting', LONGEST_ATTEMPT);
    assert.ok(ended, fail(`still ${host.state} after ${LONGEST_ATTEMPT} ms`));
    const state = host.state as Outcome['state'];
    const code = host.snapshot.reason?.code;
    if (state === 'waiting') assert.ok(code, fail('gave up without a reason'));
    const outcome: Outcome = { seed, state, code, after: world.now };
    mend(world, host, ac, fail);
    return outcome;
  } catch (error) {
    throw error instanceof Error && error.message.startsWith('seed')
      ? error
      : new Error(fail(String(error)), { cause: error });
  }
}

function mend(world: World, host: Host, ac: Ac, fail: (what: string) => string): void {
  world.wire = { ...CLEAN, delay: world.wire.delay };
  // What is still on its way arrives, and a session that only one end believes in is found out by its keepalive.
  world.runFor(FORGOTTEN);
  if (host.state === 'waiting') host.open();
  assert.ok(
    world.reaches(() => host.state === 'up', 200_000),
    fail(`${host.state} on a clean segment`),
  );
  world.runFor(FORGOTTEN);
  assert.ok(
    world.reaches(() => host.state === 'up', 200_000),
    fail(`${host.state} on a clean segment, later`),
  );
  const [subscriber, ...others] = ac.subscribers;
  assert.equal(others.length, 0, fail('sessions are left over'));
  const { sessionId, localAddress } = host.snapshot;
  assert.deepEqual(
    { id: subscriber?.sessionId, address: subscriber?.address, phase: subscriber?.phase },
    { id: sessionId, address: localAddress, phase: 'open' },
    fail('the ends do not agree'),
  );
  host.close();
  assert.ok(
    world.reaches(() => host.state === 'idle' && ac.subscribers.length === 0, 10_000),
    fail('does not end'),
  );
  assert.equal(host.session.deadline, undefined, fail('a deadline is left'));
}
