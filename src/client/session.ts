import { PppoeError, type Reason } from '../errors';
import { earliest } from '../ppp/automaton';
import type { PhaseName } from '../ppp/connection';
import { type DiscoveryPacket, encodeDiscovery } from '../pppoe/discovery-packet';
import type { Engine, Input, Interest, SessionKey } from '../pppoe/engine';
import { type Framing, framingOf } from '../pppoe/framing';
import { type Confirmed, errorText, type Offer } from '../pppoe/host-discovery';
import { encodePadt } from '../pppoe/padt';
import { pppEnd, pppoeOffset, protocolOffset, sessionIdAt } from '../pppoe/session-frame';
import { isIpData } from '../wire/describe/protocols';
import { PROTOCOL } from '../wire/ppp';
import { CODE } from '../wire/pppoe';
import { Attempts } from './attempts';
import { discoverySettings } from './connection-settings';
import { type AutomatonStates, describeSession, type SessionDescription } from './description';
import { establish } from './establish';
import { Ipv6Host } from './ipv6/host';
import { dhcpv6Identity, drawIdentifier } from './ipv6/identity';
import { Ledger } from './ledger';
import { Leftover } from './leftover';
import { Backoff } from './reconnect';
import type { SessionOutlets, SessionPlace } from './session-outlets';
import {
  type Afterwards,
  type Established,
  type SessionState,
  type SessionStateName,
  STATE_OF_PHASE,
} from './session-state';
import type { SessionSettings } from './settings';
import { sendLimit } from './sizes';
import { type SessionSnapshot, snapshot } from './snapshot';
import type { Trace } from './trace';

export type { SessionEvent, SessionOutlets, SessionPlace } from './session-outlets';

/** Session frames that overtake PADS are held, but no more than this. */
const MOST_HELD = 16;

/** One PPPoE session as a host has it: discovery, PPP, packets, shutdown, and the way back after a failure. */
export class Session implements Engine {
  #state: SessionState = { name: 'idle' };
  #reason: Reason | undefined;
  #linkUp = true;
  readonly #backoff: Backoff;
  readonly #attempts: Attempts;
  readonly #ipv6: Ipv6Host;
  readonly #leftover: Leftover;
  readonly #framing: Framing;
  readonly #ledger: Ledger;

