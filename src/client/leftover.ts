import type { Reason } from '../errors';
import type { SessionKey } from '../pppoe/engine';

export interface LeftoverOutlets {
  padt(session: SessionKey): void;
  progress(text: string): void;
  /** What is to be remembered across a crash. */
  remember(session: SessionKey | undefined): void;
}

/** A session that the Access Concentrator may still believe in: many an Access Concentrator is silent until it is ended. */
export class Leftover {
  constructor(
    private session: SessionKey | undefined,
    private readonly outlets: LeftoverOutlets,
  ) {}

  /** A session has ended. Without a word from the peer it may live on there. */
  left(session: SessionKey, { code }: Reason): void {
    this.session = code === 'no-reply' || code === 'link-down' ? session : undefined;
    this.outlets.remember(this.session);
  }

  /** Ends it by PADT, if there is one. */
  clear(): void {
    if (!this.session) return;
    this.outlets.progress(`Sending PADT for session ${this.session.id}, which was left over`);
    this.outlets.padt(this.session);
    this.session = undefined;
    this.outlets.remember(undefined);
  }
}
