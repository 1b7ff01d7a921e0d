// Many sessions against one concentrator in this process, all up and all closed. Prints what became of them, and what is left on
// the heap, as JSON. Needs --expose-gc.
import { once } from 'node:events';
import { PppoeConcentrator } from '../../src/runtime/pppoe-concentrator';
import { PppoeSession } from '../../src/runtime/pppoe-session';
import { parseIpv6 } from '../../src/wire/ipv6';

const SESSIONS = 1_000;
/** Long enough for a busy machine; what takes longer than this is reported as not up. */
const LIMIT = 120_000;

const accounts = Array.from({ length: SESSIONS }, (_, index) => ({ username: `user${index}`, password: `pw${index}` }));
const concentrator = new PppoeConcentrator({
  interface: 'virtual:thousand',
  accounts,
  poolSize: SESSIONS,
  maxSessions: SESSIONS,
  maxSessionsPerHost: SESSIONS,
  ipv6: { prefix: { address: parseIpv6('2001:db8::'), length: 48 }, dns: [], lifetime: 3_600 },
});

async function round(count: number) {
  let sessions = accounts
    .slice(0, count)
    .map((credentials) => new PppoeSession({ interface: 'virtual:thousand', ...credentials }));
  for (const session of sessions) session.connect();
  const outcomes = await Promise.allSettled(sessions.map((session) => session.connected(LIMIT)));
  const up = outcomes.filter(({ status }) => status === 'fulfilled').length;
  const lines = concentrator.subscribers;
  const addresses = new Set(lines.map(({ address }) => address)).size;
  const atConcentrator = lines.filter(({ phase }) => phase === 'open').length;
  await Promise.all(sessions.map((session) => session.close(LIMIT)));
  while (concentrator.size > 0) await once(concentrator, 'subscriber-down');
  sessions = [];
  return { up, addresses, atConcentrator };
}

function heap(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function main() {
  // What is made once, compiled code and who had which address, is there after the first two; a leak grows with each.
  await round(SESSIONS);
  await round(SESSIONS);
  await turn();
  const before = heap();
  const outcome = await round(SESSIONS);
  await turn();
  const after = heap();
  const left = concentrator.size;
  await concentrator.close();
  console.log(JSON.stringify({ ...outcome, left, before, after }));
}

void main();
