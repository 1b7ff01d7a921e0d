import type { Link, LinkCounters } from '../link/link';
import { Demultiplexer, type StrayCounters } from '../pppoe/demultiplexer';
import type { Engine, Input, Interest, Position } from '../pppoe/engine';
import type { Framing } from '../pppoe/framing';
import type { MacAddress } from '../wire/mac-address';
import type { Clock } from './clock';

/** What a port hands to the engine that it attaches. */
export interface PortOutlets {
  send(frame: Buffer): void;
  listen(interest: Interest): void;
  random(octets: number): Buffer;
  /** Calls once the engine is done with what it handles now: a listener may then use the engine again. */
  later(call: () => void): void;
}

/** Looks at frames of a link, which are not its own: not to be kept or changed, and no engine is to be used meanwhile. */
export type FrameTap = (frames: readonly Buffer[], direction: 'sent' | 'received', now: number) => void;

export interface Attachment<E extends Engine> {
  readonly engine: E;
  /** Lets the engine do something now: what it sends goes out, its next deadline is armed, its events are delivered. */
  run<T>(action: (engine: E, now: number) => T): T;
  /** Takes the engine off the segment. What it has sent until now still goes out. */
  detach(): void;
}

/** One link and the engines that share it. Drives them: frames in, frames out in batches, one timer for each engine. */
export class Port {
  readonly #demultiplexer: Demultiplexer;
  readonly #attached = new Set<Attached<Engine>>();
  readonly #touched = new Set<Attached<Engine>>();
  readonly #taps = new Set<FrameTap>();
  #outgoing: Buffer[] = [];
  readonly #deliveries: (() => void)[] = [];
  #delivering = false;
  #depth = 0;

  constructor(
    readonly link: Link,
    private readonly clock: Clock,
    framing?: Framing,
  ) {
    this.#demultiplexer = new Demultiplexer(framing, (frame) => this.#outgoing.push(frame));
    link.onFrames = (frames) =>
      this.#turn((now) => {
        this.#show(frames, 'received');
        this.#demultiplexer.dispatch(frames, now);
      });
    link.onDown = (error) => this.#everyone({ type: 'link-down', error });
    link.onUp = () => this.#everyone({ type: 'link-up' });
  }

  get linkCounters(): LinkCounters {
    return this.link.counters;
  }

  get strays(): Readonly<StrayCounters> {
    return this.#demultiplexer.counters;
  }

  get users(): number {
    return this.#attached.size;
  }

  /** Puts an engine on the segment. */
  attach<E extends Engine>(
    position: Omit<Position, 'address'> & { readonly address?: MacAddress },
    make: (outlets: PortOutlets, address: MacAddress) => E,
  ): Attachment<E> {
    const address = position.address ?? this.link.address;
    let attached: Attached<E> | undefined;
    const outlets: PortOutlets = {
      send: (frame) => this.#outgoing.push(frame),
      listen: (interest) => attached && this.#demultiplexer.listen(attached, interest, this.clock.now()),
      random: (octets) => this.clock.random(octets),
      later: (call) => this.#deliveries.push(call),
    };
    const made = new Attached(make(outlets, address), this.clock, {
      turn: (action) => this.#turn(action),
      touch: (engine) => this.#touched.add(engine),
      detach: (engine) => {
        this.#demultiplexer.remove(engine, this.clock.now());
        this.#attached.delete(engine);
        this.#touched.delete(engine);
      },
    });
    attached = made;
    this.#attached.add(made);
    this.#demultiplexer.add(made, { ...position, address });
    return made;
  }

  /** Shows every frame of the link to somebody: received ones before they are handled. @returns what ends it. */
  tap(look: FrameTap): () => void {
    this.#taps.add(look);
    return () => this.#taps.delete(look);
  }

  /** One comparison for each batch while nobody looks. */
  #show(frames: readonly Buffer[], direction: 'sent' | 'received'): void {
    if (this.#taps.size === 0) return;
    const now = this.clock.now();
    for (const look of this.#taps) look(frames, direction, now);
  }

  #everyone(input: Input): void {
    this.#turn((now) => {
      for (const attached of [...this.#attached]) attached.handle(input, now);
    });
  }

  /** One turn: engines work, then frames leave as one batch, then deadlines are armed, then listeners are called. */
  #turn<T>(action: (now: number) => T): T {
    this.#depth++;
    try {
      return action(this.clock.now());
    } finally {
      this.#depth--;
      if (this.#depth === 0) this.#settle();
    }
  }

  #settle(): void {
    const frames = this.#outgoing;
    if (frames.length > 0) {
      this.#outgoing = [];
      this.#show(frames, 'sent');
      this.link.send(frames);
    }
    for (const attached of this.#touched) attached.arm();
    this.#touched.clear();
    this.#deliver();
  }

  /** In the order of the telling, also when a listener uses an engine: what that tells comes after what was told before. */
  #deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let call = this.#deliveries.shift(); call; call = this.#deliveries.shift()) call();
    } finally {
      this.#delivering = false;
      // A listener that throws keeps no other from being called.
      if (this.#deliveries.length > 0) this.#deliver();
    }
  }
}

interface AttachedHooks {
  turn<T>(action: (now: number) => T): T;
  touch(attached: Attached<Engine>): void;
  detach(attached: Attached<Engine>): void;
}

class Attached<E extends Engine> implements Attachment<E>, Engine {
  #cancel: (() => void) | undefined;
  #armedFor: number | undefined;
  #attached = true;

  constructor(
    readonly engine: E,
    private readonly clock: Clock,
    private readonly hooks: AttachedHooks,
  ) {}

  get deadline(): number | undefined {
    return this.engine.deadline;
  }

  handle(input: Input, now: number): void {
    this.hooks.touch(this);
    this.engine.handle(input, now);
  }

  run<T>(action: (engine: E, now: number) => T): T {
    return this.hooks.turn((now) => {
      if (this.#attached) this.hooks.touch(this);
      return action(this.engine, now);
    });
  }

  detach(): void {
    this.#attached = false;
    this.#disarm();
    this.hooks.detach(this);
  }

  /** Arms the timer anew, if the engine wants to be woken at another time than before. */
  arm(): void {
    const { deadline } = this.engine;
    if (!this.#attached || deadline === this.#armedFor) return;
    this.#disarm();
    if (deadline === undefined) return;
    this.#armedFor = deadline;
    this.#cancel = this.clock.wake(deadline, () => {
      this.#armedFor = undefined;
      this.hooks.turn((now) => this.handle({ type: 'due' }, now));
    });
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#armedFor = undefined;
  }
}
