import { element } from './dom.js';

interface Tab {
  readonly id: string;
  readonly label: string;
  readonly panel: HTMLElement;
}

/** Panels of which one is shown (WAI-ARIA's tabs: arrow keys, Home and End). */
export class Tabs {
  readonly element: HTMLElement;
  #shown = '';
  readonly #buttons: readonly HTMLButtonElement[];

  constructor(
    private readonly tabs: readonly Tab[],
    label: string,
    private readonly changed: () => void,
  ) {
    this.#buttons = tabs.map(({ id, label: text, panel }) => {
      panel.id = `pppoe-panel-${id}`;
      const wrapper = { role: 'tab', type: 'button', id: `pppoe-tab-${id}`, 'aria-controls': panel.id };
      const button = element('button', wrapper, text);
      button.addEventListener('click', () => this.show(id));
      return button;
    });
    const bar = element('div', { class: 'pppoe-tabs', role: 'tablist', 'aria-label': label }, ...this.#buttons);
    bar.addEventListener('keydown', (event) => this.#pressed(event));
    const panels = tabs.map(({ id, panel }) => {
      const around = element('div', { class: 'pppoe-panel', role: 'tabpanel', 'aria-labelledby': `pppoe-tab-${id}` });
      around.append(panel);
      return around;
    });
    this.element = element('div', { class: 'pppoe-tabbed' }, bar, ...panels);
    this.#reveal(tabs[0]?.id ?? '');
  }

  get shown(): string {
    return this.#shown;
  }

  show(id: string): void {
    this.#reveal(id);
    this.changed();
  }

  #reveal(id: string): void {
    this.#shown = id;
    this.tabs.forEach((tab, index) => {
      const isShown = tab.id === id;
      this.#buttons[index]?.setAttribute('aria-selected', String(isShown));
      this.#buttons[index]?.setAttribute('tabindex', isShown ? '0' : '-1');
      if (tab.panel.parentElement) tab.panel.parentElement.hidden = !isShown;
    });
  }

  #pressed(event: KeyboardEvent): void {
    const last = this.tabs.length - 1;
    const at = this.tabs.findIndex(({ id }) => id === this.#shown);
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[
      event.key
    ];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.show(this.tabs[to]?.id ?? '');
    this.#buttons[to]?.focus();
  }
}
