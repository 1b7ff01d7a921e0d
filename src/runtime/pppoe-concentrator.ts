import { EventEmitter } from 'node:events';
import { within } from '../client/settings';
import type { LeaseRecord } from '../concentrator/address-plan';
import { routerAddress } from '../concentrator/address-plan';
import type { Admission } from '../concentrator/admission';
import { Concentrator } from '../concentrator/concentrator';
import type { AdmissionRequest, ConcentratorCounters, ConcentratorEvent, Refusal } from '../concentrator/events';
import type { FaultTarget } from '../concentrator/fault-plan';
import type { Fault } from '../concentrator/faults';
import type { Subscriber } from '../concentrator/line';
import type { PacketsBySession } from '../concentrator/lines';
import { type ConcentratorSettings, concentratorSettings } from '../concentrator/settings';
import type { Reason } from '../errors';
import { type LinkCounters, roomBehind } from '../link/link';
import { tunnelKind } from '../link/tunnel-text';
import { framingOf } from '../pppoe/framing';
import type { Broadcast } from '../pppoe/padm';
import { vidsOf } from '../pppoe/session-frame';
import { formatIpv4, formatIpv6 } from '../wire/ip';
import { type Clock, systemClock } from './clock';
import { PacketQueue } from './packet-queue';
import type { Attachment } from './port';
import { isVirtual, openPort, type SharedPort } from './ports';
import type { NasIdentity } from './radius/attributes';
import type { RadiusReport } from './radius/client';
import { type OpenDatagrams, openDatagrams } from './radius/datagrams';
import { Radius, type RadiusHost } from './radius/radius';
import { longestWait, type RadiusSettings, radiusSettings } from './radius/settings';
import { type SubscriberPacket, type SubscriberStatus, senderOf, subscriberStatus } from './subscriber-status';

export interface PppoeConcentratorOptions extends Partial<ConcentratorSettings> {
  /** An interface of this machine (`eth0`), a segment within this process (`virtual:lab`), or a tunnel (`gre:192.0.2.1`). */
  readonly interface: string;
  /** `leases` of a concentrator before this one: its subscribers get their addresses again. */
  readonly leases?: Partial<LeaseRecord>;
  /** How many received packets may wait to be taken, 1000 if absent. */
  readonly queueLimit?: number;
  /**
   * RADIUS servers that are told about sessions and, where `admission` asks somebody, decide about logins; the time-outs of
   * RADIUS then take the place of `decisionTimeout`.
   */
  readonly radius?: Partial<RadiusSettings>;
}

/** Somebody wants to log in. */
export interface Login extends Omit<AdmissionRequest, 'subscriber'> {
  readonly subscriber: SubscriberStatus;
}

/** Tells a login from every other, also of another concentrator. */
export interface LoginReference {
  readonly ticket: number;
  readonly subscriber: Pick<Subscriber, 'sessionId' | 'key'>;
}

/** Our own addresses in every session, as text. */
export interface ConcentratorAddresses {
  readonly localAddress: string;
  readonly ipv6?: { readonly addresses: readonly { readonly address: string }[] };
}

interface ConcentratorEvents {
  'subscriber-up': [subscriber: SubscriberStatus];
  'subscriber-changed': [subscriber: SubscriberStatus];
  'subscriber-down': [subscriber: SubscriberStatus, reason: Reason];
  'subscriber-refused': [refusal: Refusal];
  /** Somebody wants to log in, and the settings say that others decide: `admit` must be called within the decision time. */
  authenticate: [login: Login];
  /** What an operator should know of the RADIUS servers. */
  radius: [report: RadiusReport];
}

/** How long sessions get to end in order before the link closes, in ms. */
const CLOSE_TIME = 1_000;

/** What a login may take beyond the time-outs of all RADIUS servers, in ms. */
const SPARE = 1_000;

/** An access concentrator on an interface, from its making to `close`. */
export class PppoeConcentrator extends EventEmitter<ConcentratorEvents> {
  /** What hosts send that is neither for ourselves nor for another session. */
  readonly packets: PacketQueue<SubscriberPacket>;
  readonly #settings: ConcentratorSettings;
  readonly #shared: SharedPort;
  readonly #attachment: Attachment<Concentrator>;
  readonly #radius: Radius | undefined;

