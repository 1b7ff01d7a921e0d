import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { detailsOf, summaryOf } from '../../nodes/shared/session-records';
import { encodeIpv4, PppoeConcentrator, PppoeSession, parseIpv4 } from '../../src/index';

const SESSIONS = 100;
/** What a sidebar that is looked at asks for in a second. */
const ASKED = ['/list', '/details', '/details'];
/** How many frames there are in that second, at least. */
const FRAMES = 10_000;
/** By so much the engine may be slowed. */
const MOST = 0.05;
const ROUNDS = 16;

/** A hundred sessions that are up, each with a packet for the next, and what the sidebar's endpoints do for them. */
export async function crowd() {
  const segment = { interface: 'virtual:bench' };
  const account = { username: 'bench', password: 'bench' };
  const concentrator = new PppoeConcentrator({ ...segment, accounts: [account] });
  const nodes = Array.from({ length: SESSIONS }, (_, index) => {
    const macAddress = Buffer.of(2, 0, 0, 0, 1, index);
    const session = new PppoeSession({ ...segment, ...account, macAddress });
    return { id: String(index), topic: `line ${index}`, session };
  });
  for (const { session } of nodes) session.connect();
  await Promise.all(nodes.map(({ session }) => session.connected(30_000)));
  const [node] = nodes;
  if (!node) throw new Error('there is no session');
  const now = new Date().toISOString();
  const { epoch } = detailsOf(node, { epoch: '', serial: 0 }, now) ?? { epoch: '' };
  const details = (known: { epoch: string; serial: number }) => JSON.stringify(detailsOf(node, known, now));
  return {
    sessions: nodes.map(({ session }) => session),
    list: () => JSON.stringify(nodes.map(summaryOf)),
    nothingNew: () => details({ epoch, serial: node.session.newest }),
    whole: () => details({ epoch: '', serial: 0 }),
    close: async () => {
      await Promise.all(nodes.map(({ session }) => session.close(2_000)));
      await concentrator.close();
    },
  };
}

/**
 * For how long the engine's thread has worked, in ms: on Linux without the time that others had the processor, elsewhere the
 * time on the clock.
 */
function worked(): number {
  const { pid } = process;
  const schedule = `/proc/self/task/${pid}/schedstat`;
  return existsSync(schedule) ? Number(readFileSync(schedule, 'utf8').split(' ')[0]) / 1e6 : performance.now();
}

type Crowd = Awaited<ReturnType<typeof crowd>>;

/** Every session sends a packet to the next one's address, through the access concentrator: two frames each. */
function traffic({ sessions }: Crowd) {
  const packets = sessions.map((session, index) => {
    const source = parseIpv4(session.status.localAddress ?? '');
    const destination = parseIpv4(sessions[(index + 1) % sessions.length]?.status.localAddress ?? '');
    const header = { tos: 0, identification: 0, fragment: 0, ttl: 64, protocol: 17, options: Buffer.alloc(0) };
    return { session, packet: encodeIpv4({ ...header, source, destination, payload: Buffer.alloc(200) }) };
  });
  let arrived = 0;
  for (const { session } of packets) {
    session.packets.claim((received) => {
      arrived += received.length;
    });
  }
  /** How long the engine works, in ms, until so many frames have gone through: each packet that arrives was two of them. */
  return async (frames: number): Promise<number> => {
    const begin = worked();
    for (const wanted = arrived + frames / 2; arrived < wanted; await turn()) {
      for (const { session, packet } of packets) session.send([packet]);
    }
    return worked() - begin;
  };
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

/**
 * How long it takes the engine to move as many frames as it can in a second, while a sidebar is looked at over HTTP and while none is, in turns.
 * @throws Error when the sidebar slows the engine by more than it may.
 */
export async function compareThroughput(crowd: Crowd): Promise<void> {
  const server = createServer(({ url }, response) => {
    response.end(url === '/list' ? crowd.list() : crowd.nothingNew());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const workerData = { address: `http://127.0.0.1:${port}`, paths: ASKED };
  const watcher = new Worker(join(__dirname, 'watcher.mjs'), { workerData });
  const pass = traffic(crowd);
  await pass(FRAMES);
  const frames = Math.max(FRAMES, Math.round((FRAMES * 1_000) / (await pass(FRAMES))));
  const watched = async () => {
    const answered = once(watcher, 'message');
    watcher.postMessage('ask');
    const time = await pass(frames);
    await answered;
    return time;
  };
  await watched();
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Alone first, then watched first: what warms up or slows down meanwhile is in both.
    const first = round % 2 === 0 ? await pass(frames) : await watched();
    const second = round % 2 === 0 ? await watched() : await pass(frames);
    ratios.push(round % 2 === 0 ? second / first : first / second);
  }
  await watcher.terminate();
  server.close();
  const slower = median(ratios) - 1;
  console.log(
    `\na sidebar that is looked at slows ${SESSIONS} sessions with ${frames} frames a second by ${(100 * slower).toFixed(2)} %`,
  );
  if (!(slower <= MOST)) throw new Error(`the sidebar may slow the engine by ${100 * MOST} % at most`);
}
