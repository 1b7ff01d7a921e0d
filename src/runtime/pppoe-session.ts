import { EventEmitter } from 'node:events';
import { type AutomatonStates, describeSession, INITIAL, type SessionDescription } from '../client/description';
import { type Diagnosis, diagnose } from '../client/diagnosis';
import { withTimes } from '../client/ipv6/settings';
import { Session, type SessionEvent } from '../client/session';
import type { SessionStateName } from '../client/session-state';
import { individual, type SessionSettings, sessionSettings, within } from '../client/settings';
import { noCounts } from '../client/snapshot';
import { PppoeError, type Reason } from '../errors';
import { roomBehind } from '../link/link';
import type { SessionKey } from '../pppoe/engine';
import { framingOf } from '../pppoe/framing';
import { vidsOf } from '../pppoe/session-frame';
import type { MacAddress } from '../wire/mac-address';
import type { Segment } from './capture';
import { type Clock, systemClock } from './clock';
import { type FrameReport, frameReport, type HistoryEntry, historyEntry } from './history';
import { type PacketConsumer, PacketQueue } from './packet-queue';
import type { Attachment } from './port';
import { checkInterface, openPort, type SharedPort } from './ports';
import type { PppoeSessionOptions, SessionEvents, SessionStatus } from './session-types';

export type { DiagnosedReason, PppoeSessionOptions, SessionStatus } from './session-types';

/** @throws RangeError */
function checked(options: PppoeSessionOptions): SessionSettings {
  const { queueLimit = 1_000, macAddress } = options;
  checkInterface(options.interface);
  within('receive queue', queueLimit, 1, 1_000_000);
  if (macAddress) individual('MAC address', macAddress);
  return sessionSettings(options);
}

/** The pause before an interface that was missing is looked for again. Doubles up to the maximum. In ms. */
const MISSING_INTERFACE = { first: 1_000, max: 30_000 };

/**
 * A PPPoE session on an interface: `connect`, then `send` packets and take received ones from `packets`, then `close`.
 *
 * Emits `state` for each change, `progress` for each step and `frame` for each control frame sent or received. It reconnects
 * by itself until it is disconnected.
 */
export class PppoeSession extends EventEmitter<SessionEvents> {
  #options: PppoeSessionOptions;
  #settings: SessionSettings;
  readonly packets: PacketQueue;
  readonly #observers = new Set<PacketConsumer>();
  #open: { readonly shared: SharedPort; readonly attachment: Attachment<Session> } | undefined;
  /** Why there is no link, while there is none. */
  #failure: { readonly reason: Reason; readonly retryAt: number | undefined } | undefined;
  #cancelRetry: (() => void) | undefined;
  #diagnosed: { readonly reason: Reason; readonly diagnosis: Diagnosis } | undefined;
  #closed = false;

  /** @throws RangeError for settings that no session could work with. */
  constructor(
    options: PppoeSessionOptions,
    private readonly clock: Clock = systemClock,
  ) {
    super();
    this.setMaxListeners(0);
    this.#options = options;
    this.#settings = checked(options);
    this.packets = new PacketQueue(options.queueLimit ?? 1_000);
  }

  /** Where its frames go. */
  get segment(): Segment {
    const { interface: name, macAddress, vlan, etherTypes } = this.#options;
    return {
      interface: name,
      ...(macAddress ? { macAddress } : {}),
      ...(vlan ? { vlan } : {}),
      ...(etherTypes ? { etherTypes } : {}),
    };
  }

  /**
   * Takes other options, for the next connect and from then on. Counters and the trace begin anew; the receive queue stays
   * as long as it is.
   * @throws RangeError for settings that no session could work with, and unless the session is idle.
   */
  configure(options: PppoeSessionOptions): void {
    const settings = checked(options);
    if (this.state !== 'idle') throw new RangeError(`a session takes options while idle, not ${this.state}`);
    this.#letGo();
    this.#failure = undefined;
    this.#options = options;
    this.#settings = settings;
  }

