import { Session, type SessionEvent } from '../../src/client/session';
import type { SessionStateName } from '../../src/client/session-state';
import { type SessionSettings, sessionSettings } from '../../src/client/settings';
import type { SessionSnapshot } from '../../src/client/snapshot';
import { Concentrator } from '../../src/concentrator/concentrator';
import type { ConcentratorEvent, ConcentratorOutlets } from '../../src/concentrator/events';
import type { Subscriber } from '../../src/concentrator/line';
import { type ConcentratorSettings, concentratorSettings } from '../../src/concentrator/settings';
import { PppoeError, type Reason } from '../../src/errors';
import { Demultiplexer } from '../../src/pppoe/demultiplexer';
import type { SessionKey } from '../../src/pppoe/engine';
import { framingOf } from '../../src/pppoe/framing';
import { vidsOf } from '../../src/pppoe/session-frame';
import type { MacAddress } from '../../src/wire/mac-address';
import { Alarm, type Station, type World } from './world';

/** The account that both ends of a test have unless it says otherwise. */
export const ACCOUNT = { username: 'test', password: 'secret' } as const;

/** A Session on a segment of its own link, with all that it tells. */
export class Host implements Station {
  readonly address: MacAddress;
  readonly session: Session;
  readonly demultiplexer: Demultiplexer;
  readonly events: SessionEvent[] = [];
  readonly packets: Buffer[] = [];
  linkUp = true;
  /** Sees each event at once. */
  onEvent: (event: SessionEvent) => void = () => {};
  readonly #alarm: Alarm;

  constructor(
    private readonly world: World,
    settings: Partial<SessionSettings> = {},
    readonly name = 'host',
    mtu = 1_500,
    /** What a run before this one has left, and what VLAN tags take from the segment's MTU. */
    place: { readonly address?: MacAddress; readonly leftover?: SessionKey; readonly tagOctets?: number } = {},
  ) {
    this.address = place.address ?? world.freshAddress();
    const { etherTypes, vlan: tags = [] } = settings;
    const framing = framingOf({ ...(etherTypes ? { etherTypes } : {}), vlan: tags });
    this.demultiplexer = new Demultiplexer(framing, (frame) => world.send(this, frame));
    this.session = new Session(
      sessionSettings({ ...ACCOUNT, ...settings }),
      { mtu, ...place, address: this.address },
      {
        send: (frame) => world.send(this, frame),
        packets: (packets) => this.packets.push(...packets),
        event: (event) => {
          this.events.push(event);
          this.onEvent(event);
        },
        listen: (interest) => this.demultiplexer.listen(this.session, interest, world.now),
        random: (octets) => world.random.octets(octets),
      },
    );
    const vlan = vidsOf(tags);
    this.demultiplexer.add(this.session, { role: 'host', address: this.address, vlan });
    this.#alarm = new Alarm(world, this.session, () => this.session.handle({ type: 'due' }, world.now));
    world.add(this);
  }

  get state(): SessionStateName {
    return this.session.state;
  }

  get snapshot(): SessionSnapshot {
    return this.session.snapshot;
  }

  /** The states in the order in which they were entered. */
  get states(): SessionStateName[] {
    return this.events.flatMap((event) => (event.type === 'state' ? [event.state] : []));
  }

  /** Why the last states with a reason were entered, the newest last. */
  get reasons(): Reason[] {
    return this.events.flatMap((event) => (event.type === 'state' && event.reason ? [event.reason] : []));
  }

  get progress(): string[] {
    return this.events.flatMap((event) => (event.type === 'progress' ? [event.text] : []));
  }

  receive(frame: Buffer, now: number): void {
    this.demultiplexer.dispatch([frame], now);
    this.#alarm.arm();
  }

  open(): this {
    return this.act((session, now) => session.open(now));
  }

  close(): this {
    return this.act((session, now) => session.close(now));
  }

  act(action: (session: Session, now: number) => void): this {
    action(this.session, this.world.now);
    this.#alarm.arm();
    return this;
  }

  unplug(): void {
    this.linkUp = false;
    const error = new PppoeError('link-down', 'The cable is out');
    this.act((session, now) => session.handle({ type: 'link-down', error }, now));
  }

  plug(): void {
    this.linkUp = true;
    this.act((session, now) => session.handle({ type: 'link-up' }, now));
  }
}

/** A Concentrator on a segment, with all that it tells. */
export class Ac implements Station {
  readonly address: MacAddress;
  readonly concentrator: Concentrator;
  readonly demultiplexer: Demultiplexer;
  readonly events: ConcentratorEvent[] = [];
  readonly packets: { readonly sessionId: number; readonly packet: Buffer }[] = [];
  linkUp = true;
  readonly #alarm: Alarm;

  constructor(
    private readonly world: World,
    settings: Partial<ConcentratorSettings> = {},
    readonly name = 'ac',
    mtu = 1_500,
  ) {
    this.address = world.freshAddress();
    const { etherTypes, vlan: tags = [] } = settings;
    const framing = framingOf({ ...(etherTypes ? { etherTypes } : {}), vlan: tags });
    this.demultiplexer = new Demultiplexer(framing);
    const all = concentratorSettings({ accounts: [ACCOUNT], ...settings });
    const outlets: ConcentratorOutlets = {
      send: (frame) => world.send(this, frame),
      packets: (sessionId, packets) => this.packets.push(...packets.map((packet) => ({ sessionId, packet }))),
      event: (event) => this.events.push(event),
      random: (octets) => world.random.octets(octets),
    };
    this.concentrator = new Concentrator(all, this.address, outlets, mtu);
    const vlan = all.anyVlan ? 'any' : vidsOf(tags);
    this.demultiplexer.add(this.concentrator, { role: 'concentrator', address: this.address, vlan });
    this.#alarm = new Alarm(world, this.concentrator, () => this.concentrator.handle({ type: 'due' }, world.now));
    world.add(this);
  }

  get subscribers(): readonly Subscriber[] {
    return this.concentrator.subscribers;
  }

  /** Why subscribers went, in order. */
  get departures(): Reason[] {
    return this.events.flatMap((event) => {
      if (event.type === 'subscriber-down') return [event.reason];
      return event.type === 'subscriber-refused' ? [event.refusal.reason] : [];
    });
  }

  receive(frame: Buffer, now: number): void {
    this.demultiplexer.dispatch([frame], now);
    this.#alarm.arm();
  }

  act(action: (concentrator: Concentrator, now: number) => void): this {
    action(this.concentrator, this.world.now);
    this.#alarm.arm();
    return this;
  }
}

/** A host that is up at a concentrator, on a clean segment. */
export function connected(
  world: World,
  sessionOptions: Partial<SessionSettings> = {},
  concentratorOptions: Partial<ConcentratorSettings> = {},
): { readonly host: Host; readonly ac: Ac } {
  const ac = new Ac(world, concentratorOptions);
  const host = new Host(world, sessionOptions).open();
  world.runUntil(() => host.state === 'up', 60_000, 'up');
  return { host, ac };
}