  constructor(
    private readonly settings: SessionSettings,
    private readonly place: SessionPlace,
    private readonly outlets: SessionOutlets,
  ) {
    this.#framing = framingOf(settings);
    this.#backoff = new Backoff(settings.reconnect);
    this.#ledger = new Ledger(outlets, this.#framing);
    // Drawn once, and kept from one connection to the next: addresses are made of it.
    const interfaceIdentifier = settings.interfaceIdentifier ?? drawIdentifier(outlets.random);
    this.settings = { ...settings, interfaceIdentifier };
    const progress = (text: string) => this.#ledger.progress(text);
    this.#leftover = new Leftover(place.leftover, {
      padt: (session) => this.#sendPadt(session),
      progress,
      remember: (session) => outlets.event({ type: 'session', session }),
    });
    this.#attempts = new Attempts(
      { settings: discoverySettings(settings, place, this.#framing), address: place.address, vlan: settings.vlan },
      {
        send: (frame) => this.#ledger.send(frame),
        random: (octets) => outlets.random(octets),
        progress,
        requesting: (offer) => this.#requesting(offer),
        established: (confirmed, at) => this.#established(confirmed, at),
        failed: (reason, at) => this.#ended(reason, 'wait', at),
      },
    );
    const { dhcpv6, username, serviceName } = settings;
    this.#ipv6 = new Ipv6Host(dhcpv6, dhcpv6Identity(place.address, username, serviceName), {
      // What our IPv6 host says for itself; the counters are of the flow's packets.
      send: (packet) => {
        if ('established' in this.#state) this.#ledger.send(this.#state.established.path.frame(PROTOCOL.ipv6, packet));
      },
      random: (octets) => outlets.random(octets),
      progress,
      changed: () => outlets.event({ type: 'addresses' }),
      prefix: (type, prefix) => outlets.event({ type, prefix }),
    });
  }

  get state(): SessionStateName {
    return this.#state.name;
  }

  /** Everything that a session knows, as plain data. Times are of the engine's clock. */
  get snapshot(): SessionSnapshot {
    const own = snapshot(this.#state, this.#ledger.counters, this.settings, this.#reason, this.#ipv6.snapshot);
    return { ...own, ...this.#ledger.messages };
  }

  /** The control frames that were sent and received, secrets masked. The flow's packets are counted only (`snapshot`). */
  get trace(): Pick<Trace, 'frames' | 'attempts' | 'newest'> {
    return this.#ledger.trace;
  }

  /** The session, its automatons and its negotiation as Mermaid diagrams. */
  describe(): SessionDescription {
    return describeSession(this.state, this.automata, this.#ledger.trace.attempts);
  }

  /** Initial while there is no PPP connection. */
  get automata(): AutomatonStates {
    const connection = 'established' in this.#state ? this.#state.established.connection : undefined;
    const stateOf = (protocol: number) => connection?.stateOf(protocol) ?? 'Initial';
    return { lcp: stateOf(PROTOCOL.lcp), ipcp: stateOf(PROTOCOL.ipcp), ipv6cp: stateOf(PROTOCOL.ipv6cp) };
  }

  /** Why the session is not up, or why it last was not. */
  get reason(): Reason | undefined {
    return this.#reason;
  }

  get deadline(): number | undefined {
    const state = this.#state;
    if (state.name === 'waiting') return state.until;
    if ('discovery' in state) return state.discovery.deadline;
    if (!('established' in state)) return undefined;
    const releasing = state.name === 'terminating' ? state.releasing?.until : undefined;
    return earliest(state.established.connection.deadline, this.#ipv6.deadline, releasing);
  }

  /** Begins at once: from idle, and from a pause that it ends. Otherwise it is on its way already. */
  open(now: number): void {
    this.#ledger.trace.now = now;
    if (this.#state.name === 'terminating') this.#state = { ...this.#state, afterwards: 'reopen' };
    if (this.#state.name === 'idle' || this.#state.name === 'waiting') this.#begin(now);
  }

  /**
   * Ends in order, as far as there is something to end: Terminate-Request, Ack or time-out, PADT. No attempt follows.
   * Called again, it does not wait for the Ack any longer.
   */
  close(now: number): void {
    this.#ledger.trace.now = now;
    this.#backoff.forget();
    this.#end({ code: 'closed', text: 'Closed by us' }, 'idle', now);
  }

  /** Ends in order and begins again. */
  reopen(now: number): void {
    this.#ledger.trace.now = now;
    this.#end({ code: 'closed', text: 'Closed by us, to connect again' }, 'reopen', now);
  }

  handle(input: Input, now: number): void {
    this.#ledger.trace.now = now;
    switch (input.type) {
      case 'frames':
        return this.#frames(input.frames, now);
      case 'discovery':
        this.#ledger.trace.received(input.frame ?? encodeDiscovery(input.packet, this.#framing));
        return this.#discovery(input.packet, now);
      case 'malformed':
        this.#ledger.trace.received(input.frame);
        return this.#ledger.trace.mark('malformed');
      case 'due':
        return this.#due(now);
      case 'link-down':
        return this.#linkDown(input.error, now);
      case 'link-up':
        this.#linkUp = true;
        if (this.#state.name === 'waiting' && this.#state.until === undefined) this.#begin(now);
    }
  }

  /**
   * Sends IP packets, all or none of them.
   * @throws PppoeError `not-up`; `too-long` for a packet beyond the MTU; `malformed` for what is no IP packet.
   */
  sendPackets(packets: readonly Buffer[]): void {
    const state = this.#state;
    if (state.name !== 'up') throw new PppoeError('not-up', `The session is not up, but ${state.name}`);
    state.established.path.send(packets, state.mtu);
  }

  // Discovery

  #begin(now: number): void {
    if (!this.#linkUp) return this.#enter({ name: 'waiting', until: undefined, reason: LINK_DOWN }, LINK_DOWN);
    this.#leftover.clear();
    this.#ledger.forgetMessages();
    const discovery = this.#attempts.next(now);
    this.#listen();
    this.#enter({ name: 'discovering', discovery });
    discovery.start(now);
  }

  #requesting(offer: Offer): void {
    if (!('discovery' in this.#state)) return;
    this.#listen({ awaiting: offer.address });
    this.#enter({ name: 'requesting', discovery: this.#state.discovery, held: [] });
  }

  #discovery(packet: DiscoveryPacket, now: number): void {
    if (packet.code === CODE.PADT) return this.#terminatedByPadt(packet, now);
    if (packet.code === CODE.PADM) return this.#ledger.messaged(packet.tags);
    // A PADS of the session that we have, once more, must never count as one that nobody wants.
    if (this.#isOfOurs(packet) || !this.#attempts.receive(packet, now)) this.#ledger.ignored();
  }

  /** True for a packet with the id and from the peer of the session that we have. */
  #isOfOurs({ sessionId, source }: DiscoveryPacket): boolean {
    if (!('established' in this.#state)) return false;
    const { id, peer } = this.#state.established;
    return id === sessionId && peer.equals(source);
  }

  #terminatedByPadt(packet: DiscoveryPacket, now: number): void {
    const state = this.#state;
    if (!('established' in state) || !this.#isOfOurs(packet)) return this.#ledger.ignored();
    const text = errorText(packet.tags)?.replace(/^Generic-Error: /, '');
    this.#ledger.progress(`Got PADT${text ? `: ${text}` : ''}`);
    const reason = state.established.connection.cutOff(text ?? 'PADT');
    this.#ended(reason, state.name === 'terminating' ? state.afterwards : 'wait', now);
  }

  #established(confirmed: Confirmed, now: number): void {
    const held = this.#state.name === 'requesting' ? this.#state.held : [];
    const { settings, place, outlets } = this;
    const parts = { settings, place, outlets, framing: this.#framing, ledger: this.#ledger, ipv6: this.#ipv6 };
    const established: Established = establish(confirmed, parts, {
      phase: (phase, at) => this.#phase(phase, established, at),
      network: (name, up, at) => this.#network(name, up, established, at),
      closed: (reason, at) => this.#closed(reason, established, at),
    });
    const session = { peer: established.peer, id: established.id };
    this.#listen({ session });
    this.#state = { name: 'establishing', established };
    outlets.event({ type: 'session', session });
    established.connection.open(now);
    if (held.length > 0) this.#frames(held, now);
  }

  // PPP

  #phase(phase: PhaseName, established: Established, now: number): void {
    if (phase === 'dead' || this.#state.name === 'terminating') return;
    if (phase === 'open') {
      const mtu = sendLimit(this.place, established.connection.peerMru, established.limit);
      this.#ledger.counters.connects++;
      return this.#enter({ name: 'up', established, since: now, mtu });
    }
    const state = this.#state;
    if (state.name === 'up') this.#backoff.settle(now - state.since);
    if (phase === 'terminate') {
      return this.#enter({ name: 'terminating', established, afterwards: 'wait' }, established.connection.reason);
    }
    this.#enter({ name: STATE_OF_PHASE[phase], established });
  }

  /** A network protocol came up or went down. What the session's state becomes of it, `#phase` is told next. */
  #network(name: 'IPCP' | 'IPV6CP', up: boolean, { connection, limit }: Established, now: number): void {
    const state = this.#state.name;
    if (name === 'IPV6CP' && !up) this.#ipv6.down();
    if (name === 'IPV6CP' && up && state !== 'terminating') {
      const { identifier, peerIdentifier } = connection.ipv6cp;
      const mtu = sendLimit(this.place, connection.peerMru, limit);
      this.#ipv6.up({ identifier, peerIdentifier, mtu }, now);
    }
    if (state === 'up') this.outlets.event({ type: 'addresses' });
  }

  /** PPP is over: our PADT follows, whoever ended it. */
  #closed(reason: Reason, { peer, id }: Established, now: number): void {
    this.#sendPadt({ peer, id });
    this.#ledger.progress('Sending PADT');
    this.#ended(reason, this.#state.name === 'terminating' ? this.#state.afterwards : 'wait', now);
  }

  #frames(frames: readonly Buffer[], now: number): void {
    const packets: Buffer[] = [];
    for (const frame of frames) {
      const packet = this.#frame(frame, now);
      if (packet) packets.push(packet);
    }
    if (packets.length > 0) this.outlets.packets(packets);
  }

  /** The IP packet that a frame carries; anything else goes to PPP. */
  #frame(frame: Buffer, now: number): Buffer | undefined {
    const state = this.#state;
    const at = pppoeOffset(frame, this.#framing);
    const end = at < 0 ? -1 : pppEnd(frame, at);
    if (end < 0) {
      this.#ledger.trace.received(frame);
      this.#ledger.malformed();
      return undefined;
    }
    const start = protocolOffset(at);
    const protocol = ((frame[start] as number) << 8) | (frame[start + 1] as number);
    if (isIpData(protocol)) this.#ledger.trace.skipped();
    else this.#ledger.trace.received(frame);
    if (state.name === 'requesting') {
      if (state.held.length < MOST_HELD) state.held.push(frame);
      return undefined;
    }
    if (!('established' in state) || state.established.id !== sessionIdAt(frame, at)) {
      this.#ledger.ignored();
      return undefined;
    }
    const mtu = state.name === 'up' ? state.mtu : undefined;
    const packet = state.established.path.receive(frame, start, end, mtu, now);
    // A DHCPv6 Reply may have been what the end waited for.
    this.#released(now);
    return packet;
  }

  #due(now: number): void {
    const state = this.#state;
    if (state.name === 'waiting' && state.until !== undefined && now >= state.until) this.#begin(now);
    else if ('discovery' in state) state.discovery.due(now);
    else if ('established' in state) {
      state.established.connection.due(now);
      this.#ipv6.due(now);
      this.#released(now);
    }
  }

  // The end, and what comes after

  #end(reason: Reason, afterwards: Afterwards, now: number): void {
    const state = this.#state;
    if (!('established' in state)) return this.#ended(reason, afterwards, now);
    const again = state.name === 'terminating' && state.afterwards === 'idle' && afterwards === 'idle';
    if (again) return this.#closed(reason, state.established, now);
    if (state.name === 'up') this.#backoff.settle(now - state.since);
    const { established } = state;
    const releasing = this.#ipv6.release(now) ? { releasing: { reason, until: now + RELEASE_TIME } } : {};
    this.#enter({ name: 'terminating', established, afterwards, ...releasing }, reason);
    if (!releasing.releasing) established.connection.close(reason, now);
  }

  /** PPP ends once the DHCPv6 server has what it leased back, or has had the time for it. */
  #released(now: number): void {
    const state = this.#state;
    if (state.name !== 'terminating' || !state.releasing) return;
    if (this.#ipv6.isReleasing && now < state.releasing.until) return;
    const { releasing, ...rest } = state;
    this.#state = rest;
    state.established.connection.close(releasing.reason, now);
  }

  #linkDown(error: PppoeError, now: number): void {
    this.#linkUp = false;
    const reason: Reason = { code: 'link-down', text: error.message };
    const state = this.#state;
    if (state.name === 'idle') return;
    if (state.name === 'waiting') return this.#enter({ name: 'waiting', until: undefined, reason }, reason);
    this.#ended(reason, state.name === 'terminating' ? state.afterwards : 'wait', now);
  }

  #ended(reason: Reason, afterwards: Afterwards, now: number): void {
    if ('discovery' in this.#state) this.#state.discovery.abandon();
    this.#ipv6.down();
    this.#listen();
    if (this.#state.name === 'up') this.#backoff.settle(now - this.#state.since);
    if ('established' in this.#state) {
      const { peer, id } = this.#state.established;
      this.#leftover.left({ peer, id }, reason);
    }
    if (afterwards === 'reopen') {
      this.#reason = reason;
      return this.#begin(now);
    }
    const again = afterwards === 'wait' && this.settings.reconnect.enabled;
    if (!again) {
      if (this.#state.name === 'idle' && reason.code === 'closed') return;
      return this.#enter({ name: 'idle' }, reason);
    }
    if (!this.#linkUp) return this.#enter({ name: 'waiting', until: undefined, reason }, reason);
    const pause = this.#backoff.next(reason.code, this.outlets.random(2).readUInt16BE() / 0xffff);
    this.#ledger.progress(`Next attempt in ${(pause / 1_000).toFixed(1)} s`);
    this.#enter({ name: 'waiting', until: now + pause, reason }, reason);
  }

  /** Which frames are wanted: those that the attempts at discovery wait for, and these. */
  #listen(interest: Pick<Interest, 'awaiting' | 'session'> = {}): void {
    this.outlets.listen({ ...this.#attempts.interest, ...interest });
  }

  #enter(state: SessionState, reason?: Reason): void {
    this.#state = state;
    this.#ledger.trace.entered(state.name, reason);
    if (state.name === 'up') this.#reason = undefined;
    else if (reason) this.#reason = reason;
    this.outlets.event({ type: 'state', state: state.name, ...(reason ? { reason } : {}) });
  }

  #sendPadt({ peer, id }: SessionKey): void {
    this.#ledger.send(encodePadt(this.place.address, peer, this.settings.vlan, id, undefined, this.#framing));
  }
}

/** How long the DHCPv6 server may take to answer our Release before the session ends, in ms: the RFC's first time-out. */
const RELEASE_TIME = 1_000;

const LINK_DOWN: Reason = { code: 'link-down', text: 'The interface is down' };
