import type { ControlPacket } from '../wire/control';

/** A Configure-Request of ours as it was sent. */
interface Sent {
  readonly identifier: number;
  readonly options: Buffer;
  readonly at: number;
  /** No valid answer has come yet. */
  readonly outstanding: boolean;
  /** It has been repeated because the peer proved to listen. */
  readonly prompted: boolean;
}

/** Our Configure-Request that is on its way, or was the last. Times in ms. */
export class OwnRequest {
  #sent: Sent | undefined;
  #promptAt: number | undefined;

  /** When it is to be repeated because the peer listens and has not answered. */
  get promptAt(): number | undefined {
    return this.#promptAt;
  }

  /** What was sent, while it is unanswered. */
  get outstanding(): Pick<Sent, 'identifier' | 'options'> | undefined {
    return this.#sent?.outstanding ? this.#sent : undefined;
  }

  transmitted(identifier: number, options: Buffer, now: number): void {
    this.#sent = { identifier, options, at: now, outstanding: true, prompted: false };
    this.#promptAt = undefined;
  }

  /** True for what answers it: of several answers only the first does. */
  isAnsweredBy({ identifier }: ControlPacket): boolean {
    return this.outstanding?.identifier === identifier;
  }

  /** True for an Ack of it, which must carry its own options unchanged. */
  isAcknowledgedBy(packet: ControlPacket): boolean {
    return this.isAnsweredBy(packet) && this.#sent?.options.equals(packet.data) === true;
  }

  answered(): void {
    if (this.#sent) this.#sent = { ...this.#sent, outstanding: false };
    this.#promptAt = undefined;
  }

  /**
   * The peer proves that it listens. What is unanswered for longer than an answer takes was lost, most likely before the peer
   * began to listen. What is younger may still be answered: it is given the rest of that time.
   */
  peerListens(answerTime: number, now: number): void {
    if (!this.#sent?.outstanding || this.#sent.prompted) return;
    this.#promptAt = Math.max(now, this.#sent.at + answerTime);
  }

  /** Repeated because the peer listens, if that is due and it is unanswered. @returns what is to be sent again. */
  repeat(now: number): Pick<Sent, 'identifier' | 'options'> | undefined {
    if (this.#promptAt === undefined || now < this.#promptAt) return undefined;
    this.#promptAt = undefined;
    if (!this.#sent?.outstanding) return undefined;
    this.#sent = { ...this.#sent, at: now, prompted: true };
    return this.#sent;
  }

  stopPrompting(): void {
    this.#promptAt = undefined;
  }

  forget(): void {
    this.#sent = undefined;
  }
}
