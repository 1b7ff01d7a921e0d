/** What a list does when somebody moves in it. */
interface Uses {
  /** A click, Enter or the space bar. */
  choose(key: string): void;
  /** The arrows reached another option. */
  reach?(key: string): void;
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/**
 * Arrow keys, Enter and clicks for a list of `[role=option]`, each with its `data-key`, of HTML or SVG. One of them is in the
 * tab order (WAI-ARIA's listbox).
 */
export class Listbox {
  #current: string | undefined;

  constructor(
    private readonly container: HTMLElement,
    private readonly uses: Uses,
  ) {
    container.addEventListener('click', ({ target }) => {
      const key = keyOf(target);
      if (key === undefined) return;
      this.#move(key);
      uses.choose(key);
    });
    container.addEventListener('keydown', (event) => this.#pressed(event));
    container.addEventListener('focusin', ({ target }) => {
      const key = keyOf(target);
      if (key !== undefined) this.#mark(key);
    });
  }

  /** After the options were made anew, or another is the present one. */
  refresh(current = this.#current): void {
    const options = this.#options;
    const key = options.some((option) => keyOf(option) === current) ? current : keyOf(options[0] ?? null);
    if (key !== undefined) this.#mark(key);
  }

  /** Moves the focus to an option. */
  focus(key = this.#current): void {
    this.#options.find((option) => keyOf(option) === key)?.focus({ preventScroll: false });
  }

  get hasFocus(): boolean {
    return this.container.contains(document.activeElement);
  }

  get current(): string | undefined {
    return this.#current;
  }

  get #options(): readonly (HTMLElement | SVGElement)[] {
    return [...this.container.querySelectorAll<HTMLElement | SVGElement>('[role=option]')];
  }

  #pressed(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (step !== undefined) {
      const options = this.#options;
      const at = options.findIndex((option) => keyOf(option) === this.#current);
      const next = options[Math.min(Math.max(at + step, 0), options.length - 1)];
      const key = keyOf(next ?? null);
      if (key !== undefined) this.#move(key);
    } else if (event.key === 'Enter' || event.key === ' ') {
      if (this.#current !== undefined) this.uses.choose(this.#current);
    } else {
      return;
    }
    event.preventDefault();
    // The editor's own shortcuts hear nothing of it.
    event.stopPropagation();
  }

  #move(key: string): void {
    this.#mark(key);
    this.focus(key);
    this.uses.reach?.(key);
  }

  #mark(key: string): void {
    this.#current = key;
    for (const option of this.#options) option.setAttribute('tabindex', keyOf(option) === key ? '0' : '-1');
  }
}

function keyOf(target: EventTarget | null): string | undefined {
  const option = target instanceof Element ? target.closest<HTMLElement | SVGElement>('[role=option]') : null;
  return option?.dataset['key'];
}
