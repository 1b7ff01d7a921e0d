import type { AutomatonSettings } from '../../src/ppp/control-protocol';
import { type PrintedTable, readPage } from './rfc-page';

/** Actions that can be seen from outside; Initialize-, Zero-Restart-Count show in the timer, This-Layer-Started not at all. */
const VISIBLE = ['scr', 'sca', 'scn', 'str', 'sta', 'scj', 'tlu', 'tld', 'tlf'];

/**
 * What RFC 1661 §4 says should happen, from its printed page: the state, the Restart counter and the Restart timer.
 * The one thing it does not print: an answer counts only while our Configure-Request has none yet.
 */
export class Reference {
  state = 0;
  counter = 0;
  deadline: number | undefined;
  #period: number;
  /** Our Configure-Request has no valid answer yet. */
  outstanding = false;
  readonly #page: PrintedTable = readPage();

  constructor(private readonly settings: AutomatonSettings) {
    this.#period = settings.restartTimer;
  }

  get stateName(): string {
    return this.#page.states[this.state] ?? 'none';
  }

  /** A time-out's name depends on the Restart counter. */
  get timeOut(): 'TO+' | 'TO-' {
    return this.counter > 0 ? 'TO+' : 'TO-';
  }

  /** True when a Configure-Ack, -Nak or -Reject in this state is a second answer, or one to nothing. */
  ignores(event: string): boolean {
    return (event === 'RCA' || event === 'RCN') && this.state >= 6 && !this.outstanding;
  }

  /** @returns the visible actions in their order. */
  apply(event: string, now: number): readonly string[] {
    const cell = this.#page.rows.get(event)?.[this.state];
    if (!cell || this.ignores(event)) return [];
    if (event === 'RCA' || event === 'RCN') this.outstanding = false;
    this.state = cell.next;
    for (const action of cell.actions) this.#act(action, now);
    // The timer runs where the page has time-outs (RFC 1661 §4.1).
    if (!this.#page.rows.get('TO+')?.[this.state]) this.deadline = undefined;
    return cell.actions.filter((action) => VISIBLE.includes(action));
  }

  #act(action: string, now: number): void {
    const { maxTerminate, maxConfigure, restartTimer, restartTimerMax } = this.settings;
    if (action === 'irc') {
      this.counter = this.state === 4 || this.state === 5 ? maxTerminate : maxConfigure;
      this.#period = restartTimer;
    } else if (action === 'zrc') {
      this.counter = 0;
      this.#period = restartTimer;
      this.deadline = now + this.#period;
    } else if (action === 'scr' || action === 'str') {
      this.counter--;
      this.deadline = now + this.#period;
      this.#period = Math.min(2 * this.#period, restartTimerMax);
      if (action === 'scr') this.outstanding = true;
    }
  }
}
