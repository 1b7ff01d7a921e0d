import type { Entry, SessionDetails, SessionList, SessionSummary } from './data.js';
import { extended, type Sample } from './sparkline.js';

/** So many entries of a history are kept at most: more than the runtime keeps. */
const MOST_ENTRIES = 2_000;

/** A session that is looked at. */
export interface OpenSession {
  readonly id: string;
  readonly details: SessionDetails;
  readonly entries: readonly Entry[];
}

/** All that the sidebar knows. */
export class Book {
  sessions: readonly SessionSummary[] = [];
  /** The host's clock, in ms since 1970, when the sessions were told. */
  now = 0;
  open: OpenSession | undefined;
  readonly #samples = new Map<string, readonly Sample[]>();

  list({ now, sessions }: SessionList): void {
    this.sessions = sessions;
    this.now = Date.parse(now);
    for (const { id, octetsReceived, octetsSent } of sessions) {
      const sample = { at: this.now, received: octetsReceived, sent: octetsSent };
      this.#samples.set(id, extended(this.samples(id), sample));
    }
    for (const id of this.#samples.keys()) if (!sessions.some((one) => one.id === id)) this.#samples.delete(id);
  }

  samples(id: string): readonly Sample[] {
    return this.#samples.get(id) ?? [];
  }

  /** What to name when more of this session is asked for. */
  known(id: string): { epoch: string; serial: number } {
    if (this.open?.id !== id) return { epoch: '', serial: 0 };
    return { epoch: this.open.details.epoch, serial: this.open.entries.at(-1)?.serial ?? 0 };
  }

  /** @returns whether there is anything new in the history. */
  tell(id: string, details: SessionDetails): boolean {
    const before = this.open?.id === id && !details.whole ? this.open.entries : [];
    const last = before.at(-1)?.serial ?? 0;
    const fresh = details.entries.filter(({ serial }) => serial > last);
    const anew = details.whole || this.open?.id !== id;
    this.open = { id, details, entries: bounded([...before, ...fresh]) };
    return anew || fresh.length > 0;
  }
}

/** Old attempts go first; of one attempt alone its oldest entries. */
function bounded(entries: readonly Entry[]): readonly Entry[] {
  return entries.length > MOST_ENTRIES ? entries.slice(-MOST_ENTRIES) : entries;
}
