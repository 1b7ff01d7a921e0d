import { PppoeError } from '../errors';
import { TPIDS } from '../wire/ethernet';
import { isGroupMac, type MacAddress } from '../wire/mac-address';
import { MalformedPacket } from '../wire/reader';
import type { Link, LinkCounters } from './link';
import type { Carrier, OpenCarrier, Trouble } from './tunnel-carrier';
import type { Encapsulation } from './tunnel-encapsulation';

/** The time, in ms, from whoever has a clock. */
export interface TunnelClock {
  now(): number;
  /** Calls back at that time; the result prevents it. */
  wake(at: number, call: () => void): () => void;
}

export interface TunnelLinkOptions {
  /** What people call the far end: `192.0.2.1`. */
  readonly remote: string;
  readonly address: MacAddress;
  /** The largest IP packet of the underlay, in octets. */
  readonly underlayMtu: number;
  /** The Ethernet types to receive, untagged or behind VLAN tags: PPPoE's if absent. */
  readonly etherTypes?: readonly number[];
  /** What counts as a VLAN tag. */
  readonly tpids?: readonly number[];
}

const ETHERNET_HEADER = 14;
/** Frames that wait until the socket takes them; more are dropped, as by a full queue. */
const MOST_WAITING = 10_000;
/** Reports that the far end cannot be reached are believed when they still come so long after the first, in ms. */
const DOUBT = 1_000;
/** How long the link stays down before it is tried again, in ms. It doubles with each time that nothing comes back. */
const PAUSE = { first: 1_000, max: 30_000 };
/** As RouterOS does by default, in ms. */
const KEEPALIVE = 10_000;
/** A host must take IP packets of so many octets (RFC 791): a report of less is a forgery. */
const LEAST_MTU = 576;

type Phase = 'up' | 'down' | 'closed';

/**
 * Ethernet in packets to one far end.
 *
 * A tunnel has no carrier to lose. It goes down when our system has no way to the far end, or when reports keep coming that
 * it cannot be reached and nothing else does. It is up again when something comes from there, or after a pause, on trial.
 */
export class TunnelLink implements Link {
  onFrames: (frames: readonly Buffer[]) => void = () => {};
  onDown: (error: PppoeError) => void = () => {};
  onUp: () => void = () => {};
  readonly address: MacAddress;
  readonly tags = 'counted';

  readonly #carrier: Carrier;
  readonly #etherTypes: readonly number[];
  readonly #tpids: readonly number[];
  #underlayMtu: number;
  #phase: Phase = 'up';
  #waiting = 0;
  /** Since when reports come that nobody is there, with nothing from the far end meanwhile. */
  #doubtedSince: number | undefined;
  #pause = PAUSE.first;
  #cancelRetry = () => {};
  #cancelKeepalive = () => {};
  readonly #counters = { received: 0, sent: 0, sendDrops: 0 };
  readonly #refused = { strangers: 0, wrongKeys: 0, malformed: 0, fragments: 0 };

