import type { AuthenticationDetail } from '../errors';
import type { AuthenticationProtocol } from '../wire/lcp';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** What one side's part in an authentication reports. `text` is the other side's message, for people. */
export interface AuthenticationOutlets {
  send(packet: Buffer): void;
  progress(text: string): void;
  succeeded(text: string, now: number): void;
  failed(text: string, now: number, detail?: AuthenticationDetail): void;
  /** The other side answered nothing. */
  unanswered(now: number): void;
}

/** One side's part in PAP, CHAP or EAP. It lives as long as LCP is opened: it may be asked again at any time. */
export interface Authentication {
  readonly deadline: number | undefined;
  start(now: number): void;
  /** @throws MalformedPacket */
  receive(packet: Buffer, now: number): void;
  due(now: number): void;
  /** Sends nothing more by itself, but still understands an answer. */
  suspend(): void;
}

/** The part of the side that authenticates itself. */
export interface AuthenticationPeer extends Authentication {
  /** The other side has been told who we are, and must still accept or refuse it. */
  readonly awaitsVerdict: boolean;
}

/** What a peer proved its claim with, for somebody else who checks it. Not for logs or events. */
export type Evidence =
  | { readonly protocol: 'pap'; readonly password: Buffer }
  | {
      readonly protocol: 'chap-md5' | 'ms-chap-v2';
      readonly identifier: number;
      readonly challenge: Buffer;
      /** The Value of the Response: 16 octets of CHAP with MD5, 49 of MS-CHAPv2 (RFC 2759 §4). */
      readonly response: Buffer;
    };

/** Somebody who says who it is, and how that is checked. Neither password nor hash is a property of this object. */
export interface Claim {
  readonly protocol: AuthenticationProtocol;
  readonly username: string;
  /** True when the peer has proved that it knows this password. Takes the same time for right and for wrong ones. */
  verify(password: string): boolean;
  /** A function, so that nothing that shows a claim shows what it was proved with. */
  evidence(): Evidence;
}

/** What is decided about a claim. `text` goes to the peer. */
export interface Decision {
  readonly accepted: boolean;
  readonly text: string;
  /** Why it was not accepted, for a protocol that can say so. Otherwise `wrong-credentials`. */
  readonly detail?: AuthenticationDetail;
  /** Where somebody else has checked an MS-CHAPv2 claim: the authenticator response, 20 octets, which only that one knows. */
  readonly proof?: Buffer;
}

/** The authenticator's part: asks for a claim and is told what was decided, at once or later. */
export interface Authenticator extends Authentication {
  decide(decision: Decision, now: number): void;
  /** Tells a challenge that this authenticator has sent: somebody may reflect it to have us answer it. */
  isOurs(challenge: Buffer): boolean;
}

export interface AuthenticatorOutlets extends AuthenticationOutlets {
  claim(claim: Claim, now: number): void;
}

export interface RetrySettings {
  /** The first time-out in ms; it doubles up to the second. */
  readonly restartTimer: number;
  readonly restartTimerMax: number;
  /** After so many transmissions without an answer it is given up. */
  readonly maxConfigure: number;
}

/** A packet that is sent again until it is answered. */
export class Retransmission {
  #at: number | undefined;
  #period = 0;
  #left = 0;
  #packet: Buffer | undefined;

  constructor(
    private readonly settings: RetrySettings,
    private readonly send: (packet: Buffer) => void,
  ) {}

  get deadline(): number | undefined {
    return this.#at;
  }

  start(packet: Buffer, now: number): void {
    this.#packet = packet;
    this.#left = this.settings.maxConfigure;
    this.#period = this.settings.restartTimer;
    this.#transmit(now);
  }

  /** True from `start` until the answer (`stop`), also when the time for it is over. */
  get pending(): boolean {
    return this.#packet !== undefined;
  }

  stop(): void {
    this.#at = undefined;
    this.#packet = undefined;
  }

  suspend(): void {
    this.#at = undefined;
  }

  /** False when the last transmission went unanswered too. */
  due(now: number): boolean {
    if (this.#at === undefined || now < this.#at) return true;
    if (this.#left === 0) {
      this.suspend();
      return false;
    }
    this.#transmit(now);
    return true;
  }

  #transmit(now: number): void {
    if (!this.#packet) return;
    this.#left--;
    this.#at = now + this.#period;
    this.#period = Math.min(2 * this.#period, this.settings.restartTimerMax);
    this.send(this.#packet);
  }
}

/** A peer's message as one line of text: UTF-8, without control characters, at most 200 characters. */
export function peerText(octets: Buffer): string {
  return octets
    .toString('utf8')
    .replaceAll(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 200);
}
