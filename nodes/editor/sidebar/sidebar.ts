import { Book } from './book.js';
import { element, write } from './dom.js';
import { type Answer, askSession, askSessions, type Trouble } from './host.js';
import { type Colours, coloursOn } from './palette.js';
import { pictureStyle } from './picture.js';
import { SessionListView } from './session-list.js';
import { SessionView } from './session-view.js';
import type { Words } from './words.js';

/** So often is asked while the sidebar is looked at, in ms. */
const PACE = 500;
/** The list of all sessions is asked for each time that so many answers have come for the open one. */
const LIST_EVERY = 2;

/** All of the sidebar. It asks the runtime while somebody can see it, and not otherwise. */
export class Sidebar {
  readonly element: HTMLElement;
  readonly #book = new Book();
  readonly #list: SessionListView;
  readonly #view: SessionView;
  readonly #notice: HTMLElement;
  readonly #style = element('style');
  #chosen: string | undefined;
  #turns = 0;
  #asking = false;
  #timer: number | undefined;
  #drawnOn = '';

  constructor(private readonly words: Words) {
    this.#list = new SessionListView(words, (id) => this.#choose(id));
    this.#view = new SessionView(
      words,
      () => this.#colours,
      (trouble) => this.#complain(trouble),
    );
    this.#notice = element('p', { class: 'pppoe-notice', role: 'status', 'aria-live': 'polite' });
    this.element = element('div', { class: 'pppoe-sidebar', role: 'region', 'aria-label': words('name') });
    const body = element('div', { class: 'pppoe-body' }, this.#notice, this.#list.element, this.#view.element);
    this.element.append(this.#style, body);
    new IntersectionObserver(() => this.look()).observe(this.element);
    new ResizeObserver(() => this.#view.resized()).observe(this.element);
    document.addEventListener('visibilitychange', () => this.look());
  }

  /** Asks at once, and again and again for as long as it is seen. */
  look(): void {
    window.clearTimeout(this.#timer);
    if (!this.#isSeen || this.#asking) return;
    this.#paint();
    this.#asking = true;
    void this.#ask().finally(() => {
      this.#asking = false;
      this.#timer = window.setTimeout(() => this.look(), PACE);
    });
  }

  get #isSeen(): boolean {
    return !document.hidden && this.element.offsetParent !== null;
  }

  async #ask(): Promise<void> {
    if (this.#turns % LIST_EVERY === 0) await this.#askList();
    this.#turns++;
    const id = this.#chosen;
    if (id === undefined) return;
    const answer = await askSession(id, this.#book.known(id));
    if (id !== this.#chosen) return;
    if ('trouble' in answer) {
      this.#view.hide();
      // A session that cannot start is in the list and has no details.
      if (answer.trouble !== 'gone') this.#complain(answer.trouble);
      return;
    }
    const fresh = this.#book.tell(id, answer.body);
    if (this.#book.open) this.#view.show(this.#book.open, fresh);
  }

  async #askList(): Promise<void> {
    const answer = await askSessions();
    if (this.#failed(answer)) return;
    this.#book.list(answer.body);
    const ids = this.#book.sessions.map(({ id }) => id);
    if (this.#chosen === undefined || !ids.includes(this.#chosen)) this.#chosen = ids[0];
    if (this.#chosen === undefined) this.#view.hide();
    write(this.#notice, ids.length === 0 ? this.words('none') : '');
    this.#list.show(this.#book, this.#chosen);
  }

  #failed<Body>(answer: Answer<Body>): answer is { readonly trouble: Trouble } {
    if (!('trouble' in answer)) return false;
    this.#complain(answer.trouble);
    return true;
  }

  #complain(trouble: Trouble): void {
    write(this.#notice, this.words(`trouble.${trouble}`));
  }

  #choose(id: string): void {
    if (id === this.#chosen) return;
    this.#chosen = id;
    this.#list.show(this.#book, id);
    this.look();
  }

  get #colours(): Colours {
    const { backgroundColor, color } = getComputedStyle(this.element);
    return coloursOn(backgroundColor, color);
  }

  /** Colours after the editor's theme, which somebody may change while we look. */
  #paint(): void {
    const colours = this.#colours;
    const drawnOn = JSON.stringify(colours);
    if (drawnOn === this.#drawnOn) return;
    this.#drawnOn = drawnOn;
    const variables = Object.entries(colours).map(([name, colour]) => `--pppoe-${name}: ${colour};`);
    this.#style.textContent = `.pppoe-sidebar { ${variables.join(' ')} }\n${pictureStyle('.pppoe-sidebar svg', colours)}`;
  }
}