  /** @throws what `open` throws. */
  constructor(
    private readonly options: TunnelLinkOptions,
    private readonly encapsulation: Encapsulation,
    open: OpenCarrier,
    private readonly clock: TunnelClock,
  ) {
    const { address, underlayMtu, etherTypes = [0x8863, 0x8864], tpids = TPIDS } = options;
    this.address = address;
    this.#underlayMtu = underlayMtu;
    this.#etherTypes = etherTypes;
    this.#tpids = tpids;
    this.#carrier = open({
      packet: (payload) => this.#receive(payload),
      refused: (why) => {
        this.#refused[why]++;
      },
      trouble: (trouble) => this.#consider(trouble),
      isOwn: (start) => encapsulation.isOwn(start),
    });
    this.#keepAlive();
  }

  get mtu(): number {
    return this.#underlayMtu - this.#carrier.overhead - this.encapsulation.overhead - ETHERNET_HEADER;
  }

  get counters(): LinkCounters {
    return { ...this.#counters, receiveDrops: this.#carrier.drops, refused: { ...this.#refused } };
  }

  send(frames: readonly Buffer[]): void {
    const longest = this.mtu + ETHERNET_HEADER;
    for (const frame of frames) {
      const fits = frame.length >= ETHERNET_HEADER && frame.length <= longest;
      if (this.#phase === 'up' && fits && this.#waiting < MOST_WAITING) this.#hand(frame);
      else this.#counters.sendDrops++;
    }
  }

  close(): void {
    this.#phase = 'closed';
    this.#cancelRetry();
    this.#cancelKeepalive();
    this.#carrier.close();
  }

  #hand(frame: Buffer): void {
    this.#waiting++;
    this.#carrier.send(this.encapsulation.header(frame.length), frame, (trouble) => {
      this.#waiting--;
      if (trouble === undefined) this.#counters.sent++;
      else {
        this.#counters.sendDrops++;
        this.#consider(trouble);
      }
    });
  }

  #receive(payload: Buffer): void {
    if (this.#phase === 'closed') return;
    const frame = this.#unwrap(payload);
    if (frame === undefined || this.#isClosed() || !this.#isForUs(frame)) return;
    this.#counters.received++;
    this.onFrames([frame]);
  }

  #unwrap(payload: Buffer): Buffer | undefined {
    try {
      const content = this.encapsulation.unwrap(payload);
      if (content.kind === 'wrong-key') {
        this.#refused.wrongKeys++;
        return undefined;
      }
      const frame = content.kind === 'frame' ? content.frame : undefined;
      if (frame && frame.length < ETHERNET_HEADER) {
        this.#refused.malformed++;
        return undefined;
      }
      this.#heard();
      return frame;
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.#refused.malformed++;
      return undefined;
    }
  }

  #isForUs(frame: Buffer): boolean {
    if (!isGroupMac(frame) && this.address.compare(frame, 0, 6) !== 0) return false;
    let at = 12;
    while (at < 20 && frame.length >= at + 6 && this.#tpids.includes(frame.readUInt16BE(at))) at += 4;
    return this.#etherTypes.includes(frame.readUInt16BE(at));
  }

  #heard(): void {
    this.#doubtedSince = undefined;
    this.#pause = PAUSE.first;
    this.#goUp();
  }

  #consider(trouble: Trouble): void {
    if (this.#phase !== 'up' || trouble.kind === 'dropped') return;
    if (trouble.kind === 'narrow') return this.#narrow(trouble.mtu);
    const now = this.clock.now();
    this.#doubtedSince ??= now;
    if (trouble.source === 'reported' && now - this.#doubtedSince < DOUBT) return;
    this.#goDown(trouble.text);
  }

  /** What the sessions have agreed with their peers does not fit any more: they have to begin again. */
  #narrow(mtu: number): void {
    if (mtu >= this.#underlayMtu || mtu < LEAST_MTU) return;
    this.#underlayMtu = mtu;
    this.#goDown(`The path to ${this.options.remote} carries IP packets of ${mtu} octets only`);
  }

  #goDown(text: string): void {
    this.#phase = 'down';
    this.#cancelRetry = this.clock.wake(this.clock.now() + this.#pause, () => this.#goUp());
    this.#pause = Math.min(2 * this.#pause, PAUSE.max);
    this.onDown(new PppoeError('link-down', text));
  }

  #goUp(): void {
    if (this.#phase !== 'down') return;
    this.#cancelRetry();
    this.#phase = 'up';
    this.onUp();
  }

  #keepAlive(): void {
    const { keepalive } = this.encapsulation;
    if (keepalive === undefined) return;
    const tell = () => {
      this.#carrier.send(keepalive, Buffer.alloc(0), (trouble) => trouble && this.#consider(trouble));
      this.#cancelKeepalive = this.clock.wake(this.clock.now() + KEEPALIVE, tell);
    };
    tell();
  }

  // A method, since the compiler does not know that callbacks change the phase.
  #isClosed(): boolean {
    return this.#phase === 'closed';
  }
}
