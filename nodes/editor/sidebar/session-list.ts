import type { Book } from './book.js';
import type { SessionSummary } from './data.js';
import { drawn, element, write } from './dom.js';
import { Listbox } from './listbox.js';
import { drawSparkline, ratesOf } from './sparkline.js';
import { duration, octets } from './text.js';
import type { Words } from './words.js';

interface Row {
  readonly row: HTMLElement;
  readonly name: HTMLElement;
  readonly state: HTMLElement;
  readonly addresses: HTMLElement;
  readonly time: HTMLElement;
  readonly rates: HTMLElement;
  readonly spark: HTMLElement;
  /** What the sparkline was drawn from. */
  drawnFrom: string;
}

const SPARK = { width: 96, height: 22 };

/** The list of all sessions: each with its state, addresses, uptime and traffic. */
export class SessionListView {
  readonly element: HTMLElement;
  readonly #rows = new Map<string, Row>();
  readonly #listbox: Listbox;
  /** Rows that can be seen: the others' sparklines are not drawn. */
  readonly #seen = new Set<Element>();
  readonly #watch: IntersectionObserver;

  constructor(
    private readonly words: Words,
    choose: (id: string) => void,
  ) {
    this.element = element('div', { class: 'pppoe-list', role: 'listbox', 'aria-label': words('sessions') });
    this.#watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.#seen[isIntersecting ? 'add' : 'delete'](target);
    });
    this.#listbox = new Listbox(this.element, { choose, reach: choose });
  }

  /** Shows the sessions as they are known now; only what has changed is written. */
  show(book: Book, chosen: string | undefined): void {
    const ids = book.sessions.map(({ id }) => id);
    for (const [id, { row }] of this.#rows) {
      if (ids.includes(id)) continue;
      row.remove();
      this.#watch.unobserve(row);
      this.#seen.delete(row);
      this.#rows.delete(id);
    }
    book.sessions.forEach((summary, index) => {
      const row = this.#rows.get(summary.id) ?? this.#make(summary.id);
      if (this.element.children[index] !== row.row)
        this.element.insertBefore(row.row, this.element.children[index] ?? null);
      this.#fill(row, summary, book);
      row.row.setAttribute('aria-selected', String(summary.id === chosen));
    });
    this.#listbox.refresh(this.#listbox.hasFocus ? undefined : chosen);
  }

  #make(id: string): Row {
    const part = (name: string) => element('span', { class: `pppoe-list-${name}` });
    const [name, state, addresses, time, rates, spark] = [
      part('name'),
      part('state'),
      part('addresses'),
      part('time'),
      part('rates'),
      part('spark'),
    ];
    const row = element('div', { class: 'pppoe-list-row', role: 'option', 'data-key': id, tabindex: -1 });
    row.append(name, state, addresses, time, spark, rates);
    const made = { row, name, state, addresses, time, rates, spark, drawnFrom: '' };
    this.#rows.set(id, made);
    this.#watch.observe(row);
    return made;
  }

  #fill(row: Row, summary: SessionSummary, book: Book): void {
    const { words } = this;
    const samples = book.samples(summary.id);
    const rates = ratesOf(samples);
    const { received = 0, sent = 0 } = rates.at(-1) ?? {};
    const traffic = `↓ ${octets(received)}/s  ↑ ${octets(sent)}/s`;
    row.row.dataset['look'] = lookOf(summary);
    write(row.name, summary.name);
    write(row.state, summary.state);
    write(row.addresses, summary.problem ?? (summary.addresses.join('  ') || summary.interface));
    write(row.time, timeOf(summary, book.now, words));
    write(row.rates, traffic);
    if (!this.#seen.has(row.row)) return;
    const drawnFrom = samples.map((sample) => `${sample.received},${sample.sent}`).join();
    if (drawnFrom === row.drawnFrom) return;
    row.drawnFrom = drawnFrom;
    const title = words('traffic', { received: octets(received), sent: octets(sent) });
    row.spark.replaceChildren(drawn(drawSparkline(rates, SPARK.width, SPARK.height, title).shape));
  }
}

/** How the state is shown: beside its name, never by colour alone. */
export function lookOf({ state, problem }: Pick<SessionSummary, 'state' | 'problem'>): string {
  if (state === 'up') return 'good';
  if (problem) return 'bad';
  return state === 'idle' ? 'idle' : 'busy';
}

function timeOf({ since, nextAttempt, state }: SessionSummary, now: number, words: Words): string {
  if (state === 'up' && since) return duration(now - Date.parse(since));
  if (nextAttempt) return words('again', { time: duration(Date.parse(nextAttempt) - now) });
  return '';
}
