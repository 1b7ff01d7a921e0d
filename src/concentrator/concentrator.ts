import type { Reason } from '../errors';
import type { Claim } from '../ppp/authentication';
import { earliest } from '../ppp/automaton';
import { Connection, type PhaseName } from '../ppp/connection';
import { AcCookie } from '../pppoe/ac-cookie';
import { type DiscoveryPacket, encodeDiscovery } from '../pppoe/discovery-packet';
import type { Engine, Input } from '../pppoe/engine';
import { type Framing, framingOf } from '../pppoe/framing';
import { maxPayloadTag, PPPOE_MTU, payloadLimit, readMaxPayload } from '../pppoe/max-payload';
import { encodePadt } from '../pppoe/padt';
import { pppEnd, pppoeOffset, protocolOffset, SessionFrameTemplate, sessionIdAt } from '../pppoe/session-frame';
import { RateLimit } from '../pppoe/strays';
import { errorText } from '../pppoe/tag-text';
import { isGroupMac, type MacAddress } from '../wire/mac-address';
import { decodePpp, PROTOCOL } from '../wire/ppp';
import { CODE, findTag, TAG, type Tag } from '../wire/pppoe';
import { MalformedPacket } from '../wire/reader';
import { AddressPool } from './address-pool';
import { echoReply } from './echo-responder';
import { describe, isRepeated, type Line, type Subscriber } from './line';
import type { Account, ConcentratorSettings } from './settings';

export type ConcentratorEvent =
  | { readonly type: 'subscriber-up'; readonly subscriber: Subscriber }
  | { readonly type: 'subscriber-down'; readonly subscriber: Subscriber; readonly reason: Reason };

export interface ConcentratorOutlets {
  send(frame: Buffer): void;
  /** IP packets of one session that are not for ourselves. */
  packets(sessionId: number, packets: readonly Buffer[]): void;
  event(event: ConcentratorEvent): void;
  /** Unpredictable octets. */
  random(octets: number): Buffer;
}

export interface ConcentratorCounters {
  /** Offers made, sessions begun. */
  offers: number;
  sessions: number;
  /** PADI and PADR that were refused or not answered. */
  refused: number;
  malformed: number;
  /** Frames of sessions that we do not have. */
  strays: number;
}

/** An access concentrator (RFC 2516 §5): offers services, runs the PPP end of every session, lends addresses, answers pings. */
export class Concentrator implements Engine {
  readonly #lines = new Map<number, Line>();
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #pool: AddressPool;
  readonly #cookies: AcCookie;
  /** No later than the earliest deadline of any line; exact after each `due`. */
  #deadline: number | undefined;
  readonly #framing: Framing;
  /** For PADTs to hosts that use a session which is none. */
  readonly #strayAnswers = new RateLimit(10, 100);
  readonly counters: ConcentratorCounters = { offers: 0, sessions: 0, refused: 0, malformed: 0, strays: 0 };

  constructor(
    private readonly settings: ConcentratorSettings,
    private readonly address: MacAddress,
    private readonly outlets: ConcentratorOutlets,
    /** The largest Ethernet payload of the segment, in octets. */
    private readonly mtu = 1_500,
  ) {
    this.#framing = framingOf(settings);
    const fixed = settings.accounts.flatMap((account) => account.address ?? []);
    this.#accounts = new Map(settings.accounts.map((account) => [account.username, account]));
    this.#pool = new AddressPool(settings.poolStart, settings.poolSize, [settings.address, ...fixed]);
    this.#cookies = new AcCookie(outlets.random(32), settings.cookieLifetime);
  }

  get deadline(): number | undefined {
    return this.#deadline;
  }