  get state(): SessionStateName {
    if (this.#open) return this.#open.attachment.engine.state;
    return this.#failure?.retryAt === undefined ? 'idle' : 'waiting';
  }

  get status(): SessionStatus {
    const { length, dropped, unclaimed } = this.packets;
    const common = { interface: this.#options.interface, queue: { length, dropped, unclaimed } };
    const why = this.#why();
    const said = why ? { reason: { ...why.reason, diagnosis: why.diagnosis.text } } : {};
    if (!this.#open) return { ...this.#withoutLink(), ...said, ...common };
    const { reason: _, since, nextAttempt, ipv6, ...rest } = this.#open.attachment.engine.snapshot;
    return {
      ...rest,
      ...said,
      ...common,
      ...(since === undefined ? {} : { since: this.clock.date(since) }),
      ...(nextAttempt === undefined ? {} : { nextAttempt: this.clock.date(nextAttempt) }),
      ...(ipv6 ? { ipv6: withTimes(ipv6, (time) => this.clock.date(time)) } : {}),
      link: this.#open.shared.port.linkCounters,
    };
  }

  /**
   * The last 500 control frames of this session, the oldest first, with those of its own IPv6 host (Neighbour Discovery,
   * DHCPv6). The flow's IP packets are not among them, and secrets are overwritten: passwords of PAP, responses of CHAP, EAP.
   */
  get trace(): readonly FrameReport[] {
    return (this.#open?.attachment.engine.trace.frames ?? []).map((frame) => frameReport(frame, this.clock));
  }

  /**
   * The same frames with the states between them, and those from the beginning of the present attempt.
   * @param after only what has a higher serial number.
   */
  history(after = 0): readonly HistoryEntry[] {
    const attempts = this.#open?.attachment.engine.trace.attempts ?? [];
    return attempts.flatMap(({ entries }) =>
      entries.filter(({ serial }) => serial > after).map((entry) => historyEntry(entry, this.clock)),
    );
  }

  /** The highest serial number of the history; 0 while it is empty. */
  get newest(): number {
    return this.#open?.attachment.engine.trace.newest ?? 0;
  }

  /** The states of LCP, IPCP and IPV6CP. */
  get automata(): AutomatonStates {
    return this.#open?.attachment.engine.automata ?? INITIAL;
  }

  /** Why the session is not up, or last was not, in plain language. */
  get diagnosis(): Diagnosis | undefined {
    return this.#why()?.diagnosis;
  }

  /** The session, its automatons and its negotiation as the texts of Mermaid diagrams. */
  describe(): SessionDescription {
    return this.#open?.attachment.engine.describe() ?? describeSession(this.state, INITIAL, []);
  }

  /** Begins at once, also during a pause, and comes back by itself from then on. The outcome is an event. */
  connect(): void {
    if (this.#closed) throw new PppoeError('closed', 'The session has been closed for good');
    if (!this.#open) this.#openLink(1);
    this.#open?.attachment.run((session, now) => session.open(now));
  }

  /** Ends in order; no attempt follows. The outcome is an event. */
  disconnect(): void {
    this.#stopRetrying();
    if (this.#open) this.#open.attachment.run((session, now) => session.close(now));
    else if (this.#failure) this.#fail({ code: 'closed', text: 'Closed by us' }, undefined);
  }

  /** Ends in order and begins again. */
  reconnect(): void {
    if (!this.#open) return this.connect();
    this.#open.attachment.run((session, now) => session.reopen(now));
  }

  /**
   * Waits for what becomes of a connect: up, or the reason why not.
   * @param within in ms.
   * @throws PppoeError with the reason's code, or `timeout`.
   */
  connected(within: number): Promise<SessionStatus> {
    return this.#settled(within, (state) => {
      if (state === 'up') return 'done';
      return state === 'waiting' || state === 'idle' ? 'failed' : 'pending';
    });
  }

  /**
   * Waits until the session is idle.
   * @param within in ms.
   * @throws PppoeError `timeout`.
   */
  disconnected(within: number): Promise<SessionStatus> {
    return this.#settled(within, (state) => (state === 'idle' ? 'done' : 'pending'));
  }

  /**
   * Sends IP packets, all or none.
   * @throws PppoeError `not-up`, `too-long`, `malformed`.
   */
  send(packets: readonly Buffer[]): void {
    if (!this.#open) throw new PppoeError('not-up', 'The session is not up, but idle');
    this.#open.attachment.run((session) => session.sendPackets(packets));
  }

  /**
   * Shows received packets to somebody before they go to `packets`. They are still the consumers': not to be kept or changed,
   * and no events are to be waited for.
   * @returns what ends it.
   */
  observe(observer: PacketConsumer): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /**
   * Ends in order and lets go of the interface, for good.
   * @param within how long the Access Concentrator may take to answer, in ms.
   */
  async close(within: number): Promise<void> {
    this.#closed = true;
    if (this.state !== 'idle') {
      const idle = this.disconnected(within);
      this.disconnect();
      await idle.catch((error: unknown) => {
        // The peer was given its time: the session ends without its answer.
        if (!(error instanceof PppoeError && error.code === 'timeout')) throw error;
        this.disconnect();
      });
    }
    this.#letGo();
    this.packets.clear();
  }

  #letGo(): void {
    this.#open?.attachment.detach();
    this.#open?.shared.close();
    this.#open = undefined;
  }

  #openLink(attempt: number): void {
    this.#stopRetrying();
    const { interface: name, macAddress } = this.#options;
    try {
      const address = macAddress ? { address: macAddress } : {};
      const framing = framingOf(this.#settings);
      const shared = openPort({ interface: name, role: 'host', framing, ...address }, this.clock);
      this.#failure = undefined;
      this.#open = { shared, attachment: this.#attach(shared) };
    } catch (error) {
      if (!(error instanceof PppoeError)) throw error;
      this.#linkFailed({ code: error.code, text: error.message }, attempt);
    }
  }

  #attach({ port }: SharedPort): Attachment<Session> {
    const settings = this.#settings;
    const vlan = vidsOf(settings.vlan);
    const own = this.#options.macAddress ? { address: this.#options.macAddress } : {};
    return port.attach(
      { role: 'host', vlan, ...own },
      (outlets, address) =>
        new Session(
          settings,
          {
            address,
            // That of the moment: of an interface or a tunnel it may change between two attempts.
            get mtu() {
              return roomBehind(settings.vlan, port.link).mtu;
            },
            tagOctets: roomBehind(settings.vlan, port.link).tagOctets,
            ...this.#leftover(address),
          },
          {
            ...outlets,
            packets: (packets) => this.#received(packets),
            event: (event) => outlets.later(this.#report(event, address)),
            // Nobody listens, as a rule: then nothing is decoded.
            frame: (frame) => {
              if (this.listenerCount('frame') > 0)
                outlets.later(() => this.emit('frame', frameReport(frame, this.clock)));
            },
          },
        ),
    );
  }

  #received(packets: readonly Buffer[]): void {
    if (this.#observers.size > 0) for (const observe of this.#observers) observe(packets);
    this.packets.push(packets);
  }

  /** What tells of an event, with the status of this moment: the session may be further on when it is called. */
  #report(event: SessionEvent, address: MacAddress): () => void {
    if (event.type === 'progress') return () => this.emit('progress', event.text);
    if (event.type === 'message') return () => this.emit('message', event.kind, event.text);
    if (event.type === 'session') return () => this.#remember(event.session, address);
    const { status } = this;
    if (event.type === 'state') return () => this.emit('state', event.state, status);
    if (event.type === 'addresses') return () => this.emit('addresses', status);
    return () => this.emit(event.type, event.prefix, status);
  }

  /** The session that an earlier run left at this interface's Access Concentrator. */
  #leftover(address: MacAddress): { leftover?: SessionKey } {
    const last = this.#options.memory?.load();
    if (!last || last.interface !== this.#options.interface || !last.address.equals(address)) return {};
    return { leftover: { peer: last.peer, id: last.id } };
  }

  #remember(session: SessionKey | undefined, address: MacAddress): void {
    try {
      this.#options.memory?.store(session && { ...session, interface: this.#options.interface, address });
    } catch (error) {
      this.emit('progress', `The session cannot be remembered: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** An interface may come (back); a missing right or add-on does not. */
  #linkFailed(reason: Reason, attempt: number): void {
    const again = reason.code === 'no-interface' && this.#settings.reconnect.enabled;
    const pause = Math.min(MISSING_INTERFACE.first * 2 ** (attempt - 1), MISSING_INTERFACE.max);
    const retryAt = again ? this.clock.now() + pause : undefined;
    this.#fail(reason, retryAt);
    if (retryAt === undefined) return;
    this.#cancelRetry = this.clock.wake(retryAt, () => {
      this.#openLink(attempt + 1);
      this.#open?.attachment.run((session, now) => session.open(now));
    });
  }

  #fail(reason: Reason, retryAt: number | undefined): void {
    this.#failure = { reason, retryAt };
    const { state, status } = this;
    // Not before connect() has returned: whoever calls it has yet to listen.
    queueMicrotask(() => this.emit('state', state, status));
  }

  /** The reason with its diagnosis, which is made once for each. */
  #why(): { readonly reason: Reason; readonly diagnosis: Diagnosis } | undefined {
    const engine = this.#open?.attachment.engine;
    const reason = engine ? engine.reason : this.#failure?.reason;
    if (!reason) return undefined;
    if (this.#diagnosed?.reason !== reason) {
      const attempts = engine?.trace.attempts ?? [];
      this.#diagnosed = { reason, diagnosis: diagnose(reason, attempts, this.#settings, this.#options.interface) };
    }
    return this.#diagnosed;
  }

  #stopRetrying(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  #withoutLink(): Omit<SessionStatus, 'interface' | 'queue' | 'reason'> {
    const { retryAt } = this.#failure ?? {};
    return {
      state: this.state,
      serviceName: this.#settings.serviceName,
      dns: [],
      nbns: [],
      ...(retryAt === undefined ? {} : { nextAttempt: this.clock.date(retryAt) }),
      counters: noCounts(),
    };
  }

  #settled(within: number, judge: (state: SessionStateName) => 'done' | 'failed' | 'pending'): Promise<SessionStatus> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        cancel();
        this.off('state', listen);
        act();
      };
      const listen = (state: SessionStateName, status: SessionStatus) => {
        const verdict = judge(state);
        if (verdict === 'done') finish(() => resolve(status));
        if (verdict === 'failed') {
          const { code, text, detail }: Reason = status.reason ?? { code: 'closed', text: 'The session is idle' };
          finish(() => reject(new PppoeError(code, text, { detail })));
        }
      };
      const cancel = this.clock.wake(this.clock.now() + within, () =>
        finish(() => reject(new PppoeError('timeout', `No outcome within ${within / 1_000} s: ${this.state}`))),
      );
      this.on('state', listen);
      if (judge(this.state) === 'done') finish(() => resolve(this.status));
    });
  }
}
