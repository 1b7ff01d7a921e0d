import { EventEmitter } from 'node:events';
import { within } from '../client/settings';
import type { LinkCounters } from '../link/link';
import { type EtherTypes, type Framing, framingOf } from '../pppoe/framing';
import { etherTypeAt, pppoeOffset, protocolOffset } from '../pppoe/session-frame';
import { isIpData } from '../wire/describe/protocols';
import { maskSecrets } from '../wire/describe/secrets';
import type { VlanTag } from '../wire/ethernet';
import type { MacAddress } from '../wire/mac-address';
import { type CapturedFrame, pcapngEnd, pcapngFrames, pcapngHeader } from '../wire/pcapng';
import { type Clock, systemClock } from './clock';
import { FrameRing } from './frame-ring';
import { openPort, type SharedPort } from './ports';

/** Which port of this process: the one that sessions with the same values use. */
export interface Segment {
  /** An interface of this machine (`eth0`), or a segment within this process (`virtual:lab`). */
  readonly interface: string;
  /** An Ethernet address instead of the interface's own. */
  readonly macAddress?: MacAddress;
  readonly vlan?: readonly VlanTag[];
  readonly etherTypes?: EtherTypes;
}

/** Discovery and what negotiates, IP packets, or both. */
export type CaptureFilter = 'control' | 'data' | 'all';

export interface CaptureOptions extends Segment {
  /** `all` if absent. */
  readonly filter?: CaptureFilter;
  /**
   * `masked` if absent: passwords of PAP and responses of CHAP and EAP are overwritten with `*`. What is inside IP packets is
   * never changed.
   */
  readonly secrets?: 'masked' | 'kept';
  /** How many of the last frames are kept for `file`: none if absent. */
  readonly keep?: number;
}

interface CaptureEvents {
  /** What was captured since the last time, in order. Nothing is gathered while nobody listens. */
  frames: [frames: readonly CapturedFrame[]];
}

interface Recorded extends CapturedFrame {
  readonly comments: string[];
}

/** How long frames are gathered before they are told, in ms. */
const GATHERING = 100;
/** Where no frame comes for long there may be much to say. */
const MOST_COMMENTS = 50;
/** So many octets are told at once. */
const MOST_GATHERED = 64 * 1024;

/**
 * Captures the frames that this process sends and receives on an interface as a host: those of all sessions, scans and others
 * on it. From its making to `close`; it keeps the interface open for that time.
 */
export class Capture extends EventEmitter<CaptureEvents> {
  readonly #shared: SharedPort;
  readonly #release: () => void;
  readonly #framing: Framing;
  readonly #ring: FrameRing;
  readonly #before: LinkCounters;
  readonly #startedAt: number;
  /** The wall clock when it began, in microseconds. */
  readonly #start: number;
  #gathered: Recorded[] = [];
  #octets = 0;
  #cancel: (() => void) | undefined;
  #last: Recorded | undefined;
  #comments: string[] = [];
  #frames = 0;

