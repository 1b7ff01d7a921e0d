import type { Reason } from '../errors';
import type { Evidence } from '../ppp/authentication';
import { earliest } from '../ppp/automaton';
import { type DiscoveryPacket, decodeDiscovery } from '../pppoe/discovery-packet';
import type { Engine, Input } from '../pppoe/engine';
import { type Framing, framingOf } from '../pppoe/framing';
import { type Broadcast, encodePadm } from '../pppoe/padm';
import { encodePadt } from '../pppoe/padt';
import { pppEnd, pppoeOffset, protocolOffset, sessionIdAt } from '../pppoe/session-frame';
import { RateLimit } from '../pppoe/strays';
import { errorText } from '../pppoe/tag-text';
import { decodeEthernet, type VlanTag } from '../wire/ethernet';
import { decodeIpv6 } from '../wire/ipv6';
import { formatMac, isGroupMac, type MacAddress } from '../wire/mac-address';
import { PROTOCOL } from '../wire/ppp';
import { CODE } from '../wire/pppoe';
import { MalformedPacket } from '../wire/reader';
import { AccessDiscovery, type SessionAnswer, type SessionRequest } from './access-discovery';
import { AddressPlan, type LeaseRecord } from './address-plan';
import type { Admission } from './admission';
import type { ConcentratorCounters, ConcentratorOutlets } from './events';
import { FaultPlan, type FaultTarget } from './fault-plan';
import type { Fault } from './faults';
import { Forwarding, type Route, wholeIp } from './forwarding';
import { Lending } from './lending';
import { Line, type Subscriber } from './line';
import { Lines, type PacketsBySession } from './lines';
import { Logins } from './logins';
import type { ConcentratorSettings } from './settings';

/** An access concentrator (RFC 2516 §5): offers services, runs the PPP end of every session, lends addresses, answers pings. */
export class Concentrator implements Engine {
  readonly #lines = new Lines();
  readonly #logins: Logins;
  readonly #plan: AddressPlan;
  readonly #forwarding: Forwarding;
  readonly #lending: Lending;
  readonly #discovery: AccessDiscovery;
  readonly #framing: Framing;
  #now = 0;
  readonly #faults: FaultPlan;
  /** For PADTs to hosts that use a session which is none. */
  readonly #strayAnswers = new RateLimit(10, 100);
  readonly counters: ConcentratorCounters = {
    offers: 0,
    sessions: 0,
    refused: 0,
    limited: 0,
    malformed: 0,
    strays: 0,
    spoofed: 0,
    undeliverable: 0,
  };

