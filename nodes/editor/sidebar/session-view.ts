import type { OpenSession } from './book.js';
import type { DiagnosisRecord, Field } from './data.js';
import { element, icon, write } from './dom.js';
import { exportAs, FORMATS, type Format } from './exports.js';
import { fields } from './frame-view.js';
import type { Trouble } from './host.js';
import { type Ladder, ladders } from './ladder.js';
import { LadderView } from './ladder-view.js';
import type { Colours } from './palette.js';
import type { Picture } from './picture.js';
import { lookOf } from './session-list.js';
import { StatesView, statePicture } from './states-view.js';
import { Tabs } from './tabs.js';
import { duration, octets } from './text.js';
import { fill, type Words } from './words.js';

/** How wide the ladder of a file is: its options are in full lines. */
const FILE_WIDTH = 520;

/** One session: its state, what is wrong, and its negotiation, states and facts. */
export class SessionView {
  readonly element: HTMLElement;
  readonly #name = element('h3', { class: 'pppoe-name' });
  readonly #state = element('span', { class: 'pppoe-state', role: 'status', 'aria-live': 'polite' });
  readonly #diagnosis = element('div', { class: 'pppoe-diagnosis', role: 'status', 'aria-live': 'polite' });
  readonly #ladder: LadderView;
  readonly #states: StatesView;
  readonly #facts = element('div', { class: 'pppoe-facts', tabindex: 0, role: 'group' });
  readonly #tabs: Tabs;
  #shown: OpenSession | undefined;
  #diagnosed = '';
  #told = '';

  constructor(
    private readonly words: Words,
    private readonly colours: () => Colours,
    private readonly complain: (trouble: Trouble) => void,
  ) {
    this.#ladder = new LadderView(words);
    this.#states = new StatesView(words);
    this.#facts.setAttribute('aria-label', words('tab.facts'));
    this.#tabs = new Tabs(
      [
        { id: 'negotiation', label: words('tab.negotiation'), panel: this.#ladder.element },
        { id: 'states', label: words('tab.states'), panel: this.#states.element },
        { id: 'facts', label: words('tab.facts'), panel: this.#facts },
      ],
      words('tab.all'),
      () => this.resized(),
    );
    const head = element('div', { class: 'pppoe-head' }, this.#name, this.#state);
    this.element = element('section', { class: 'pppoe-session', 'aria-label': words('session') });
    this.element.append(head, this.#diagnosis, this.#tabs.element, this.#exports());
    this.element.hidden = true;
    this.#diagnosis.hidden = true;
  }

  /** @param fresh whether the history has grown. */
  show(session: OpenSession, fresh: boolean): void {
    const another = this.#shown?.id !== session.id;
    this.#shown = session;
    if (another) this.#ladder.forget();
    const { summary, diagnosis, facts } = session.details;
    this.element.hidden = false;
    write(this.#name, summary.name);
    write(this.#state, summary.problem ? `${summary.state} · ${summary.problem}` : summary.state);
    this.#state.dataset['look'] = lookOf(summary);
    this.#diagnose(summary.problem ? diagnosis : undefined);
    if (fresh || another) this.#ladder.show(ladders(session.entries));
    this.#states.show(session.details);
    this.#tell(facts, session.details.now);
  }

  hide(): void {
    this.#shown = undefined;
    this.element.hidden = true;
  }

  resized(): void {
    if (!this.element.hidden) this.#ladder.resized();
  }

  /** Said once: a screen reader would say it again each time that it is written. */
  #diagnose(diagnosis: DiagnosisRecord | undefined): void {
    const text = diagnosis?.text ?? '';
    if (text === this.#diagnosed) return;
    this.#diagnosed = text;
    this.#diagnosis.hidden = diagnosis === undefined;
    if (!diagnosis) return this.#diagnosis.replaceChildren();
    const { finding, hints, values } = diagnosis;
    const said = (key: string) => fill(this.words(key), values);
    this.#diagnosis.replaceChildren(
      element('p', {}, icon('exclamation-triangle'), ' ', said(`finding.${finding}`)),
      element('ul', {}, ...hints.map((hint) => element('li', {}, said(`hint.${hint}`)))),
    );
  }

  #tell(facts: readonly Field[], now: string): void {
    const told = JSON.stringify(facts);
    if (told === this.#told && !facts.some(({ name }) => name === 'since' || name === 'nextAttempt')) return;
    this.#told = told;
    const list = fields(
      facts.map(({ name, value }) => ({
        name: this.words(`fact.${name}`),
        value: shown(name, value, Date.parse(now)),
      })),
    );
    this.#facts.replaceChildren(list);
  }

  #exports(): HTMLElement {
    const buttons = FORMATS.map((format) => {
      const label = this.words(`export.${format}`);
      const button = element('button', { class: 'pppoe-button', type: 'button', title: label });
      button.setAttribute('aria-label', label);
      button.append(
        icon('download'),
        ` ${format === 'mermaid' ? 'Mermaid' : format === 'pcapng' ? 'pcapng' : format.toUpperCase()}`,
      );
      button.addEventListener('click', () => void this.#export(format));
      return button;
    });
    return element(
      'div',
      { class: 'pppoe-exports', role: 'group', 'aria-label': this.words('export.title') },
      ...buttons,
    );
  }

  async #export(format: Format): Promise<void> {
    const session = this.#shown;
    const drawn = session && this.#picture(session);
    if (!session || !drawn) return;
    const { summary } = session.details;
    const name = drawn.ladder ? `${summary.name}-${drawn.ladder.attempt}` : `${summary.name}-states`;
    const trouble = await exportAs(format, { id: session.id, name, picture: drawn.picture, colours: this.colours() });
    if (trouble) this.complain(trouble);
  }

  /** The states where they are looked at, otherwise the negotiation. */
  #picture({ details }: OpenSession): { readonly picture: Picture; readonly ladder?: Ladder } | undefined {
    if (this.#tabs.shown === 'states') return { picture: statePicture(details, this.words) };
    return this.#ladder.picture(FILE_WIDTH);
  }
}

function shown(name: string, value: string, now: number): string {
  if (name === 'since') return duration(now - Date.parse(value));
  if (name === 'nextAttempt') return duration(Date.parse(value) - now);
  if (name.startsWith('octets')) return octets(Number(value));
  return name.startsWith('packets') ? Number(value).toLocaleString() : value;
}