  /**
   * Opens the interface and serves at once.
   * @throws PppoeError `no-interface`, `permission`, `no-native`; RangeError for impossible settings.
   */
  constructor(
    options: PppoeConcentratorOptions,
    private readonly clock: Clock = systemClock,
    open: OpenDatagrams = openDatagrams,
  ) {
    super();
    this.setMaxListeners(0);
    const radius = options.radius && radiusSettings(options.radius);
    const asksRadius = radius !== undefined && radius.authentication.length > 0;
    const settings = concentratorSettings({
      ...options,
      ...(asksRadius ? { decisionTimeout: longestWait(radius) + SPARE } : {}),
    });
    this.#settings = settings;
    this.#radius = radius && this.#makeRadius(radius, options.interface, open);
    const { queueLimit = 1_000 } = options;
    within('receive queue', queueLimit, 1, 1_000_000);
    this.packets = new PacketQueue(queueLimit);
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
            packets: (id, packets) => this.#queue(id, packets),
            event: (event) => outlets.later(() => this.#tell(event)),
          },
          roomBehind(settings.vlan, this.#shared.port.link).mtu,
          options.leases,
        ),
    );
  }

  get subscribers(): readonly SubscriberStatus[] {
    return this.#attachment.engine.subscribers.map((subscriber) => this.#status(subscriber));
  }

  get addresses(): ConcentratorAddresses {
    const { address, ipv6 } = this.#settings;
    return {
      localAddress: formatIpv4(address),
      ...(ipv6 ? { ipv6: { addresses: [{ address: formatIpv6(routerAddress(ipv6)) }] } } : {}),
    };
  }

  /** True for the name of a user who has an account here; others may get in all the same where somebody else decides. */
  hasAccount(username: string): boolean {
    return this.#settings.accounts.some((account) => account.username === username);
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
  subscriber(sessionId: number): SubscriberStatus | undefined {
    const subscriber = this.#attachment.engine.subscriber(sessionId);
    return subscriber && this.#status(subscriber);
  }

  /** The session that packets to this IPv4 or IPv6 address go to, 4 or 16 octets. */
  route(destination: Buffer): SubscriberStatus | undefined {
    const subscriber = this.#attachment.engine.route(destination);
    return subscriber && this.#status(subscriber);
  }

  /**
   * Answers an `authenticate` event.
   * @returns false when it is too late.
   */
  admit({ ticket, subscriber }: LoginReference, admission: Admission): boolean {
    const { sessionId, key } = subscriber;
    return this.#attachment.run((engine, now) => {
      return engine.subscriber(sessionId)?.key === key && engine.admit(sessionId, ticket, admission, now);
    });
  }

  /**
   * Sends IP packets to sessions, all or none of them.
   * @throws PppoeError `not-up`, `too-long`, `malformed`.
   */
  send(packets: PacketsBySession): void {
    this.#attachment.run((engine, now) => engine.sendPackets(packets, now));
  }

  /** Sends a message to the host of one session, or to all (PADM). How many it was sent to. */
  broadcast(message: Broadcast, sessionId?: number): number {
    return this.#attachment.run((engine) => engine.broadcast(message, sessionId));
  }

  /**
   * Does this wrong on purpose from now on: to the sessions of an account, to one session, or to every host; none: nothing
   * any more. False when there is no such session.
   */
  setFaults(faults: readonly Fault[], whose: FaultTarget = {}): boolean {
    return this.#attachment.run((engine, now) => engine.setFaults(faults, whose, now));
  }

  /** What is done wrong on purpose to the sessions of an account, besides what is done to all; or to every host. */
  plannedFaults(username?: string): readonly Fault[] {
    return this.#attachment.run((engine) => engine.plannedFaults(username));
  }

  /** Ends one session in order. False when there is none of this id. */
  disconnect(sessionId: number): boolean {
    return this.#attachment.run((engine, now) => engine.disconnect(sessionId, now));
  }

  /** Ends every session in order, then lets go of the interface, then waits up to 2 s until RADIUS servers know of it. */
  async close(): Promise<void> {
    this.#radius?.closing();
    this.#attachment.run((engine, now) => engine.close(now));
    await this.#emptied();
    // Hosts that have not answered in that time get a PADT.
    this.#attachment.run((engine, now) => engine.close(now));
    this.#attachment.detach();
    this.#shared.close();
    this.packets.clear();
    await this.#radius?.close();
  }

  #makeRadius(radius: RadiusSettings, name: string, open: OpenDatagrams): Radius {
    const identity: NasIdentity = {
      identifier: radius.nasIdentifier ?? this.#settings.acName,
      ...(radius.nasAddress ? { address: radius.nasAddress } : {}),
      interface: name,
      portType: isVirtual(name) || tunnelKind(name) ? 'Virtual' : 'Ethernet',
    };
    const host: RadiusHost = {
      evidence: ({ ticket, subscriber }) => this.#attachment.engine.evidence(subscriber.sessionId, ticket),
      admit: (request, admission) => this.admit(request, admission),
      subscriber: (sessionId) => this.#attachment.engine.subscriber(sessionId),
      disconnect: (sessionId, reason) =>
        void this.#attachment.run((engine, now) => engine.disconnect(sessionId, now, reason)),
      report: (report) => void this.emit('radius', report),
    };
    return new Radius(radius, identity, host, this.clock, open);
  }

  #queue(sessionId: number, packets: readonly Buffer[]): void {
    const subscriber = this.#attachment.engine.subscriber(sessionId);
    if (!subscriber) return;
    const sender = senderOf(subscriber);
    this.packets.push(packets.map((packet) => ({ sender, packet })));
  }

  #status(subscriber: Subscriber): SubscriberStatus {
    return subscriberStatus(subscriber, this.clock);
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
        this.#radius?.up(event.subscriber);
        return void this.emit('subscriber-up', this.#status(event.subscriber));
      case 'subscriber-changed':
        return void this.emit('subscriber-changed', this.#status(event.subscriber));
      case 'subscriber-down':
        this.#radius?.down(event.subscriber, event.reason);
        return void this.emit('subscriber-down', this.#status(event.subscriber), event.reason);
      case 'subscriber-refused':
        this.#radius?.refused();
        return void this.emit('subscriber-refused', event.refusal);
      case 'authenticate':
        if (this.#radius?.decides) return this.#radius.decide(event.request);
        return void this.emit('authenticate', {
          ...event.request,
          subscriber: this.#status(event.request.subscriber),
        });
    }
  }
}
