import type { Reason } from '../errors';
import { describeFrame, type FrameDescription, frameLine } from '../wire/describe/frame';
import { PPPOE_TYPES, type PppoeTypes } from '../wire/describe/locate';
import { maskSecrets } from '../wire/describe/secrets';
import type { Field } from '../wire/describe/values';
import { formatMac } from '../wire/mac-address';
import type { SessionStateName } from './session-state';

export type FrameDirection = 'sent' | 'received';

/**
 * - `repeated`: the same octets went the same way shortly before.
 * - `refused`: it refuses what the other side asked for: an error tag, a Reject, an Authenticate-Nak, a Failure.
 * - `malformed`: not what it should be; dropped.
 * - `ignored`: whole, but nothing that the session waits for in its state.
 */
export type FrameMark = 'repeated' | 'refused' | 'malformed' | 'ignored';

/** A control frame, decoded. */
export interface FrameEvent {
  readonly type: 'frame';
  /** In ms of the engine's clock. */
  readonly at: number;
  /** Counted from 1; 0 for what came before the first. */
  readonly attempt: number;
  readonly direction: FrameDirection;
  /** The Ethernet address of the other side. */
  readonly peer: string;
  /**
   * `PPPoE` for discovery, else the PPP protocol: `LCP`, `CHAP`, `IPCP`, or `0x8281` for one without a name here. Of our own
   * IPv6 host `ICMPv6` and `DHCPv6`.
   */
  readonly protocol: string;
  /** In the RFCs' spelling: `PADI`, `Configure-Request`. */
  readonly code: string;
  readonly identifier?: number;
  /** SESSION_ID, 0 to 65535. */
  readonly sessionId?: number;
  /** Tags, options or other fields, in their order. */
  readonly options: readonly Field[];
  /** All of it on one line. */
  readonly text: string;
  /** The Ethernet frame, a copy. Passwords and responses are overwritten with `*`; lengths are as they were. */
  readonly octets: Buffer;
  readonly mark?: FrameMark;
}

/** A state that the session entered between two frames. */
export interface StateEntry {
  readonly type: 'state';
  readonly serial: number;
  readonly attempt: number;
  readonly at: number;
  readonly state: SessionStateName;
  readonly reason: Reason | undefined;
}

/** A control frame as it is kept: decoded only when `event` is called. */
export interface FrameEntry {
  readonly type: 'frame';
  /** One more with each entry of the trace. */
  readonly serial: number;
  readonly attempt: number;
  readonly at: number;
  readonly direction: FrameDirection;
  event(): FrameEvent;
}

export type TraceEntry = FrameEntry | StateEntry;

export interface TraceAttempt {
  readonly number: number;
  readonly entries: readonly TraceEntry[];
}

/** How many frames are kept. */
export const TRACE_LIMIT = 500;
/** A session whose link flaps changes its state without a frame: frames and states together are bounded, too. */
const MOST_ENTRIES = 2 * TRACE_LIMIT;
/** Of the present attempt so many entries are kept from its beginning, when Echo-Requests have long displaced them. */
const OPENING = 100;
/** A frame that was sent so many frames ago is not repeated, but said again. */
const MEMORY = 64;
/** As many as a session holds back until PADS. */
const MOST_HELD = 16;
/** States in which frames that came before PADS may be handled. */
const REPLAYING: readonly SessionStateName[] = ['establishing', 'authenticating', 'configuring'];

/**
 * The control frames that one session sent and received, and the states it entered: the last 500 frames, and the beginning
 * of the present attempt. Frames are copied, with their secrets masked, and decoded when somebody reads them.
 *
 * The flow's IP packets are not among them. A session carries more of them in a moment than are kept in all, so that nothing
 * would be left of its negotiation; a flow has them in hand itself, and a copy of each would cost what it costs to carry it.
 * What the session's own IPv6 host says and hears (Neighbour Discovery, DHCPv6) is part of the negotiation, and is kept.
 */
export class Trace {
  /** The time of what is recorded next, in ms of the engine's clock. */
  now = 0;
  readonly #entries: TraceEntry[] = [];
  #frames = 0;
  #opening: TraceEntry[] = [];
  #recent: KeptFrame[] = [];
  #serial = 0;
  #attempt = 0;
  #state: SessionStateName = 'idle';
  #received: KeptFrame | undefined;
  /** Frames that are handled again once PADS has come: each is recorded when it arrives. */
  readonly #held = new Map<Buffer, KeptFrame>();

  /**
   * @param onFrame is called with each frame, before it is handled.
   * @param describe puts a frame into words.
   */
  constructor(
    private readonly onFrame: (frame: FrameEntry) => void = () => {},
    private readonly types: PppoeTypes = PPPOE_TYPES,
    private readonly describe: typeof describeFrame = describeFrame,
  ) {}

  sent(frame: Buffer): void {
    this.#record(frame, 'sent');
  }