  constructor(
    private readonly settings: ConcentratorSettings,
    private readonly address: MacAddress,
    private readonly outlets: ConcentratorOutlets,
    /** The largest Ethernet payload of the segment, in octets. */
    private readonly mtu = 1_500,
    /** What a concentrator before this one has lent. */
    former: Partial<LeaseRecord> = {},
  ) {
    this.#framing = framingOf(settings);
    this.#plan = new AddressPlan(settings, former);
    this.#forwarding = new Forwarding(settings, this.counters);
    this.#lending = new Lending(this.#plan, this.#forwarding, settings.ipv6, address, (line) => {
      if (line.since !== undefined) outlets.event({ type: 'subscriber-changed', subscriber: line.describe() });
    });
    this.#faults = new FaultPlan(settings, this.#framing, {
      transmit: (frame) => outlets.send(frame),
      receive: (frame, now) => this.#discovery.receive(decodeDiscovery(frame, this.#framing), now),
      random: (octets) => outlets.random(octets),
    });
    this.#logins = new Logins(settings, this.#lending, {
      ask: (request) => outlets.event({ type: 'authenticate', request }),
      becameOther: (line, now) => this.#spoil(line, now),
      replaced: (line) => this.#hangUp(line, REPLACED),
    });
    this.#discovery = new AccessDiscovery(settings, { address, mtu, framing: this.#framing }, this.counters, {
      send: (frame) => {
        const { discovery } = this.#faults;
        if (discovery) discovery.send(frame, this.#now);
        else outlets.send(frame);
      },
      random: (octets) => outlets.random(octets),
      session: (request, now) => this.#session(request, now),
      refused: ({ host, serviceName }, { detail, text }) =>
        outlets.event({
          type: 'subscriber-refused',
          refusal: {
            mac: formatMac(host),
            serviceName: serviceName.toString('utf8'),
            username: undefined,
            reason: { code: 'refused', text, detail },
          },
        }),
    });
  }

  get deadline(): number | undefined {
    return earliest(this.#lines.deadline, this.#discovery.deadline, this.#faults.discovery?.deadline);
  }

  get subscribers(): readonly Subscriber[] {
    return this.#lines.all.map((line) => line.describe());
  }

  /** How many sessions there are. */
  get size(): number {
    return this.#lines.size;
  }

  /** Who has or had which address: for a concentrator after this one. */
  get leases(): LeaseRecord {
    return this.#plan.record;
  }

  subscriber(sessionId: number): Subscriber | undefined {
    return this.#lines.get(sessionId)?.describe();
  }

  /** True for a session frame or a PADT of a session that we have with this host. */
  hasSession(id: number, host: MacAddress): boolean {
    return this.#lines.get(id)?.host.equals(host) === true;
  }

  handle(input: Input, now: number): void {
    this.#now = now;
    switch (input.type) {
      case 'discovery':
        if (input.frame && this.#faults.discovery?.takes(input.frame, undefined, now) === false) return;
        if (input.packet.code === CODE.PADT) return this.#terminated(input.packet);
        return this.#discovery.receive(input.packet, now);
      case 'frames':
        return this.#frames(input.frames, now);
      case 'due':
        return this.#due(now);
      case 'link-down':
        this.#discovery.clear();
        for (const line of this.#lines.all) this.#forget(line, { code: 'link-down', text: input.error.message });
        return;
      case 'link-up':
        return;
    }
  }

  /** Ends one session in order; called again, without waiting for the host any longer. False when there is none of this id. */
  disconnect(sessionId: number, now: number, reason = CLOSED): boolean {
    this.#now = now;
    const line = this.#lines.get(sessionId);
    if (line?.connection.phase === 'terminate') this.#hangUp(line, line.connection.reason ?? reason);
    else line?.connection.close(reason, now);
    if (line) this.#lines.touch(line);
    return line !== undefined;
  }

  /** Ends every session in order. */
  close(now: number): void {
    for (const { id } of this.#lines.all) this.disconnect(id, now);
  }

  /** Sends an IP packet to a session. False when it is not up, or the packet longer than its host takes. */
  sendPacket(sessionId: number, packet: Buffer): boolean {
    return this.#lines.get(sessionId)?.sendPacket(packet) === true;
  }

  /** As `sendPacket`, to several sessions, all packets or none. @throws PppoeError `not-up`, `too-long`, `malformed`. */
  sendPackets(packets: PacketsBySession, now: number): void {
    this.#now = now;
    this.#lines.send(packets);
  }

  /** The session that has this destination, of 4 or 16 octets. */
  route(destination: Buffer): Subscriber | undefined {
    return this.#forwarding.lineOf(destination)?.describe();
  }

  /** Sends a message to one session, or to all that are up. How many it was sent to. */
  broadcast(message: Broadcast, sessionId?: number): number {
    const lines = this.#lines.all.filter(({ id, since }) => (sessionId ?? id) === id && since !== undefined);
    for (const { host, vlan, id } of lines) {
      this.outlets.send(encodePadm(this.address, { peer: host, id }, vlan, message, this.#framing));
    }
    return lines.length;
  }

  /** What was decided about an `authenticate` event. False when it is too late: the host is gone, or was refused meanwhile. */
  admit(sessionId: number, ticket: number, admission: Admission, now: number): boolean {
    this.#now = now;
    const line = this.#lines.get(sessionId);
    const isTaken = this.#logins.admit(line, ticket, admission, now);
    if (line) this.#lines.touch(line);
    return isTaken;
  }

  /** What an `authenticate` event's claim is proved with. Undefined when it is too late. */
  evidence(sessionId: number, ticket: number): Evidence | undefined {
    const pending = this.#lines.get(sessionId)?.pending;
    return pending?.ticket === ticket ? pending.claim.evidence() : undefined;
  }

  /**
   * Does this wrong from now on: to the sessions of an account, also later ones; to one session; or else to every host.
   * What was done to the same before ends. False when there is no such session.
   */
  setFaults(faults: readonly Fault[], whose: FaultTarget, now: number): boolean {
    this.#now = now;
    const { sessionId, username } = whose;
    if (sessionId !== undefined) {
      const line = this.#lines.get(sessionId);
      line?.setFaults(faults, now);
      if (line) this.#lines.touch(line);
      return line !== undefined;
    }
    this.#faults.set(faults, username);
    for (const line of this.#lines.all) {
      if (username === undefined || line.username === username) this.#spoil(line, now);
    }
    return true;
  }

  /** What is done wrong to the sessions of an account, besides what is done to all; or to every host. */
  plannedFaults(username?: string): readonly Fault[] {
    return this.#faults.planned(username);
  }

  #spoil(line: Line, now: number): void {
    line.setFaults(this.#faults.of(line.username), now);
    this.#lines.touch(line);
  }

  // Sessions

  #session(request: SessionRequest, now: number): SessionAnswer {
    const { refusal } = this.#faults;
    if (refusal) return { refusal };
    const lines = this.#lines.of(request.host);
    for (const { id, serviceName } of [...lines].filter((line) => line.isRepeated(request))) {
      return { sessionId: id, serviceName };
    }
    const { maxSessions, maxSessionsPerHost } = this.settings;
    if (this.#lines.size >= maxSessions || lines.size >= maxSessionsPerHost) {
      return { refusal: { detail: 'ac-system-error', text: 'No more sessions' } };
    }
    this.counters.sessions++;
    const line = this.#open(request);
    this.#spoil(line, now);
    return {
      isEarly: this.#faults.isLcpEarly,
      sessionId: line.id,
      serviceName: line.serviceName,
      begin: () => {
        line.connection.open(now);
        this.#lines.touch(line);
      },
    };
  }

  #open(request: SessionRequest): Line {
    const { address, mtu } = this;
    const place = { id: this.#freshId(), address, mtu, framing: this.#framing };
    const line = new Line(this.settings, request, place, {
      send: (frame) => this.outlets.send(frame),
      now: () => this.#now,
      receive: (receiver, frame, now) => this.#received(receiver, frame, now),
      delayed: (sender) => this.#lines.touch(sender),
      random: (octets) => this.outlets.random(octets),
      claim: (claimant, claim, now) => this.#logins.claimed(claimant, claim, now),
      network: (beginner) => this.#lending.lendIpv4(beginner),
      routerTerms: (owner) => this.#lending.routerTerms(owner),
      up: (riser) => this.outlets.event({ type: 'subscriber-up', subscriber: riser.describe() }),
      closed: (closed, reason) => this.#hangUp(closed, reason),
    });
    this.#lines.add(line);
    return line;
  }

  #freshId(): number {
    for (;;) {
      const id = this.outlets.random(2).readUInt16BE();
      if (id !== 0 && id !== 0xffff && !this.#lines.get(id)) return id;
    }
  }

  #hangUp(line: Line, reason: Reason): void {
    line.transmit(this.#padt(line.host, line.vlan, line.id));
    this.#forget(line, reason);
  }

  #padt(host: MacAddress, vlan: readonly VlanTag[], id: number): Buffer {
    return encodePadt(this.address, host, vlan, id, undefined, this.#framing);
  }

  #forget(line: Line, reason: Reason): void {
    if (!this.#lines.remove(line)) return;
    const subscriber = line.describe();
    this.#lending.release(line);
    if (line.since !== undefined) return this.outlets.event({ type: 'subscriber-down', subscriber, reason });
    const { mac, serviceName } = subscriber;
    this.outlets.event({
      type: 'subscriber-refused',
      refusal: { mac, serviceName, username: line.claimed, reason },
    });
  }

  // Frames

  /** PADT, of the session's own host only. */
  #terminated({ source, sessionId, tags }: DiscoveryPacket): void {
    const line = this.#lines.get(sessionId);
    if (!line?.host.equals(source)) return;
    const text = errorText(tags)?.replace(/^Generic-Error: /, '');
    this.#forget(line, line.connection.cutOff(text ?? 'PADT'));
  }

  #frames(frames: readonly Buffer[], now: number): void {
    const packets = new Map<number, Buffer[]>();
    for (const frame of frames) {
      const at = pppoeOffset(frame, this.#framing);
      const end = at < 0 ? -1 : pppEnd(frame, at);
      if (end < 0) {
        this.counters.malformed++;
        continue;
      }
      const line = this.#lines.get(sessionIdAt(frame, at));
      if (!line?.isSender(frame, at)) {
        this.#stray(frame, sessionIdAt(frame, at), now);
        continue;
      }
      const payload = frame.subarray(protocolOffset(at), end);
      if (!line.takes(frame, payload, now)) {
        this.#lines.touch(line);
        continue;
      }
      const packet = this.#frame(line, payload, now);
      if (!packet) continue;
      const batch = packets.get(line.id);
      if (batch) batch.push(packet);
      else packets.set(line.id, [packet]);
    }
    for (const [id, batch] of packets) this.outlets.packets(id, batch);
  }

  /** Takes a frame that a fault has held back: it was found to be whole before. */
  #received(line: Line, frame: Buffer, now: number): void {
    const at = pppoeOffset(frame, this.#framing);
    const packet = this.#frame(line, frame.subarray(protocolOffset(at), pppEnd(frame, at)), now);
    if (packet) this.outlets.packets(line.id, [packet]);
  }

  /** A host that uses a session which we do not have, after a restart of ours for one, is told that it is over. */
  #stray(frame: Buffer, id: number, now: number): void {
    this.counters.strays++;
    const { source, tags } = decodeEthernet(frame, this.#framing.tpids);
    if (!isGroupMac(source) && this.#strayAnswers.take(now)) this.outlets.send(this.#padt(source, tags, id));
  }

  /** The IP packet of a frame that neither we nor another session are to get. */
  #frame(line: Line, octets: Buffer, now: number): Buffer | undefined {
    const protocol = octets.readUInt16BE(0);
    const isIpv4 = protocol === PROTOCOL.ipv4;
    if (!isIpv4 && protocol !== PROTOCOL.ipv6) {
      this.#control(line, octets, now);
      return undefined;
    }
    const packet = wholeIp(octets.subarray(2), isIpv4 ? 4 : 6);
    if (!packet) this.counters.malformed++;
    if (!packet || !line.receivePacket(packet, isIpv4 ? 'IPCP' : 'IPV6CP')) return undefined;
    const route = isIpv4 ? this.#forwarding.ipv4(line, packet, now) : this.#ipv6(line, packet, now);
    return route === 'elsewhere' ? packet : undefined;
  }

  #ipv6(line: Line, packet: Buffer, now: number): Route {
    if (!line.isRouter(packet.subarray(24, 40))) return this.#forwarding.ipv6(line, packet, now);
    try {
      return line.receiveForRouter(decodeIpv6(packet)) ? 'done' : 'elsewhere';
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.counters.malformed++;
      return 'done';
    } finally {
      this.#lines.touch(line);
    }
  }

  #control(line: Line, octets: Buffer, now: number): void {
    try {
      line.receiveControl(octets, now);
      // Without an address to lend there is no session: the host must not choose one itself.
      if (line.connection.phase === 'network' && !line.lease) line.connection.close(NO_ADDRESS, now);
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.counters.malformed++;
    }
    this.#lines.touch(line);
  }

  #due(now: number): void {
    this.#discovery.due(now);
    this.#faults.discovery?.due(now);
    for (const line of this.#lines.takeDue(now)) {
      this.#logins.due(line, now);
      line.due(now);
      this.#lines.touch(line);
    }
  }
}

const CLOSED: Reason = { code: 'closed', text: 'Closed by the access concentrator' };
const REPLACED: Reason = { code: 'closed', text: 'The same user has logged in again' };
const NO_ADDRESS: Reason = { code: 'negotiation-failed', text: 'The address pool is empty' };
