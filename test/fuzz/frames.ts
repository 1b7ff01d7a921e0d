import assert from 'node:assert/strict';
import { isIPv4 } from 'node:net';
import type { SessionStateName } from '../../src/client/session-state';
import { PppoeError } from '../../src/errors';
import { decodeDiscovery } from '../../src/pppoe/discovery-packet';
import { MIN_MRU, PPPOE_MRU } from '../../src/wire/lcp';
import { MalformedPacket } from '../../src/wire/reader';
import { Prng } from '../client/prng';
import { Ac, Host } from '../client/stations';
import { World } from '../client/world';
import { captured } from './corpus';
import { decodeSome } from './decoders';
import { Insider } from './insider';
import { mutate } from './mutate';

/** Frames of one episode: enough to get somewhere, few enough that a failure is soon run again. */
const SHORT = 60;
/** Every so often one is long, to see whether engines grow. */
const LONG = 3_000;
const LONG_EVERY = 400;

/** How long after the last bad frame a session may take until it is up, in ms: every pause at its longest, twice. */
const RECOVERY = 2 * 900_000 * 1.2 + 200_000;

/** What a fuzz run was like, so that one that reaches nothing does not pass for a good one. */
export interface FuzzReport {
  frames: number;
  episodes: number;
  /** How many frames the session got in each of its states. */
  readonly states: Map<SessionStateName, number>;
  /** How often the session came up while it was under fire, and what it had counted in the end. */
  ups: number;
  malformed: number;
  mostSubscribers: number;
}

/** A frame, or what came of it, that an engine did not stand. */
export class FuzzFailure extends Error {
  constructor(
    readonly seed: number,
    readonly episode: number,
    readonly frame: Buffer | undefined,
    cause: unknown,
  ) {
    const octets = frame ? `\nlast frame: ${frame.toString('hex')}` : '';
    super(`seed ${seed}, episode ${episode}: ${cause instanceof Error ? cause.stack : cause}${octets}`, { cause });
  }
}

/** A frame of the access concentrator's that is dropped, so that the session stays in this state. */
const STAY: readonly (RegExp | undefined)[] = [
  undefined,
  undefined,
  /^PADO$/,
  /^PADS$/,
  /^LCP Configure-Ack$/,
  /^CHAP (Challenge|Success)$|^PAP/,
  /^IPCP Configure-(Nak|Ack)$/,
  /^LCP Terminate-Ack$/,
  /./,
];

const CAPTURED = captured();

/**
 * Runs episodes until so many frames are through. Each sets up a session and an access concentrator in virtual time, brings
 * them to some state, fires at both, and then wants them to find together again.
 * @throws FuzzFailure
 */
