import type { CapturedFrame } from '../wire/pcapng';

/** However few frames are to be kept, and however large: octets in all. */
const MOST_OCTETS = 64 * 1024 * 1024;
/** Places of frames that are gone are given back when there are so many. */
const SLACK = 1_024;

/** The last frames of a capture. */
export class FrameRing {
  #frames: CapturedFrame[] = [];
  #first = 0;
  #octets = 0;

  /** @param limit how many frames are kept. */
  constructor(readonly limit: number) {}

  get length(): number {
    return this.#frames.length - this.#first;
  }

  /** The oldest first. */
  get frames(): readonly CapturedFrame[] {
    return this.#frames.slice(this.#first);
  }

  push(frame: CapturedFrame): void {
    this.#frames.push(frame);
    this.#octets += frame.octets.length;
    while (this.length > this.limit || (this.#octets > MOST_OCTETS && this.length > 1)) {
      this.#octets -= this.#frames[this.#first]?.octets.length ?? 0;
      this.#first++;
    }
    if (this.#first < Math.max(SLACK, this.length)) return;
    this.#frames = this.#frames.slice(this.#first);
    this.#first = 0;
  }

  clear(): void {
    this.#frames = [];
    this.#first = 0;
    this.#octets = 0;
  }
}
