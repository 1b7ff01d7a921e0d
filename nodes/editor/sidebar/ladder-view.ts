import { drawn, element, icon, write } from './dom.js';
import { frameDetails } from './frame-view.js';
import type { Ladder } from './ladder.js';
import { drawLadder } from './ladder-picture.js';
import { Listbox } from './listbox.js';
import type { Picture } from './picture.js';
import type { Words } from './words.js';

/** Narrower it is not drawn: it can be scrolled then. */
const NARROWEST = 250;
/** Wider it is not drawn: the arrows would be long, and the texts far from each other. */
const WIDEST = 560;

/** The negotiation of one attempt as a ladder, with the frame that was chosen in full below. */
export class LadderView {
  readonly element: HTMLElement;
  readonly #bar: HTMLElement;
  readonly #which: HTMLElement;
  readonly #older: HTMLButtonElement;
  readonly #newer: HTMLButtonElement;
  readonly #scroll: HTMLElement;
  readonly #below: HTMLElement;
  readonly #listbox: Listbox;
  #ladders: readonly Ladder[] = [];
  /** The attempt that is shown; undefined: the newest, whichever it is. */
  #attempt: number | undefined;
  #chosen: string | undefined;
  #width = 0;

  constructor(private readonly words: Words) {
    this.#older = this.#step('chevron-left', words('attempt.older'), -1);
    this.#newer = this.#step('chevron-right', words('attempt.newer'), 1);
    this.#which = element('span', { class: 'pppoe-attempt', role: 'status' });
    this.#bar = element('div', { class: 'pppoe-bar' }, this.#older, this.#which, this.#newer);
    this.#scroll = element('div', { class: 'pppoe-ladder', role: 'listbox', 'aria-label': words('ladder.title') });
    this.#below = element('div', { class: 'pppoe-below' });
    this.element = element('div', { class: 'pppoe-negotiation' }, this.#bar, this.#scroll, this.#below);
    this.#listbox = new Listbox(this.#scroll, { choose: (key) => this.#choose(key) });
    this.#scroll.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.#choose(undefined);
    });
  }

  /** The ladder that is shown, and its picture as wide as it is good for a file. */
  picture(width: number): { readonly ladder: Ladder; readonly picture: Picture } | undefined {
    const ladder = this.#shown;
    return ladder && { ladder, picture: drawLadder(ladder, this.words, width) };
  }

  /** Begins with the newest attempt of another session. */
  forget(): void {
    this.#attempt = undefined;
    this.#chosen = undefined;
    this.#below.replaceChildren();
  }

  show(ladders: readonly Ladder[]): void {
    this.#ladders = ladders;
    this.#draw();
  }

  /** Draws anew when there is more or less room. */
  resized(): void {
    if (this.#room !== this.#width) this.#draw();
  }

  get #room(): number {
    return Math.min(Math.max(this.#scroll.clientWidth - 8, NARROWEST), WIDEST);
  }

  get #shown(): Ladder | undefined {
    return this.#ladders.find(({ attempt }) => attempt === this.#attempt) ?? this.#ladders.at(-1);
  }

  #draw(): void {
    const { words } = this;
    const ladder = this.#shown;
    const index = ladder ? this.#ladders.indexOf(ladder) : -1;
    this.#older.disabled = index <= 0;
    this.#newer.disabled = index === this.#ladders.length - 1;
    write(this.#which, ladder ? this.#titleOf(ladder) : words('attempt.none'));
    if (!ladder) return this.#scroll.replaceChildren(element('p', { class: 'pppoe-empty' }, words('ladder.empty')));
    this.#width = this.#room;
    const { shape, width, height } = drawLadder(ladder, words, this.#width, this.#chosen);
    const svg = drawn(shape);
    svg.setAttribute('width', String(width));
    svg.setAttribute('height', String(height));
    const held = this.#listbox.hasFocus;
    const { scrollTop, scrollHeight, clientHeight } = this.#scroll;
    const follows = scrollTop + clientHeight >= scrollHeight - 8;
    this.#scroll.replaceChildren(svg);
    this.#listbox.refresh();
    if (held) this.#listbox.focus();
    this.#scroll.scrollTop = follows && !held && this.#chosen === undefined ? this.#scroll.scrollHeight : scrollTop;
  }

  #titleOf({ attempt, outcome, began }: Ladder): string {
    const time = new Date(began).toLocaleTimeString();
    if (attempt === 0) return this.words('attempt.before', { time, outcome });
    return this.words('attempt.title', { attempt, time, outcome });
  }

  #step(symbol: string, label: string, step: number): HTMLButtonElement {
    const button = element('button', { class: 'pppoe-button', type: 'button' }, icon(symbol));
    button.setAttribute('aria-label', label);
    button.title = label;
    button.addEventListener('click', () => {
      const shown = this.#shown;
      const next = shown && this.#ladders[this.#ladders.indexOf(shown) + step];
      if (!next) return;
      // The newest is followed when a newer one begins.
      this.#attempt = next === this.#ladders.at(-1) ? undefined : next.attempt;
      this.#choose(undefined);
      this.#scroll.scrollTop = 0;
    });
    return button;
  }

  #choose(key: string | undefined): void {
    const rung = this.#shown?.rungs.find((one) => one.key === key);
    this.#chosen = key === this.#chosen ? undefined : rung?.key;
    if (rung && this.#chosen) this.#below.replaceChildren(frameDetails(rung, this.words, () => this.#close()));
    else this.#below.replaceChildren();
    this.#draw();
    if (this.#chosen) this.#scroll.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  #close(): void {
    this.#choose(undefined);
    this.#listbox.focus();
  }
}