  get subscribers(): readonly Subscriber[] {
    return [...this.#lines.values()].map(describe);
  }

  handle(input: Input, now: number): void {
    switch (input.type) {
      case 'discovery':
        return this.#discovery(input.packet, now);
      case 'frames':
        return this.#frames(input.frames, now);
      case 'due':
        return this.#due(now);
      case 'link-down':
        for (const line of [...this.#lines.values()]) {
          this.#forget(line, { code: 'link-down', text: input.error.message });
        }
        return;
      case 'link-up':
        return;
    }
  }

  /** Ends one session in order; called again, without waiting for the host any longer. False when there is none of this id. */
  disconnect(sessionId: number, now: number): boolean {
    const line = this.#lines.get(sessionId);
    if (line?.connection.phase === 'terminate') this.#hangUp(line, line.connection.reason ?? CLOSED);
    else line?.connection.close(CLOSED, now);
    this.#touch(line);
    return line !== undefined;
  }

  /** Ends every session in order. */
  close(now: number): void {
    for (const id of [...this.#lines.keys()]) this.disconnect(id, now);
  }

  /** Sends an IPv4 packet to a session. False when it is not up. */
  sendPacket(sessionId: number, packet: Buffer): boolean {
    const line = this.#lines.get(sessionId);
    if (line?.connection.phase !== 'open') return false;
    this.#send(line, packet);
    return true;
  }

  // Discovery

  #discovery(packet: DiscoveryPacket, now: number): void {
    if (isGroupMac(packet.source)) return;
    if (packet.code === CODE.PADI) this.#solicited(packet, now);
    else if (packet.code === CODE.PADR) this.#requested(packet, now);
    else if (packet.code === CODE.PADT) this.#terminated(packet);
  }

  #solicited(packet: DiscoveryPacket, now: number): void {
    const asked = findTag(packet.tags, TAG.serviceName);
    if (!asked || !this.#offers(asked)) {
      this.counters.refused++;
      return;
    }
    this.counters.offers++;
    const hostUniq = findTag(packet.tags, TAG.hostUniq);
    const cookie = this.#cookies.make(packet.source, this.address, hostUniq, now);
    const services = this.settings.serviceNames.map((name) => ({ type: TAG.serviceName, value: Buffer.from(name) }));
    // The service asked for must be among those offered (RFC 2516 §5.2), also where any is served.
    const named = services.some(({ value }) => value.equals(asked));
    this.#answer(packet, CODE.PADO, 0, [
      { type: TAG.acName, value: Buffer.from(this.settings.acName) },
      ...(named ? [] : [{ type: TAG.serviceName, value: asked }]),
      ...services,
      ...this.#maxPayload(packet),
      { type: TAG.acCookie, value: cookie },
    ]);
  }

  #requested(packet: DiscoveryPacket, now: number): void {
    const hostUniq = findTag(packet.tags, TAG.hostUniq);
    const cookie = findTag(packet.tags, TAG.acCookie);
    // Nothing is kept, and nobody answered, before the cookie proves that the host receives at this address.
    if (!cookie || !this.#cookies.isValid(cookie, packet.source, this.address, hostUniq, now)) {
      this.counters.refused++;
      return;
    }
    const serviceName = findTag(packet.tags, TAG.serviceName);
    if (!serviceName || !this.#offers(serviceName)) {
      return this.#refuse(packet, TAG.serviceNameError, 'No such service');
    }
    const repeated = [...this.#lines.values()].find((line) => isRepeated(line, packet.source, hostUniq));
    if (repeated) return this.#confirm(packet, repeated.id, repeated.serviceName);
    if (this.#lines.size >= this.settings.maxSessions || this.#isHostFull(packet.source)) {
      return this.#refuse(packet, TAG.acSystemError, 'No more sessions');
    }
    this.counters.sessions++;
    const limit = payloadLimit({ mtu: this.mtu }, readMaxPayload(packet.tags));
    const owner = { peer: Buffer.from(packet.source), hostUniq: hostUniq && Buffer.from(hostUniq) };
    const line = this.#open(owner, Buffer.from(serviceName), limit);
    this.#confirm(packet, line.id, line.serviceName);
    line.connection.open(now);
    this.#touch(line);
  }

