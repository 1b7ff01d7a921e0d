import type { Framing } from '../pppoe/framing';
import { type Message, messagesOf } from '../pppoe/tag-text';
import type { Tag } from '../wire/pppoe';
import type { SessionOutlets } from './session-outlets';
import { noCounts } from './snapshot';
import { Trace } from './trace';

/** What a session sends, and what becomes of what it receives: traced, counted and told in one place. */
export class Ledger {
  readonly trace: Trace;
  readonly counters = noCounts();
  #messages: Partial<Record<Message['kind'], string>> = {};

  constructor(
    private readonly outlets: Pick<SessionOutlets, 'send' | 'event' | 'frame'>,
    framing: Framing,
  ) {
    this.trace = new Trace((frame) => outlets.frame?.(frame), framing);
  }

  /** The last message to users of each kind. */
  get messages(): Readonly<Partial<Record<Message['kind'], string>>> {
    return this.#messages;
  }

  forgetMessages(): void {
    this.#messages = {};
  }

  /** The Access Concentrator has something to tell its users. */
  messaged(tags: readonly Tag[]): void {
    for (const { kind, text } of messagesOf(tags)) {
      this.#messages[kind] = text;
      this.progress(`Got a ${kind === 'motm' ? 'message' : 'URL'} for users: ${text}`);
      this.outlets.event({ type: 'message', kind, text });
    }
  }

  /** Everything but the flow's packets leaves here. */
  send(frame: Buffer): void {
    this.trace.sent(frame);
    this.outlets.send(frame);
  }

  /** What was received last is not what it should be; `why` completes 'Dropped …'. */
  malformed(why?: string): void {
    this.counters.malformed++;
    this.trace.mark('malformed');
    if (why !== undefined) this.progress(`Dropped ${why}`);
  }

  /** What was received last is nothing that the session waits for. */
  ignored(): void {
    this.counters.ignored++;
    this.trace.mark('ignored');
  }

  progress(text: string): void {
    this.outlets.event({ type: 'progress', text });
  }
}
