import { EventEmitter } from 'node:events';
import type { LeaseRecord } from '../concentrator/address-plan';
import type { Admission } from '../concentrator/admission';
import { type Broadcast, Concentrator } from '../concentrator/concentrator';
import type { AdmissionRequest, ConcentratorCounters, ConcentratorEvent, Refusal } from '../concentrator/events';
import type { Subscriber } from '../concentrator/line';
import { type ConcentratorSettings, concentratorSettings } from '../concentrator/settings';
import type { Reason } from '../errors';
import type { LinkCounters } from '../link/link';
import { framingOf } from '../pppoe/framing';
import { vidsOf } from '../pppoe/session-frame';
import { type Clock, systemClock } from './clock';
import type { Attachment } from './port';
import { openPort, type SharedPort } from './ports';

export interface PppoeConcentratorOptions extends Partial<ConcentratorSettings> {
  /** An interface of this machine (`eth0`), or a segment within this process (`virtual:lab`). */
  readonly interface: string;
  /** `leases` of a concentrator before this one: its subscribers get their addresses again. */
  readonly leases?: Partial<LeaseRecord>;
}

interface ConcentratorEvents {
  'subscriber-up': [subscriber: Subscriber];
  'subscriber-changed': [subscriber: Subscriber];
  'subscriber-down': [subscriber: Subscriber, reason: Reason];
  'subscriber-refused': [refusal: Refusal];
  /** Somebody wants to log in, and the settings say that others decide: `admit` must be called within the decision time. */
  authenticate: [request: AdmissionRequest];
  packets: [sessionId: number, packets: readonly Buffer[]];
}

/** How long sessions get to end in order before the link closes, in ms. */
const CLOSE_TIME = 1_000;

/** An access concentrator on an interface, from its making to `close`. */
export class PppoeConcentrator extends EventEmitter<ConcentratorEvents> {
  readonly #shared: SharedPort;
  readonly #attachment: Attachment<Concentrator>;

  /**
   * Opens the interface and serves at once.
   * @throws PppoeError `no-interface`, `permission`, `no-native`; RangeError for impossible settings.
   */
  constructor(
    options: PppoeConcentratorOptions,
    private readonly clock: Clock = systemClock,
  ) {
    super();
    this.setMaxListeners(0);
    const settings = concentratorSettings(options);
    this.#shared = openPort(
      { interface: options.interface, role: 'concentrator', framing: framingOf(settings) },
      clock,
    );
    const vlan = settings.anyVlan ? 'any' : vidsOf(settings.vlan);
    this.#attachment = this.#shared.port.attach(
      { role: 'concentrator', vlan },
      (outlets, address) =>
        new Concentrator(
          settings,
          address,
          {
            ...outlets,
            packets: (id, packets) => outlets.later(() => this.emit('packets', id, packets)),
            event: (event) => outlets.later(() => this.#tell(event)),
          },
          this.#shared.port.link.mtu,
          options.leases,
        ),
    );
  }

  get subscribers(): readonly Subscriber[] {
    return this.#attachment.engine.subscribers;
  }

  get counters(): ConcentratorCounters & { readonly link: LinkCounters } {
    return { ...this.#attachment.engine.counters, link: this.#shared.port.linkCounters };
  }

  /** How many sessions there are. */
  get size(): number {
    return this.#attachment.engine.size;
  }

  /** Who has or had which address: for a concentrator after this one. */
  get leases(): LeaseRecord {
    return this.#attachment.engine.leases;
  }

  /** One session, or undefined when there is none of this id. */
  subscriber(sessionId: number): Subscriber | undefined {
    return this.#attachment.engine.subscriber(sessionId);
  }

  /**
   * Answers an `authenticate` event.
   * @returns false when it is too late.
   */
  admit({ ticket, subscriber }: AdmissionRequest, admission: Admission): boolean {
    return this.#attachment.run((engine, now) => engine.admit(subscriber.sessionId, ticket, admission, now));
  }

  /** Sends an IP packet to a session. False when it is not up, or the packet longer than its host takes. */
  send(sessionId: number, packet: Buffer): boolean {
    return this.#attachment.run((engine) => engine.sendPacket(sessionId, packet));
  }

  /** Sends a message to the host of one session, or to all (PADM). How many it was sent to. */
  broadcast(message: Broadcast, sessionId?: number): number {
    return this.#attachment.run((engine) => engine.broadcast(message, sessionId));
  }

  /** Ends one session in order. False when there is none of this id. */
  disconnect(sessionId: number): boolean {
    return this.#attachment.run((engine, now) => engine.disconnect(sessionId, now));
  }

  /** Ends every session in order, then lets go of the interface. */
  async close(): Promise<void> {
    this.#attachment.run((engine, now) => engine.close(now));
    await this.#emptied();
    // Hosts that have not answered in that time get a PADT.
    this.#attachment.run((engine, now) => engine.close(now));
    this.#attachment.detach();
    this.#shared.close();
  }

  #emptied(): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        cancel();
        this.off('subscriber-down', look).off('subscriber-refused', look);
        resolve();
      };
      const look = () => {
        if (this.size === 0) finish();
      };
      const cancel = this.clock.wake(this.clock.now() + CLOSE_TIME, finish);
      this.on('subscriber-down', look).on('subscriber-refused', look);
      look();
    });
  }

  #tell(event: ConcentratorEvent): void {
    switch (event.type) {
      case 'subscriber-up':
        return void this.emit('subscriber-up', event.subscriber);
      case 'subscriber-changed':
        return void this.emit('subscriber-changed', event.subscriber);
      case 'subscriber-down':
        return void this.emit('subscriber-down', event.subscriber, event.reason);
      case 'subscriber-refused':
        return void this.emit('subscriber-refused', event.refusal);
      case 'authenticate':
        return void this.emit('authenticate', event.request);
    }
  }
}
