import type { AutomatonSettings } from './control-protocol';

/**
 * The Restart timer and the Restart counter (RFC 1661 §4.6): so many transmissions, and a time-out after each that doubles
 * from one to the next. Times in ms.
 */
export class RestartTimer {
  #transmissions = 0;
  #period: number;
  #deadline: number | undefined;

  constructor(public settings: Pick<AutomatonSettings, 'restartTimer' | 'restartTimerMax'>) {
    this.#period = settings.restartTimer;
  }

  get deadline(): number | undefined {
    return this.#deadline;
  }

  /** False once the last transmission has been made. */
  get hasMore(): boolean {
    return this.#transmissions > 0;
  }

  /** Initialize-Restart-Count. The first time-out is so many times as long as the settings say. */
  initialize(transmissions: number, patience = 1): void {
    const { restartTimer, restartTimerMax } = this.settings;
    this.#transmissions = transmissions;
    this.#period = Math.min(restartTimer * patience, restartTimerMax);
  }

  /** Zero-Restart-Count: one time-out passes, and nothing is sent. */
  zero(now: number): void {
    this.#transmissions = 0;
    this.#period = this.settings.restartTimer;
    this.#deadline = now + this.#period;
  }

  /** A transmission is being made. */
  transmit(now: number): void {
    this.#transmissions--;
    this.#deadline = now + this.#period;
    this.#period = Math.min(2 * this.#period, this.settings.restartTimerMax);
  }

  stop(): void {
    this.#deadline = undefined;
  }
}
