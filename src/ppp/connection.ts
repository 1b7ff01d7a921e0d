import type { Reason } from '../errors';
import { CONTROL, CONTROL_HEADER, type ControlPacket, encodeControl } from '../wire/control';
import { PPPOE_MRU } from '../wire/lcp';
import { PROTOCOL, protocolName } from '../wire/ppp';
import { type Decision, peerText } from './authentication';
import { AuthenticationPhase } from './authentication-phase';
import { isAuthentication } from './authentication-protocols';
import { Automaton, type AutomatonOutlets, earliest } from './automaton';
import type { State } from './automaton-table';
import type { ConnectionOutlets, ConnectionSettings, PhaseName } from './connection-settings';
import { type ControlProtocol, FINISH_REASONS, type Finish, type NetworkProtocol } from './control-protocol';
import { Ipcp } from './ipcp';
import { Ipv6cp } from './ipv6cp';
import { Keepalive } from './keepalive';
import { Lcp } from './lcp';
import { NetworkPhase } from './network-phase';
import { noticeOf } from './notice';

export type { ConnectionOutlets, ConnectionSettings, PhaseName } from './connection-settings';

type Phase =
  | { readonly name: 'dead' | 'open' | 'terminate' }
  | { readonly name: 'establish' | 'authenticate' | 'network'; readonly deadline: number };

/** How long IPv6 that is up waits for IPv4, in ms, besides what two answers take. */
const PATIENCE = 1_000;

/** So many reflections of our own Magic-Number in a row prove a looped line. */
const REFLECTIONS = 5;

/** One PPP connection, either end of it: LCP, then authentication, then the network protocols, until it is closed. */
export class Connection {
  readonly #lcpPolicy: Lcp;
  readonly #lcp: Automaton;
  readonly ipcp: Ipcp;
  readonly ipv6cp: Ipv6cp;
  readonly #networks: NetworkPhase;
  readonly #authentication: AuthenticationPhase;
  readonly #keepalive: Keepalive;
  #phase: Phase = { name: 'dead' };
  /** Why it ends, once that is known; a refused authentication is never overwritten. */
  #reason: Reason | undefined;

