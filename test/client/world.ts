import assert from 'node:assert/strict';
import type { Engine } from '../../src/pppoe/engine';
import { isGroupMac, type MacAddress } from '../../src/wire/mac-address';
import { frameText } from './frame-text';
import { Prng } from './prng';
import { Schedule } from './schedule';

/** What a segment does to frames. Times in ms of virtual time, the others are probabilities for each frame. */
export interface Wire {
  /** One way. */
  readonly delay: number;
  /** Up to so much more, at random. */
  readonly jitter: number;
  readonly loss: number;
  readonly duplication: number;
  /** A frame is held back until later ones have overtaken it. */
  readonly reordering: number;
  /** Octets change or the end is cut off; there is no FCS that would show it. */
  readonly corruption: number;
}

export const CLEAN: Wire = { delay: 1, jitter: 0, loss: 0, duplication: 0, reordering: 0, corruption: 0 };

/** Something with an address that stands on the segment. */
export interface Station {
  readonly name: string;
  readonly address: MacAddress;
  linkUp: boolean;
  receive(frame: Buffer, now: number): void;
}

export interface Sent {
  readonly at: number;
  readonly from: string;
  readonly text: string;
  readonly frame: Buffer;
}

/** How often in a row an engine may be woken at one and the same time before it counts as stuck. */
const MOST_WAKES = 10;

/**
 * Stations on a simulated segment, in virtual time. `now` moves from one thing that is due to the next: a frame that
 * arrives, or an engine's deadline. Nothing here waits, and the same seed gives the same run.
 */
export class World {
  readonly random: Prng;
  readonly #schedule = new Schedule();
  readonly #stations: Station[] = [];
  #now = 0;
  wire: Wire;
  /** What was sent, in order, unless `keepLog` is false. */
  readonly log: Sent[] = [];
  keepLog = true;
  /** Sees each frame first: may drop it, or hold it back for so many ms. */
  tap: (sent: Sent) => 'drop' | number | undefined = () => undefined;

  constructor({ seed = 1, ...wire }: Partial<Wire> & { readonly seed?: number } = {}) {
    this.random = new Prng(seed);
    this.wire = { ...CLEAN, ...wire };
  }

  get now(): number {
    return this.#now;
  }

  add(station: Station): void {
    this.#stations.push(station);
  }

  /** A locally administered address that no other station has. */
  freshAddress(): MacAddress {
    return Buffer.concat([Buffer.of(0x02, 0x10), this.random.octets(4)]);
  }

  send(from: Station, frame: Buffer): void {
    if (!from.linkUp) return;
    const sent: Sent = { at: this.#now, from: from.name, text: this.keepLog ? frameText(frame) : '', frame };
    if (this.keepLog) this.log.push(sent);
    const verdict = this.tap(sent);
    if (verdict === 'drop') return;
    const copies = this.random.chance(this.wire.duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) this.#carry(from, frame, verdict ?? 0);
  }

  at(time: number, run: () => void): void {
    this.#schedule.add(Math.max(time, this.#now), run);
  }

  after(ms: number, run: () => void): void {
    this.at(this.#now + ms, run);
  }

  /** Lets so much time pass. */
  runFor(ms: number): void {
    const end = this.#now + ms;
    while (this.#step(end));
    this.#now = end;
  }

  /** Lets time pass until this holds. Fails, with what was sent, when it does not within so many ms. */
  runUntil(holds: () => boolean, within = 120_000, what = 'what was waited for'): void {
    assert.ok(this.reaches(holds, within), `${what} did not come within ${within} ms of virtual time:\n${this.text()}`);
  }

  /** Lets time pass until this holds, or so many ms are over. */
  reaches(holds: () => boolean, within: number): boolean {
    const end = this.#now + within;
    while (!holds()) {
      if (this.#step(end)) continue;
      this.#now = end;
      return holds();
    }
    return true;
  }

  /** The texts of what a station has sent since a time. */
  sentBy(name: string, since = 0): string[] {
    return this.log.filter((sent) => sent.from === name && sent.at >= since).map(({ text }) => text);
  }

  /** The log's end, for people. */
  text(): string {
    const lines = this.log.slice(-60).map(({ at, from, text }) => `${at.toFixed(1).padStart(10)} ${from}: ${text}`);
    return lines.join('\n');
  }

  #step(end: number): boolean {
    const next = this.#schedule.next;
    if (next === undefined || next > end) return false;
    this.#now = next;
    this.#schedule.take()?.();
    return true;
  }

  #carry(from: Station, frame: Buffer, held: number): void {
    const { wire, random } = this;
    if (random.chance(wire.loss)) return;
    const octets = random.chance(wire.corruption) ? corrupted(frame, random) : frame;
    const late = random.chance(wire.reordering) ? random.fraction() * (4 * wire.delay + 50) : 0;
    this.after(wire.delay + random.fraction() * wire.jitter + late + held, () => {
      for (const station of this.#stations) {
        const reached = station !== from && station.linkUp && octets.length >= 14;
        if (!reached || !(isGroupMac(octets) || station.address.compare(octets, 0, 6) === 0)) continue;
        station.receive(Buffer.from(octets), this.#now);
      }
    });
  }
}

/** Wakes an engine of a world when its deadline has come. Call `arm` after everything that the engine has done. */
export class Alarm {
  #armedFor: number | undefined;
  #wakes = 0;
  #lastWake = -1;

  constructor(
    private readonly world: World,
    private readonly engine: Engine,
    private readonly due: () => void,
  ) {}

  arm(): void {
    const { deadline } = this.engine;
    if (deadline === undefined) return;
    assert.ok(Number.isFinite(deadline), `the deadline is ${deadline}`);
    if (this.#armedFor !== undefined && this.#armedFor <= deadline) return;
    const at = Math.max(deadline, this.world.now);
    this.#armedFor = at;
    this.world.at(at, () => this.#ring(at));
  }

  #ring(at: number): void {
    if (this.#armedFor !== at) return;
    this.#armedFor = undefined;
    const { deadline } = this.engine;
    if (deadline !== undefined && deadline <= at) {
      this.#wakes = this.#lastWake === at ? this.#wakes + 1 : 1;
      this.#lastWake = at;
      assert.ok(this.#wakes <= MOST_WAKES, `the engine does not move its deadline of ${deadline} on`);
      this.due();
    }
    this.arm();
  }
}

function corrupted(frame: Buffer, random: Prng): Buffer {
  if (random.chance(0.2)) return Buffer.from(frame.subarray(0, random.below(frame.length)));
  const copy = Buffer.from(frame);
  for (let count = 1 + random.below(3); count > 0; count--) copy[random.below(copy.length)] = random.below(256);
  return copy;
}