export function fuzz(count: number, seed: number, progress: (report: FuzzReport) => void = () => {}): FuzzReport {
  const report: FuzzReport = { frames: 0, episodes: 0, states: new Map(), ups: 0, malformed: 0, mostSubscribers: 0 };
  const { stackTraceLimit } = Error;
  // Most frames are malformed, and the stack of each of those errors would cost more than all else.
  Error.stackTraceLimit = 2;
  try {
    for (let episode = 0; report.frames < count; episode++) {
      runEpisode(seed, episode, report);
      progress(report);
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return report;
}

/** One episode of a run, by itself. */
export function runEpisode(seed: number, episode: number, report: FuzzReport): void {
  const one = new Episode(seed, episode, report);
  try {
    one.run(episode % LONG_EVERY === LONG_EVERY - 1 ? LONG : SHORT);
  } catch (error) {
    throw new FuzzFailure(seed, episode, one.lastFrame, error);
  }
}

class Episode {
  readonly #random: Prng;
  readonly #world: World;
  readonly #host: Host;
  readonly #ac: Ac;
  readonly #insider: Insider;
  lastFrame: Buffer | undefined;

  constructor(
    seed: number,
    episode: number,
    private readonly report: FuzzReport,
  ) {
    this.#random = new Prng(Math.imul(seed, 0x01000193) ^ Math.imul(episode + 1, 0x9e3779b1));
    this.#world = new World({ seed: this.#random.next(), delay: this.#random.pick([0, 1, 30]) });
    const authentication = this.#random.pick([['chap-md5'], ['chap-md5', 'pap'], ['pap'], []] as const);
    this.#ac = new Ac(this.#world, { authentication, poolSize: 20 });
    this.#host = new Host(this.#world);
    this.#insider = new Insider(this.#host.address, this.#ac.address, this.#random);
    this.#host.onEvent = (event) => {
      if (event.type === 'state' && event.state === 'up') report.ups++;
    };
  }

  run(frames: number): void {
    const world = this.#world;
    const stay = this.#random.pick(STAY);
    world.tap = ({ from, text, frame }) => {
      this.#insider.see(frame);
      world.log.length = 0;
      return from === 'ac' && stay?.test(text) ? 'drop' : undefined;
    };
    if (this.#random.chance(0.97)) this.#host.open();
    world.runFor(this.#random.pick([0, 1, 5, 40, 300, 2_000]));
    for (let fired = 0; fired < frames; fired++) this.#fire();
    this.report.episodes++;
    this.#recover();
  }

  #fire(): void {
    const random = this.#random;
    const toHost = random.chance(0.6);
    const frame = this.#makeFrame(toHost);
    this.lastFrame = frame;
    this.report.frames++;
    if (toHost) this.report.states.set(this.#host.state, (this.report.states.get(this.#host.state) ?? 0) + 1);
    decodeSome(frame, random);
    if (random.chance(0.85)) (toHost ? this.#host : this.#ac).receive(frame, this.#world.now);
    else this.#direct(frame, toHost);
    if (random.chance(0.03)) this.#act();
    if (random.chance(0.3))
      this.#world.runFor(random.chance(0.03) ? 60_000 : random.pick([0, 1, 1, 10, 10, 200, 1_000, 4_000]));
    this.#check();
  }

  /** Past the demultiplexer, as if it had made a mistake. */
  #direct(frame: Buffer, toHost: boolean): void {
    const { now } = this.#world;
    const handle = (input: Parameters<Host['session']['handle']>[0]) => {
      if (toHost) this.#host.act((session) => session.handle(input, now));
      else this.#ac.act((concentrator) => concentrator.handle(input, now));
    };
    if (this.#random.chance(0.6)) return handle({ type: 'frames', frames: [frame, frame.subarray(0, 40)] });
    try {
      handle({ type: 'discovery', packet: decodeDiscovery(frame) });
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
    }
  }

  #makeFrame(toHost: boolean): Buffer {
    const random = this.#random;
    const insider = this.#insider;
    const { recent } = insider;
    const model = () => (recent.length > 0 && random.chance(0.6) ? random.pick(recent) : random.pick(CAPTURED));
    const kind = random.below(20);
    if (kind < 3) return insider.discovery(toHost);
    if (kind < 9) return insider.control(toHost);
    if (kind < 11) return insider.patch(mutate(insider.discovery(toHost), random, model()), toHost);
    if (kind < 14) return insider.patch(mutate(insider.control(toHost), random, model()), toHost);
    if (kind === 14) return random.octets(random.below(1_600));
    if (kind === 15) return insider.frame(toHost, 0x0021, random.octets(random.below(1_500)));
    if (kind === 16) return Buffer.from(model());
    return insider.patch(mutate(model(), random, model()), toHost);
  }

  /** What a user or the cable does meanwhile. */
  #act(): void {
    const random = this.#random;
    const host = this.#host;
    switch (random.below(6)) {
      case 0:
        return void host.open();
      case 1:
        return void host.close();
      case 2:
        return void host.act((session, now) => session.reopen(now));
      case 3:
        host.unplug();
        this.#world.runFor(random.below(3_000));
        return host.plug();
      case 4:
        return void this.#ac.act((concentrator, now) => concentrator.disconnect(this.#insider.sessionId, now));
      default:
        return this.#sendSomething();
    }
  }

  #sendSomething(): void {
    try {
      this.#host.act((session) => session.sendPackets([this.#random.octets(this.#random.below(1_600))]));
    } catch (error) {
      if (!(error instanceof PppoeError)) throw error;
    }
  }

  #check(): void {
    for (const { deadline } of [this.#host.session, this.#ac.concentrator]) {
      assert.ok(deadline === undefined || Number.isFinite(deadline), `deadline ${deadline}`);
    }
    const subscribers = this.#ac.subscribers.length;
    this.report.mostSubscribers = Math.max(this.report.mostSubscribers, subscribers);
    assert.ok(subscribers <= 9, `${subscribers} subscribers of one host, and those in farewell`);
    const { state, localAddress, remoteAddress, dns, mru = PPPOE_MRU, mtu = PPPOE_MRU } = this.#host.snapshot;
    assert.equal(state, this.#host.state);
    assert.equal(localAddress === undefined, state !== 'up', `address ${localAddress} while ${state}`);
    for (const address of [localAddress, remoteAddress, ...dns]) assert.ok(!address || isIPv4(address), address);
    assert.ok(mru >= MIN_MRU && mru <= PPPOE_MRU && mtu >= MIN_MRU && mtu <= PPPOE_MRU, `MRU ${mru}, MTU ${mtu}`);
    assert.equal(this.#host.demultiplexer.size + this.#ac.demultiplexer.size, 2);
    this.#host.events.length = 0;
    this.#host.packets.length = 0;
    this.#ac.events.length = 0;
    this.#ac.packets.length = 0;
  }

  /** On a segment that is quiet again the session comes up, passes on, and ends without a trace. */
  #recover(): void {
    const world = this.#world;
    const host = this.#host;
    const ac = this.#ac;
    world.tap = () => {
      world.log.length = 0;
      return undefined;
    };
    this.report.malformed += host.snapshot.counters.malformed;
    host.open();
    const up = () =>
      host.state === 'up' && ac.subscribers.some(({ sessionId }) => sessionId === host.snapshot.sessionId);
    assert.ok(world.reaches(up, RECOVERY), `${host.state}, not up, on a quiet segment`);
    world.runFor(150_000);
    assert.ok(world.reaches(up, RECOVERY), `${host.state}, not up, on a segment that has been quiet for long`);
    assert.equal(ac.subscribers.length, 1, 'sessions are left over');
    host.close();
    assert.ok(
      world.reaches(() => host.state === 'idle' && ac.subscribers.length === 0, 10_000),
      'does not end',
    );
    assert.equal(host.session.deadline, undefined);
    // The deadline of the last session may still be named, but leads to nothing.
    world.runFor(60_000);
    assert.equal(ac.concentrator.deadline, undefined);
  }
}
