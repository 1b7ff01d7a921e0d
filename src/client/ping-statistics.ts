/** What became of the requests of a ping. Times in ms, null while there was no reply. */
export interface PingStatistics {
  /** Requests, also those that the session could not take. */
  readonly sent: number;
  /** Requests that were answered in time. */
  readonly received: number;
  /** Further replies to requests that were answered already. */
  readonly duplicates: number;
  /** Replies that came after their time-out. */
  readonly late: number;
  readonly timeouts: number;
  /** Requests of which somebody said that they did not arrive, or that could not be sent. */
  readonly errors: number;
  /** Of the requests whose fate is known, those that were not answered in time: 0 to 100. */
  readonly loss: number;
  readonly min: number | null;
  readonly avg: number | null;
  readonly max: number | null;
  /** The mean difference between one round trip and the next; null with less than two replies. */
  readonly jitter: number | null;
}

/** Counts what becomes of requests, in constant space. */
export class PingTally {
  sent = 0;
  duplicates = 0;
  late = 0;
  timeouts = 0;
  errors = 0;
  #received = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  #last: number | undefined;
  #differences = 0;

  /** @param roundTrip in ms. */
  answered(roundTrip: number): void {
    this.#received++;
    this.#sum += roundTrip;
    this.#min = Math.min(this.#min, roundTrip);
    this.#max = Math.max(this.#max, roundTrip);
    if (this.#last !== undefined) this.#differences += Math.abs(roundTrip - this.#last);
    this.#last = roundTrip;
  }

  get statistics(): PingStatistics {
    const { sent, duplicates, late, timeouts, errors } = this;
    const received = this.#received;
    const lost = timeouts + errors;
    return {
      sent,
      received,
      duplicates,
      late,
      timeouts,
      errors,
      loss: lost === 0 ? 0 : (100 * lost) / (received + lost),
      min: received > 0 ? this.#min : null,
      avg: received > 0 ? this.#sum / received : null,
      max: received > 0 ? this.#max : null,
      jitter: received > 1 ? this.#differences / (received - 1) : null,
    };
  }
}
