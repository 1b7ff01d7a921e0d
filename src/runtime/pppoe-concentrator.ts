import { EventEmitter } from 'node:events';
import { Concentrator, type ConcentratorCounters } from '../concentrator/concentrator';
import type { Subscriber } from '../concentrator/line';
import { type ConcentratorSettings, concentratorSettings } from '../concentrator/settings';
import type { Reason } from '../errors';
import { type LinkCounters, roomBehind } from '../link/link';
import { framingOf } from '../pppoe/framing';
import { type Clock, systemClock } from './clock';
import type { Attachment } from './port';
import { openPort, type SharedPort } from './ports';

export interface PppoeConcentratorOptions extends Partial<ConcentratorSettings> {
  /** An interface of this machine (`eth0`), a segment within this process (`virtual:lab`), or a tunnel (`gre:192.0.2.1`). */
  readonly interface: string;
}

interface ConcentratorEvents {
  'subscriber-up': [subscriber: Subscriber];
  'subscriber-down': [subscriber: Subscriber, reason: Reason];
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
    const vlan = settings.vlan.map(({ vid }) => vid).filter((vid) => vid !== 0);
    this.#attachment = this.#shared.port.attach(
      { role: 'concentrator', vlan },
      (outlets, address) =>
        new Concentrator(
          settings,
          address,
          {
            ...outlets,
            packets: (id, packets) => outlets.later(() => this.emit('packets', id, packets)),
            event: (event) =>
              outlets.later(() => {
                if (event.type === 'subscriber-up') this.emit('subscriber-up', event.subscriber);
                else this.emit('subscriber-down', event.subscriber, event.reason);
              }),
          },
          roomBehind(settings.vlan, this.#shared.port.link).mtu,
        ),
    );
  }

  get subscribers(): readonly Subscriber[] {
    return this.#attachment.engine.subscribers;
  }

  get counters(): ConcentratorCounters & { readonly link: LinkCounters } {
    return { ...this.#attachment.engine.counters, link: this.#shared.port.linkCounters };
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
        this.off('subscriber-down', look);
        resolve();
      };
      const look = () => {
        if (this.subscribers.length === 0) finish();
      };
      const cancel = this.clock.wake(this.clock.now() + CLOSE_TIME, finish);
      this.on('subscriber-down', look);
      look();
    });
  }
}