  constructor(
    private readonly settings: ConnectionSettings,
    private readonly outlets: ConnectionOutlets,
  ) {
    this.#lcpPolicy = new Lcp(settings.lcp, (octets) => outlets.random(octets));
    this.#lcp = this.#automaton(this.#lcpPolicy, {
      layerUp: (now) => this.#established(now),
      layerDown: (now) => this.#renegotiated(now),
      layerFinished: (why, now) => this.#finished(why, now),
      packet: (packet, now) => this.#lcpPacket(packet, now),
      terminateRequested: (text) => this.#terminateRequested(text),
    });
    this.ipcp = new Ipcp(settings.ipcp ?? (() => ({ askDns: false })));
    this.ipv6cp = new Ipv6cp(settings.ipv6cp ?? {}, (octets) => outlets.random(octets));
    this.#networks = this.#networkPhase();
    this.#authentication = new AuthenticationPhase(settings, {
      send: (protocol, packet) => outlets.send(protocol, packet),
      random: (octets) => outlets.random(octets),
      progress: (text) => outlets.progress(text),
      claim: (claim, now) => outlets.claim(claim, now),
      succeeded: (now) => {
        if (this.#phase.name === 'authenticate') this.#authenticated(now);
      },
      failed: (reason, now) => this.#refused(reason, now),
      ignored: () => outlets.ignored?.(),
    });
    this.#keepalive = new Keepalive(
      settings.keepalive,
      () => this.#lcpPolicy.magic,
      (code, data) => this.#lcp.sendFresh(code, data),
      (now) => this.close({ code: 'no-reply', text: 'The peer no longer answers LCP Echo-Requests' }, now),
    );
  }

  get phase(): PhaseName {
    return this.#phase.name;
  }

  /** Why it ends, once that is known. */
  get reason(): Reason | undefined {
    return this.#reason;
  }

  /** The largest packet that we take. */
  get mru(): number {
    return this.#lcpPolicy.mru;
  }

  /** The largest packet that the peer takes. */
  get peerMru(): number {
    return this.#lcpPolicy.peerMru;
  }

  /** True while packets of this network protocol may flow. */
  isUp(name: NetworkProtocol['name']): boolean {
    return this.#networks.isUp(name);
  }

  /** The last Echo round trip in ms. */
  get roundTrip(): number | undefined {
    return this.#keepalive.roundTrip;
  }

  /** The state of LCP's or an NCP's automaton; undefined for a protocol that is not negotiated here. */
  stateOf(protocol: number): State | undefined {
    return protocol === this.#lcpPolicy.protocol ? this.#lcp.state : this.#networks.stateOf(protocol);
  }

  get deadline(): number | undefined {
    return earliest(
      'deadline' in this.#phase ? this.#phase.deadline : undefined,
      this.#lcp.deadline,
      this.#authentication.deadline,
      this.#keepalive.deadline,
      this.#networks.deadline,
    );
  }

  /** Begins with LCP. For a connection that is not open. */
  open(now: number): void {
    this.#reason = undefined;
    this.outlets.progress('Starting LCP');
    this.#enter({ name: 'establish', deadline: now + this.settings.phaseTimeout }, now);
    this.#lcp.open(now);
    this.#lcp.up(now);
  }

  /** Negotiates LCP anew, and all that follows it, as after a change of the network server. For one that is open. */
  renegotiate(now: number): void {
    if (this.#lcp.state !== 'Opened') return;
    this.#lcp.down(now);
    this.#lcp.up(now);
  }

  /** Has the peer authenticate itself once more, where the protocol lets us ask: CHAP does, at any time (RFC 1994 §2). */
  challenge(now: number): void {
    if (this.#phase.name === 'open') this.#authentication.challenge(now);
  }

  /** Ends in order: Terminate-Request, its Ack or Max-Terminate, then `closed`. */
  close(reason: Reason, now: number): void {
    if (this.#phase.name === 'dead') return;
    this.#because(reason);
    if (this.#phase.name === 'terminate') return;
    this.outlets.progress(`Closing LCP: ${this.#reason?.text}`);
    this.#enter({ name: 'terminate' }, now);
    this.#lcp.close(now);
  }

  /** Why a connection ends that the peer cut off below PPP, with this text: what it said before may tell more. */
  cutOff(text: string): Reason {
    this.#because(this.#peerEnded(text));
    return this.#reason as Reason;
  }

  /** Anything came from the peer, also on the data path. */
  heard(): void {
    this.#keepalive.heard();
  }

  /**
   * Takes a packet of any protocol but IP.
   * @throws MalformedPacket, with nothing changed.
   */
  receive(protocol: number, information: Buffer, now: number): void {
    if (this.#phase.name === 'dead') return this.outlets.ignored?.();
    this.#keepalive.heard();
    if (protocol === PROTOCOL.lcp) return this.#receiveLcp(information, now);
    const { state } = this.#lcp;
    if (isAuthentication(protocol)) {
      // Between the peer's Terminate-Request and the end a refusal may still come: it tells why.
      if (state !== 'Opened' && state !== 'Stopping') return this.outlets.ignored?.();
      return this.#authentication.receive(protocol, information, now);
    }
    // RFC 1661 §3.4, §3.5: nothing else, not even to reject it, before LCP is opened and the authentication is over.
    if (this.#phase.name !== 'network' && this.#phase.name !== 'open') return this.outlets.ignored?.();
    if (!this.#networks.receive(protocol, information, now)) this.#protocolReject(protocol, information);
  }

  /** What was decided about the peer's claim. */
  decide(decision: Decision, now: number): void {
    this.#authentication.decide(decision, now);
  }

  due(now: number): void {
    if ('deadline' in this.#phase && now >= this.#phase.deadline) {
      const what = { establish: 'LCP', authenticate: 'Authentication', network: this.#networks.names }[
        this.#phase.name
      ];
      const seconds = this.settings.phaseTimeout / 1_000;
      return this.close({ code: 'no-reply', text: `${what} did not come to an end within ${seconds} s` }, now);
    }
    this.#lcp.due(now);
    this.#authentication.due(now);
    this.#networks.due(now);
    this.#keepalive.due(now);
  }

  #receiveLcp(information: Buffer, now: number): void {
    this.#lcp.receive(information, now);
    if (this.#lcpPolicy.reflections >= REFLECTIONS && this.#phase.name !== 'terminate') {
      return this.close({ code: 'loopback', text: 'Our own frames come back: the line is looped' }, now);
    }
    if (this.#lcpPolicy.isAuthenticationRejected && this.#phase.name === 'establish') {
      return this.close({ code: 'authentication-failed', text: 'The peer refuses to say who it is' }, now);
    }
    // A Terminate-Request before LCP is opened leaves the automaton where it is (RFC 1661 §4.1): for us it is the end.
    const negotiating = ['Req-Sent', 'Ack-Rcvd', 'Ack-Sent'].includes(this.#lcp.state);
    if (this.#reason && negotiating && this.#phase.name !== 'terminate') this.#die(now);
  }

  #lcpPacket(packet: ControlPacket, now: number): void {
    if (this.#lcp.state !== 'Opened') return this.outlets.ignored?.();
    const magic = packet.data.length >= 4 ? packet.data.readUInt32BE(0) : 0;
    const reflected = magic !== 0 && magic === this.#lcpPolicy.magic;
    if (packet.code === CONTROL.echoRequest || packet.code === CONTROL.echoReply) {
      if (reflected) return this.#lcpPolicy.countReflection();
      this.#lcpPolicy.noReflection();
      if (packet.code === CONTROL.echoReply) return this.#keepalive.replied(packet.identifier, now);
      const fitting = packet.data.subarray(0, this.#longest - CONTROL_HEADER);
      const data = Buffer.from(fitting.length >= 4 ? fitting : Buffer.alloc(4));
      data.writeUInt32BE(this.#lcpPolicy.magic, 0);
      this.#sendControl(PROTOCOL.lcp, { code: CONTROL.echoReply, identifier: packet.identifier, data });
    } else if (packet.code === CONTROL.protocolReject && packet.data.length >= 2) {
      this.#protocolRejected(packet.data.readUInt16BE(0), now);
    } else {
      const notice = noticeOf(packet);
      if (notice) this.outlets.progress(notice);
    }
  }

  #protocolRejected(protocol: number, now: number): void {
    this.outlets.progress(`Peer rejected ${protocolName(protocol)}`);
    if (protocol === PROTOCOL.lcp) return this.#lcp.protocolRejected(now);
    this.#networks.protocolRejected(protocol, now);
    if (isAuthentication(protocol)) {
      this.close({ code: 'negotiation-failed', text: `The peer rejected ${protocolName(protocol)}` }, now);
    }
  }

  /** RFC 1661 §5.7: as much of the packet as the peer's MRU takes. */
  #protocolReject(protocol: number, information: Buffer): void {
    const data = Buffer.allocUnsafe(2 + information.length);
    data.writeUInt16BE(protocol, 0);
    information.copy(data, 2);
    this.#lcp.sendFresh(CONTROL.protocolReject, data.subarray(0, this.#longest - CONTROL_HEADER));
  }

  /** The longest packet of ours: the peer must take it, and PPPoE carry it. */
  get #longest(): number {
    return Math.min(this.peerMru, PPPOE_MRU);
  }

  // LCP

  #established(now: number): void {
    this.outlets.progress(`LCP is open: we take ${this.mru} octets, the peer ${this.peerMru}`);
    this.#keepalive.start(now);
    const { demanded, required } = this.#lcpPolicy;
    if (this.settings.authenticationRequired && !demanded) {
      const text = 'The peer does not ask for authentication, which is required here';
      return this.close({ code: 'authentication-failed', text }, now);
    }
    if (!demanded && !required) return this.#authenticated(now);
    this.#enter({ name: 'authenticate', deadline: now + this.settings.phaseTimeout }, now);
    this.#authentication.begin({ demanded, required }, now);
  }

  /** LCP left Opened: closed, terminated by the peer, or negotiated anew (an LNS switch). */
  #renegotiated(now: number): void {
    this.#keepalive.stop();
    if (this.#lcp.state === 'Closing' || this.#lcp.state === 'Stopping') {
      this.#authentication.suspend();
      if (this.#phase.name !== 'terminate') this.#enter({ name: 'terminate' }, now);
    } else {
      // What was agreed on before ends here: a verdict on it would come too late.
      this.#authentication.end();
      this.outlets.progress('Peer negotiates LCP anew');
      this.#enter({ name: 'establish', deadline: now + this.settings.phaseTimeout }, now);
    }
    this.#networks.end(now);
  }

  #terminateRequested(octets: Buffer): void {
    if (this.#phase.name !== 'terminate') this.#because(this.#peerEnded(peerText(octets)));
  }

  /** A peer that ends a connection after it heard our credentials has refused them, even if it does not say so. */
  #peerEnded(text: string): Reason {
    const quoted = text ? `: ${text}` : '';
    if (this.#phase.name === 'authenticate' && this.#authentication.awaitsVerdict) {
      return { code: 'authentication-failed', text: `The peer ended the session during authentication${quoted}` };
    }
    return { code: 'peer-terminated', text: `The peer ended the session${quoted}` };
  }

  #finished(why: Finish, now: number): void {
    this.#because(FINISH_REASONS[why]);
    this.#die(now);
  }

  #die(now: number): void {
    this.#keepalive.stop();
    this.#authentication.end();
    this.#lcp.down(now);
    this.#enter({ name: 'dead' }, now);
    this.outlets.closed(this.#reason ?? FINISH_REASONS.closed, now);
  }

  /** The first reason stands. */
  #because(reason: Reason): void {
    this.#reason ??= reason;
  }

  /** A verdict tells more than the Terminate-Request that came before it. */
  #refused(reason: Reason, now: number): void {
    if (reason.code === 'authentication-failed') this.#reason = reason;
    this.close(reason, now);
  }

  // Network protocols

  #authenticated(now: number): void {
    this.#enter({ name: 'network', deadline: now + this.settings.phaseTimeout }, now);
    this.#networks.begin(now);
  }

  #networkPhase(): NetworkPhase {
    const { settings, outlets } = this;
    const policies = [...(settings.ipcp ? [this.ipcp] : []), ...(settings.ipv6cp ? [this.ipv6cp] : [])];
    const patience = PATIENCE + 2 * settings.automaton.answerTime;
    return new NetworkPhase(policies, settings.phaseTimeout, patience, {
      automaton: (policy, signals) =>
        this.#automaton(policy, {
          ...signals,
          packet: () => {},
          terminateRequested: (octets) => outlets.progress(`Peer ends ${policy.name} ${peerText(octets)}`),
        }),
      progress: (text) => outlets.progress(text),
      changed: ({ name }, up, now) => this.#networkChanged(name, up, now),
      ready: (now) => {
        if (this.#phase.name === 'network') this.#enter({ name: 'open' }, now);
      },
      failed: (reason, now) => this.close(reason, now),
    });
  }

  #networkChanged(name: NetworkProtocol['name'], up: boolean, now: number): void {
    this.outlets.network?.(name, up, now);
    if (this.#phase.name === 'open' && !this.#networks.isAnyUp) {
      this.#enter({ name: 'network', deadline: now + this.settings.phaseTimeout }, now);
    }
  }

  #automaton(policy: ControlProtocol, signals: Omit<AutomatonOutlets, 'send' | 'mru' | 'ignored'>): Automaton {
    const send = (packet: Buffer) => this.outlets.send(policy.protocol, packet);
    const ignored = () => this.outlets.ignored?.();
    return new Automaton(policy, { ...signals, send, ignored, mru: () => this.#longest }, this.settings.automaton);
  }

  #enter(phase: Phase, now: number): void {
    this.#phase = phase;
    this.outlets.phase(phase.name, now);
  }

  #sendControl(protocol: number, packet: ControlPacket): void {
    this.outlets.send(protocol, encodeControl(packet));
  }
}
