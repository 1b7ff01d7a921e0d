import type { Reason, SessionStateName } from '../../src/index';

/** A time without a session between two with one: flat, so that it is a row of a table. */
export interface Outage {
  /** When the session was lost and when it was back: text in ISO 8601. */
  readonly since: string;
  readonly until: string;
  /** How long it was, to a tenth. */
  readonly seconds: number;
  /** Why; both empty when there was nothing to tell. */
  readonly code: string;
  readonly text: string;
}

/** Makes outages of a session's states, in the order in which they come. */
export class OutageRecorder {
  #wasUp = false;
  #open: { readonly since: number; readonly reason: Reason | undefined } | undefined;

  /**
   * @param reason why the session is not up, as far as it is known by now. That it was closed, by us or by a reconnect, is the
   * reason of an outage only where there is no other.
   * @param at in ms since 1970.
   * @returns the outage that has ended with this state; null for every other state, and for the first time up.
   */
  entered(state: SessionStateName, reason: Reason | undefined, at: number): Outage | null {
    if (state !== 'up') {
      if (this.#wasUp) this.#open = { since: this.#open?.since ?? at, reason: moreTelling(this.#open?.reason, reason) };
      return null;
    }
    const open = this.#open;
    this.#wasUp = true;
    this.#open = undefined;
    if (!open) return null;
    const { code, text } = open.reason ?? { code: '', text: '' };
    return {
      since: new Date(open.since).toISOString(),
      until: new Date(at).toISOString(),
      seconds: Math.round((at - open.since) / 100) / 10,
      code,
      text,
    };
  }
}

function moreTelling(first: Reason | undefined, next: Reason | undefined): Reason | undefined {
  return first && (first.code !== 'closed' || !next || next.code === 'closed') ? first : next;
}