  /** PADT, of the session's own host only. */
  #terminated(packet: DiscoveryPacket): void {
    const line = this.#lines.get(packet.sessionId);
    if (!line?.peer.equals(packet.source)) return;
    const text = errorText(packet.tags)?.replace(/^Generic-Error: /, '');
    this.#forget(line, line.connection.cutOff(text ?? 'PADT'));
  }

  #offers(asked: Buffer): boolean {
    if (asked.length === 0) return true;
    return this.settings.serviceNames.some((name) => name === '' || asked.equals(Buffer.from(name)));
  }

  #isHostFull(host: MacAddress): boolean {
    let count = 0;
    for (const { peer } of this.#lines.values()) if (peer.equals(host)) count++;
    return count >= this.settings.maxSessionsPerHost;
  }

  #confirm(packet: DiscoveryPacket, sessionId: number, serviceName: Buffer): void {
    this.#answer(packet, CODE.PADS, sessionId, [
      { type: TAG.serviceName, value: serviceName },
      ...this.#maxPayload(packet),
    ]);
  }

  /** RFC 4638: the host's tag is echoed where the segment has room for more than 1492 octets of PPP payload. */
  #maxPayload({ tags }: DiscoveryPacket): readonly Tag[] {
    const wanted = readMaxPayload(tags);
    return wanted !== undefined && this.mtu > PPPOE_MTU ? [maxPayloadTag(wanted)] : [];
  }

  #refuse(packet: DiscoveryPacket, error: number, text: string): void {
    this.counters.refused++;
    const serviceName = findTag(packet.tags, TAG.serviceName) ?? Buffer.alloc(0);
    this.#answer(packet, CODE.PADS, 0, [
      { type: TAG.serviceName, value: serviceName },
      { type: error, value: Buffer.from(text) },
    ]);
  }

  #answer(packet: DiscoveryPacket, code: number, sessionId: number, tags: readonly Tag[]): void {
    const echoed = packet.tags.filter(({ type }) => type === TAG.hostUniq || type === TAG.relaySessionId);
    this.outlets.send(
      encodeDiscovery(
        {
          destination: packet.source,
          source: this.address,
          vlan: this.settings.vlan,
          code,
          sessionId,
          tags: [...tags, ...echoed],
        },
        this.#framing,
      ),
    );
  }

  // Sessions

  #open({ peer, hostUniq }: Pick<Line, 'peer' | 'hostUniq'>, serviceName: Buffer, limit: number): Line {
    const id = this.#freshId();
    const { settings } = this;
    const template = new SessionFrameTemplate(peer, this.address, settings.vlan, id, { framing: this.#framing });
    const lease: Line['lease'] = { address: undefined };
    const connection = new Connection(
      {
        lcp: { mru: Math.min(settings.mru, limit), largest: limit, allowed: [], required: settings.authentication },
        authenticationRequired: false,
        name: settings.acName,
        ipcp: () => ({
          address: settings.address,
          askDns: false,
          peerDns: settings.dns,
          peerNbns: settings.nbns,
          ...(lease.address ? { peerAddress: lease.address } : {}),
        }),
        keepalive: settings.keepalive,
        automaton: settings.automaton,
        phaseTimeout: settings.phaseTimeout,
      },
      {
        send: (protocol, information) => this.outlets.send(template.frame(protocol, information)),
        random: (octets) => this.outlets.random(octets),
        progress: () => {},
        phase: (phase, now) => this.#phase(line, phase, now),
        claim: (claim, now) => this.#claimed(line, claim, now),
        closed: (reason) => this.#hangUp(line, reason),
      },
    );
    const line: Line = {
      id,
      peer,
      hostUniq,
      serviceName,
      connection,
      template,
      lease,
      account: undefined,
      since: undefined,
      packetsReceived: 0,
      packetsSent: 0,
    };
    this.#lines.set(id, line);
    return line;
  }

  #freshId(): number {
    for (;;) {
      const id = this.outlets.random(2).readUInt16BE();
      if (id !== 0 && id !== 0xffff && !this.#lines.has(id)) return id;
    }
  }

  #claimed(line: Line, claim: Claim, now: number): void {
    const account = this.#accounts.get(claim.username);
    // An unknown name takes the time of a known one.
    const proved = claim.verify(account?.password ?? '');
    const accepted = account !== undefined && account.password !== '' && proved;
    if (accepted) {
      // A host that authenticates itself again keeps its address; as somebody else it gets another.
      if (line.account !== claim.username) this.#release(line);
      line.account = claim.username;
      line.lease.address ??= account.address;
    }
    const text = accepted ? 'Welcome' : 'Login incorrect';
    line.connection.decide({ accepted, text }, now);
  }

  #phase(line: Line, phase: PhaseName, now: number): void {
    if (phase === 'network') line.lease.address ??= this.#pool.take();
    if (phase !== 'open' || line.since !== undefined) return;
    line.since = now;
    this.outlets.event({ type: 'subscriber-up', subscriber: describe(line) });
  }

  #hangUp(line: Line, reason: Reason): void {
    this.outlets.send(encodePadt(this.address, line.peer, this.settings.vlan, line.id, undefined, this.#framing));
    this.#forget(line, reason);
  }

  #forget(line: Line, reason: Reason): void {
    if (!this.#lines.delete(line.id)) return;
    const subscriber = describe(line);
    this.#release(line);
    this.outlets.event({ type: 'subscriber-down', subscriber, reason });
  }

  #release({ lease }: Line): void {
    if (lease.address) this.#pool.give(lease.address);
    lease.address = undefined;
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
      const peer = frame.subarray(6, 12);
      if (!line?.peer.equals(peer)) {
        this.#stray(peer, sessionIdAt(frame, at), now);
        continue;
      }
      const packet = this.#frame(line, frame.subarray(protocolOffset(at), end), now);
      if (!packet) continue;
      const batch = packets.get(line.id);
      if (batch) batch.push(packet);
      else packets.set(line.id, [packet]);
    }
    for (const [id, batch] of packets) this.outlets.packets(id, batch);
  }

  /** A host that uses a session which we do not have, after a restart of ours for one, is told that it is over. */
  #stray(peer: MacAddress, id: number, now: number): void {
    this.counters.strays++;
    if (isGroupMac(peer) || !this.#strayAnswers.take(now)) return;
    this.outlets.send(encodePadt(this.address, peer, this.settings.vlan, id, undefined, this.#framing));
  }

  /** The IP packet of a frame, unless we are the one to answer it. */
  #frame(line: Line, octets: Buffer, now: number): Buffer | undefined {
    if (octets.readUInt16BE(0) !== PROTOCOL.ipv4) {
      this.#control(line, octets, now);
      return undefined;
    }
    line.connection.heard();
    if (line.connection.phase !== 'open') return undefined;
    line.packetsReceived++;
    const packet = octets.subarray(2);
    const reply = echoReply(packet, this.settings.address);
    if (!reply) return packet;
    this.#send(line, reply);
    return undefined;
  }

  #control(line: Line, octets: Buffer, now: number): void {
    try {
      const { protocol, information } = decodePpp(octets);
      line.connection.receive(protocol, information, now);
      // Without an address to lend there is no session: the host must not choose one itself.
      if (line.connection.phase === 'network' && !line.lease.address) line.connection.close(NO_ADDRESS, now);
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.counters.malformed++;
    }
    this.#touch(line);
  }

  #send(line: Line, packet: Buffer): void {
    line.packetsSent++;
    this.outlets.send(line.template.frame(PROTOCOL.ipv4, packet));
  }

  #touch(line: Line | undefined): void {
    if (line && this.#lines.has(line.id)) this.#deadline = earliest(this.#deadline, line.connection.deadline);
  }

  #due(now: number): void {
    if (this.#deadline === undefined || now < this.#deadline) return;
    this.#deadline = undefined;
    for (const line of [...this.#lines.values()]) {
      const { deadline } = line.connection;
      if (deadline !== undefined && now >= deadline) line.connection.due(now);
      this.#touch(line);
    }
  }
}

const CLOSED: Reason = { code: 'closed', text: 'Closed by the access concentrator' };
const NO_ADDRESS: Reason = { code: 'negotiation-failed', text: 'The address pool is empty' };
