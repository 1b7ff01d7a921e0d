import { earliest } from '../ppp/automaton';
import type { Framing } from '../pppoe/framing';
import { CONTROL, decodeControl, encodeControl, encodeOptions, type Option, option16 } from '../wire/control';
import { describeFrame } from '../wire/describe/frame';
import { IPCP_OPTION } from '../wire/ipcp';
import { LCP_OPTION } from '../wire/lcp';
import { PROTOCOL } from '../wire/ppp';
import type { Fault } from './faults';

/** Where frames go that a fault has let through. */
export interface FrameOutlets {
  transmit(frame: Buffer): void;
  /** Takes a frame that was held back. */
  receive(frame: Buffer, now: number): void;
  random(octets: number): Buffer;
}

/** What may be done to a session. */
export interface SessionActions {
  /** Sends a control packet. */
  reply(protocol: number, information: Buffer): void;
  rechallenge(now: number): void;
  renegotiate(now: number): void;
  terminate(now: number): void;
}

interface Held {
  readonly at: number;
  release(now: number): void;
}

/** A fault that happens at a time, once or again and again. */
interface Timed {
  readonly fault: Extract<Fault, { readonly seconds: number }>;
  at: number | undefined;
}

/** So many frames may wait; more are lost. */
const MOST_HELD = 1_000;

/** Does to the frames of one session, or of the discovery stage, what the faults say. Without faults it is not there. */
export class FaultInjector {
  readonly #held: Held[] = [];
  readonly #timed: Timed[];
  readonly #pad: number;
  #naks = 0;
  #begun = false;
  #vanished = false;

  constructor(
    private readonly faults: readonly Fault[],
    private readonly framing: Framing,
    private readonly outlets: FrameOutlets,
    /** Absent in the discovery stage. */
    private readonly session?: SessionActions,
  ) {
    this.#timed = faults.flatMap((fault) => ('seconds' in fault ? [{ fault, at: undefined }] : []));
    this.#pad = faults.reduce((sum, fault) => sum + (fault.name === 'pad' ? fault.octets : 0), 0);
  }

  get deadline(): number | undefined {
    return earliest(...this.#held.map(({ at }) => at), ...this.#timed.map(({ at }) => at));
  }

  /** The session is up, or already was when the faults were set: their times begin. */
  begin(now: number): void {
    if (this.#begun) return;
    this.#begun = true;
    for (const timed of this.#timed) timed.at = now + 1_000 * timed.fault.seconds;
  }

  /** Sends a frame of ours, or does not, or later. */
  send(frame: Buffer, now: number): void {
    if (this.#vanished) return;
    const padded = this.#pad > 0 ? Buffer.concat([frame, Buffer.alloc(this.#pad, 0xa5)]) : frame;
    const delay = this.#fate('sent', frame);
    if (delay === 'drop') return;
    if (delay > 0) this.#hold(now + delay, () => this.outlets.transmit(padded));
    else this.outlets.transmit(padded);
  }

  /** False for a frame of the host's that is not to be handled, or not now. */
  takes(frame: Buffer, payload: Buffer | undefined, now: number): boolean {
    if (this.#vanished) return false;
    const delay = this.#fate('received', frame);
    if (delay === 'drop') return false;
    if (delay > 0) this.#hold(now + delay, (later) => this.outlets.receive(frame, later));
    return delay === 0 && !(payload && this.#refusesForEver(payload));
  }

  due(now: number): void {
    const released = this.#held.filter(({ at }) => at <= now);
    this.#held.splice(0, this.#held.length, ...this.#held.filter(({ at }) => at > now));
    for (const { release } of released) release(now);
    for (const timed of this.#timed) {
      if (timed.at === undefined || now < timed.at) continue;
      timed.at = timed.fault.name === 'rechallenge' ? now + 1_000 * timed.fault.seconds : undefined;
      this.#happen(timed.fault.name, now);
    }
  }

  #happen(name: Timed['fault']['name'], now: number): void {
    switch (name) {
      case 'rechallenge':
        return this.session?.rechallenge(now);
      case 'renegotiate':
        return this.session?.renegotiate(now);
      case 'terminate':
        return this.session?.terminate(now);
      case 'vanish':
        this.#vanished = true;
        return;
    }
  }

  /** What becomes of a frame: lost, or late by so many ms. */
  #fate(direction: 'sent' | 'received', frame: Buffer): 'drop' | number {
    let delay = 0;
    for (const fault of this.faults) {
      if (fault.name === 'no-echo' && direction === 'received' && this.#isNamed(frame, 'LCP Echo-Request'))
        return 'drop';
      if (fault.name !== 'drop' && fault.name !== 'delay') continue;
      if (fault.direction !== 'both' && fault.direction !== direction) continue;
      if (!this.#isNamed(frame, fault.packets)) continue;
      if (fault.name === 'delay') delay += fault.ms;
      else if (this.outlets.random(4).readUInt32BE() < fault.share * 2 ** 32) return 'drop';
    }
    return delay;
  }

  #hold(at: number, release: Held['release']): void {
    if (this.#held.length < MOST_HELD) this.#held.push({ at, release });
  }

  /** Answers a Configure-Request with a Configure-Nak, each time for another value. */
  #refusesForEver(payload: Buffer): boolean {
    const protocol = payload.readUInt16BE(0);
    const nak = NAKS.find(([name, number]) => number === protocol && this.#neverAgrees(name));
    const packet = nak && decodeControl(payload.subarray(2), nak[0]);
    if (!nak || packet?.code !== CONTROL.configureRequest) return false;
    const data = encodeOptions([nak[2](++this.#naks)]);
    this.session?.reply(protocol, encodeControl({ code: CONTROL.configureNak, identifier: packet.identifier, data }));
    return true;
  }

  #neverAgrees(protocol: string): boolean {
    return this.faults.some((fault) => fault.name === 'endless-nak' && fault.protocol === protocol);
  }

  /** True for a frame that one of these names, separated by commas, is meant for. */
  #isNamed(frame: Buffer, packets: string): boolean {
    const { protocol, code } = describeFrame(frame, this.framing);
    const names = ['*', protocol, code, `${protocol} ${code}`];
    return packets.split(',').some((name) => names.includes(name.trim()));
  }
}

/** What is asked for instead, the nth time. */
const NAKS: readonly (readonly ['LCP' | 'IPCP', number, (time: number) => Option])[] = [
  ['LCP', PROTOCOL.lcp, (time) => option16(LCP_OPTION.mru, 1_000 + (time % 400))],
  ['IPCP', PROTOCOL.ipcp, (time) => ({ type: IPCP_OPTION.ipAddress, data: Buffer.of(192, 0, 2, 1 + (time % 250)) })],
];
