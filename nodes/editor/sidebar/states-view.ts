import type { SessionDetails } from './data.js';
import { drawn, element } from './dom.js';
import type { Picture } from './picture.js';
import { drawStates, waysOut } from './state-picture.js';
import type { Words } from './words.js';

const WIDTH = 290;

/** The states of the session and of its automatons, with the present ones lit. */
export class StatesView {
  readonly element = element('div', { class: 'pppoe-states', tabindex: 0 });
  #drawnFrom = '';

  constructor(private readonly words: Words) {
    this.element.setAttribute('aria-label', words('tab.states'));
    this.element.setAttribute('role', 'group');
  }

  show({ machine, summary, automata, automatonStates }: SessionDetails): void {
    const drawnFrom = JSON.stringify([summary.state, automata]);
    if (drawnFrom === this.#drawnFrom) return;
    this.#drawnFrom = drawnFrom;
    const { shape, width, height } = statePicture({ machine, summary }, this.words);
    const svg = drawn(shape);
    svg.setAttribute('width', String(width));
    svg.setAttribute('height', String(height));
    const ways = waysOut(machine, summary.state).map(({ label, to }) =>
      element('li', {}, element('b', {}, to), `: ${label}`),
    );
    this.element.replaceChildren(
      svg,
      element('h4', {}, this.words('states.ways', { state: summary.state })),
      element('ul', {}, ...ways),
      element('h4', {}, this.words('states.automata')),
      ...automata.map(({ protocol, state }) => automaton(protocol, state, automatonStates)),
    );
  }
}

export function statePicture({ machine, summary }: Pick<SessionDetails, 'machine' | 'summary'>, words: Words): Picture {
  return drawStates(machine, summary.state, WIDTH, words('states.title', { state: summary.state }));
}

/** One cell for each state of RFC 1661, the present one lit. */
function automaton(protocol: string, present: string, states: readonly string[]): HTMLElement {
  const cells = states.map((state) => element('i', { class: state === present ? 'lit' : 'dark', title: state }));
  const strip = element('span', { class: 'pppoe-strip', 'aria-hidden': 'true' }, ...cells);
  return element('div', { class: 'pppoe-automaton' }, element('b', {}, protocol), strip, element('span', {}, present));
}