  /**
   * Opens the interface.
   * @throws PppoeError `no-interface`, `permission`, `no-native`; RangeError for impossible options.
   */
  constructor(
    private readonly options: CaptureOptions,
    private readonly clock: Clock = systemClock,
  ) {
    super();
    const { interface: name, macAddress, vlan = [], etherTypes, keep = 0 } = options;
    within('frames to keep', keep, 0, 1_000_000);
    this.#framing = framingOf({ vlan, ...(etherTypes ? { etherTypes } : {}) });
    this.#ring = new FrameRing(keep);
    this.#startedAt = clock.now();
    this.#start = Date.parse(clock.date(this.#startedAt)) * 1_000;
    const own = macAddress ? { address: macAddress } : {};
    this.#shared = openPort({ interface: name, role: 'host', framing: this.#framing, ...own }, clock);
    this.#before = { ...this.#shared.port.linkCounters };
    this.#release = this.#shared.port.tap((frames, direction, now) => {
      for (const frame of frames) this.#record(frame, direction, now);
    });
  }

  /** How many frames were captured. */
  get count(): number {
    return this.#frames;
  }

  /** Of those that are kept. */
  get kept(): number {
    return this.#ring.length;
  }

  /** What a pcapng file of `frames` begins with. @param comments about the whole file. */
  header(comments: readonly string[] = []): Buffer {
    const { secrets = 'masked', interface: name, filter = 'all' } = this.options;
    const masked = 'Passwords of PAP and responses of CHAP and EAP are overwritten with *.';
    return pcapngHeader({
      interface: name,
      description: `PPPoE host, ${filter === 'all' ? 'all' : `${filter} only`}`,
      address: this.#shared.port.link.address,
      application: '@pppoe/node-red-pppoe',
      comments: [...comments, ...(secrets === 'masked' ? [masked] : [])],
    });
  }

  /** What a pcapng file of `frames` ends with. */
  end(): Buffer {
    const { received, receiveDrops } = this.#shared.port.linkCounters;
    return pcapngEnd({
      time: this.#time(this.clock.now()),
      start: this.#start,
      received: received - this.#before.received,
      dropped: receiveDrops - this.#before.receiveDrops,
    });
  }

  /** The frames that are kept, as a whole pcapng file. */
  file(comments: readonly string[] = []): Buffer {
    return Buffer.concat([this.header(comments), pcapngFrames(this.recent)]);
  }

  /** The frames that are kept, the oldest first. */
  get recent(): readonly CapturedFrame[] {
    return this.#ring.frames;
  }

  /** Notes something beside the frame that came or went last, or the next one if that has been told already. */
  comment(text: string): void {
    const comments = this.#last?.comments ?? this.#comments;
    comments.push(text);
    if (comments.length > MOST_COMMENTS) comments.shift();
  }

  /** Tells what is gathered, and lets go of the interface. */
  close(): void {
    this.#release();
    this.#tell();
    this.#shared.close();
  }

  #record(frame: Buffer, direction: CapturedFrame['direction'], now: number): void {
    const { filter = 'all', secrets = 'masked' } = this.options;
    if (filter !== 'all' && (filter === 'data') !== this.#isData(frame)) return;
    // Octets of their own: the frame is somebody's who may change it, and part of a batch that would be kept with it.
    const octets = Buffer.allocUnsafeSlow(frame.length);
    frame.copy(octets);
    if (secrets === 'masked') maskSecrets(octets, this.#framing);
    const recorded = { time: this.#time(now), direction, octets, comments: this.#comments };
    this.#comments = [];
    this.#last = recorded;
    this.#frames++;
    if (this.#ring.limit > 0) this.#ring.push(recorded);
    if (this.listenerCount('frames') > 0) this.#gather(recorded, now);
  }

  #gather(frame: Recorded, now: number): void {
    this.#gathered.push(frame);
    const before = this.#octets;
    this.#octets += frame.octets.length;
    const isFull = before < MOST_GATHERED && this.#octets >= MOST_GATHERED;
    if (!isFull && this.#gathered.length > 1) return;
    // Never at once: the engines are at work.
    this.#cancel?.();
    this.#cancel = this.clock.wake(isFull ? now : now + GATHERING, () => this.#tell());
  }

  #tell(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const frames = this.#gathered;
    this.#gathered = [];
    this.#octets = 0;
    if (frames.length === 0) return;
    this.#last = undefined;
    this.emit('frames', frames);
  }

  #isData(frame: Buffer): boolean {
    const at = pppoeOffset(frame, this.#framing);
    if (at < 0 || etherTypeAt(frame, at) !== this.#framing.session) return false;
    const start = protocolOffset(at);
    return frame.length >= start + 2 && isIpData(frame.readUInt16BE(start));
  }

  #time(now: number): number {
    return this.#start + Math.round((now - this.#startedAt) * 1_000);
  }
}