  received(frame: Buffer): void {
    const held = this.#held.get(frame);
    this.#received = held ?? this.#record(frame, 'received');
    if (!held && this.#state === 'requesting' && this.#held.size < MOST_HELD) this.#held.set(frame, this.#received);
  }

  /** An IP packet of the flow's came: it is not traced, and what becomes of it marks no frame. */
  skipped(): void {
    this.#received = undefined;
  }

  /** Says what became of the frame that was received last. */
  mark(mark: 'malformed' | 'ignored'): void {
    if (this.#received) this.#received.fate = mark;
  }

  entered(state: SessionStateName, reason: Reason | undefined): void {
    // A negotiation that begins anew repeats nothing.
    const anew = state === 'discovering' || (state === 'establishing' && this.#state !== 'requesting');
    if (anew) this.#recent = [];
    this.#state = state;
    if (state === 'discovering') {
      this.#attempt++;
      this.#opening = [];
    }
    if (!REPLAYING.includes(state)) this.#held.clear();
    this.#add({ type: 'state', serial: ++this.#serial, attempt: this.#attempt, at: this.now, state, reason });
  }

  /** The highest serial number that was given; 0 before the first. */
  get newest(): number {
    return this.#serial;
  }

  /** The last 500 frames, the oldest first. */
  get frames(): readonly FrameEntry[] {
    return this.#entries.filter((entry) => entry.type === 'frame');
  }

  /**
   * Frames and states by attempt, the oldest first. The present attempt begins with its beginning, also when what followed is
   * no longer kept: serial numbers then leave a gap.
   */
  get attempts(): readonly TraceAttempt[] {
    const attempts = new Map<number, TraceEntry[]>();
    const first = this.#entries[0]?.serial ?? 0;
    const displaced = this.#opening.filter(({ serial }) => serial < first);
    for (const entry of [...displaced, ...this.#entries]) {
      const entries = attempts.get(entry.attempt);
      if (entries) entries.push(entry);
      else attempts.set(entry.attempt, [entry]);
    }
    return [...attempts].map(([number, entries]) => ({ number, entries }));
  }

  #record(frame: Buffer, direction: FrameDirection): KeptFrame {
    const octets = tightCopy(frame);
    maskSecrets(octets, this.types);
    const repeated = this.#recent.some((one) => one.direction === direction && one.octets.equals(octets));
    const place = { serial: ++this.#serial, attempt: this.#attempt, at: this.now, direction };
    const kept = new KeptFrame(place, octets, repeated, () => this.describe(octets, this.types));
    this.#recent.push(kept);
    if (this.#recent.length > MEMORY) this.#recent.shift();
    this.#add(kept);
    this.onFrame(kept);
    return kept;
  }

  #add(entry: TraceEntry): void {
    this.#entries.push(entry);
    if (this.#opening.length < OPENING) this.#opening.push(entry);
    if (entry.type === 'frame') this.#frames++;
    while (this.#frames > TRACE_LIMIT || this.#entries.length > MOST_ENTRIES) {
      if (this.#entries.shift()?.type === 'frame') this.#frames--;
    }
  }
}

interface FramePlace {
  readonly serial: number;
  readonly attempt: number;
  readonly at: number;
  readonly direction: FrameDirection;
}

class KeptFrame implements FrameEntry {
  readonly type = 'frame';
  readonly serial: number;
  readonly attempt: number;
  readonly at: number;
  readonly direction: FrameDirection;
  /** What the engine made of it. */
  fate: 'malformed' | 'ignored' | undefined;
  #description: FrameDescription | undefined;

  constructor(
    place: FramePlace,
    readonly octets: Buffer,
    private readonly repeated: boolean,
    private readonly describe: () => FrameDescription,
  ) {
    this.serial = place.serial;
    this.attempt = place.attempt;
    this.at = place.at;
    this.direction = place.direction;
  }

  event(): FrameEvent {
    this.#description ??= this.describe();
    const { protocol, code, identifier, sessionId, options } = this.#description;
    const mark = this.#mark(this.#description);
    // A malformed frame's line says already why it is.
    const said = this.#description.malformed !== undefined;
    const line = frameLine(this.#description);
    const peerAt = this.direction === 'sent' ? 0 : 6;
    return {
      type: 'frame',
      at: this.at,
      attempt: this.attempt,
      direction: this.direction,
      peer: formatMac(this.octets.subarray(peerAt, peerAt + 6)),
      protocol,
      code,
      ...(identifier === undefined ? {} : { identifier }),
      ...(sessionId === undefined ? {} : { sessionId }),
      options,
      text: `${this.direction} ${line}${mark === undefined || said ? '' : ` (${mark})`}`,
      octets: Buffer.from(this.octets),
      ...(mark === undefined ? {} : { mark }),
    };
  }

  #mark({ malformed, refuses }: FrameDescription): FrameMark | undefined {
    if (malformed !== undefined || this.fate === 'malformed') return 'malformed';
    if (this.fate) return this.fate;
    if (refuses) return 'refused';
    return this.repeated ? 'repeated' : undefined;
  }
}

/** Octets of their own: a slice would keep the whole batch that it came in. */
function tightCopy(frame: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(frame.length);
  frame.copy(copy);
  return copy;
}
