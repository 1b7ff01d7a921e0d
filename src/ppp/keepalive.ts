import { CONTROL } from '../wire/control';

export interface KeepaliveSettings {
  /** `fixed`: an Echo-Request each interval. `adaptive`: only when nothing came during the interval. */
  readonly mode: 'off' | 'fixed' | 'adaptive';
  /** In ms. */
  readonly interval: number;
  /** So many Echo-Requests in a row without an answer: the peer is gone. */
  readonly failures: number;
}

/** LCP Echo-Requests (RFC 1661 §5.8) that tell whether the peer is still there, and how far away. */
export class Keepalive {
  #at: number | undefined;
  #heard = false;
  #unanswered = 0;
  #sent: { readonly identifier: number; readonly at: number } | undefined;
  #roundTrip: number | undefined;

  /** @param send sends a fresh packet of this code and gives its Identifier back. */
  constructor(
    private readonly settings: KeepaliveSettings,
    private readonly magic: () => number,
    private readonly send: (code: number, data: Buffer) => number,
    private readonly lost: (now: number) => void,
  ) {}

  get deadline(): number | undefined {
    return this.#at;
  }

  /** The last round trip in ms. */
  get roundTrip(): number | undefined {
    return this.#roundTrip;
  }

  start(now: number): void {
    this.#unanswered = 0;
    this.#sent = undefined;
    this.#at = this.settings.mode === 'off' ? undefined : now + this.settings.interval;
  }

  stop(): void {
    this.#at = undefined;
  }

  /** Anything at all came from the peer. */
  heard(): void {
    this.#heard = true;
  }

  replied(identifier: number, now: number): void {
    this.#unanswered = 0;
    if (this.#sent?.identifier === identifier) this.#roundTrip = now - this.#sent.at;
  }

  due(now: number): void {
    if (this.#at === undefined || now < this.#at) return;
    this.#at = now + this.settings.interval;
    const quiet = !this.#heard;
    this.#heard = false;
    if (this.settings.mode === 'adaptive' && !quiet) {
      this.#unanswered = 0;
      return;
    }
    if (this.#unanswered >= this.settings.failures) {
      this.stop();
      this.lost(now);
      return;
    }
    this.#unanswered++;
    const data = Buffer.allocUnsafe(4);
    data.writeUInt32BE(this.magic());
    this.#sent = { identifier: this.send(CONTROL.echoRequest, data), at: now };
  }
}
