import type { Reason } from '../errors';
import type { Claim } from '../ppp/authentication';
import { earliest } from '../ppp/automaton';
import { Connection, type PhaseName } from '../ppp/connection';
import type { NetworkProtocol } from '../ppp/control-protocol';
import { checkSendable } from '../ppp/outgoing';
import type { Framing } from '../pppoe/framing';
import { payloadLimit } from '../pppoe/max-payload';
import { carriesVlan, SessionFrameTemplate, vidsOf } from '../pppoe/session-frame';
import type { VlanTag } from '../wire/ethernet';
import { formatIpv4, formatIpv6 } from '../wire/ip';
import type { Ipv6Packet } from '../wire/ipv6';
import { formatMac, type MacAddress } from '../wire/mac-address';
import { decodePpp, PROTOCOL } from '../wire/ppp';
import type { SessionRequest } from './access-discovery';
import { SESSION_PREFIX } from './address-plan';
import type { Grant, Verdict } from './admission';
import { FaultInjector } from './fault-injector';
import type { Fault } from './faults';
import { AccessRouter, type AccessRouterTerms } from './ipv6/access-router';
import type { ConcentratorSettings, Ipv6Prefix } from './settings';

/** A session as its access concentrator sees it, as plain data. */
export interface Subscriber {
  readonly sessionId: number;
  /** Unpredictable, 16 hexadecimal digits: tells this session from every other, also of another run. */
  readonly key: string;
  readonly mac: string;
  /** VLAN identifiers of its frames, the outer first. */
  readonly vlan: readonly number[];
  readonly serviceName: string;
  readonly username: string | undefined;
  readonly address: string | undefined;
  /** Its own IPv6 prefix of 64 bits, like `2001:db8:0:1::/64`. */
  readonly prefix: string | undefined;
  /** The prefix that was delegated to it. */
  readonly delegated: string | undefined;
  /** The largest packet that its host takes, in octets. */
  readonly mtu: number;
  readonly phase: PhaseName;
  /** When it came up, in ms of the engine's clock. */
  readonly since: number | undefined;
  readonly packetsReceived: number;
  readonly packetsSent: number;
  /** Of IP packets, without the headers of Ethernet, PPPoE and PPP. */
  readonly octetsReceived: number;
  readonly octetsSent: number;
}

export interface LineOutlets {
  send(frame: Buffer): void;
  now(): number;
  /** Takes a frame of the host's that a fault has held back. */
  receive(line: Line, frame: Buffer, now: number): void;
  /** A fault may hold back a frame of ours: the deadline may be earlier than it was. */
  delayed(line: Line): void;
  random(octets: number): Buffer;
  claim(line: Line, claim: Claim, now: number): void;
  /** The network protocols begin: an address is needed. */
  network(line: Line, now: number): void;
  /** IPV6CP is up: what its router is to know. */
  routerTerms(line: Line): AccessRouterTerms | undefined;
  up(line: Line, now: number): void;
  closed(line: Line, reason: Reason): void;
}

/** Where a line is: its session id, and what it shares with all others. */
export interface LinePlace {
  readonly id: number;
  /** Our own address. */
  readonly address: MacAddress;
  /** The largest Ethernet payload of the segment, in octets. */
  readonly mtu: number;
  readonly framing: Framing;
}

/** A claim that somebody else decides about. */
interface Pending {
  readonly ticket: number;
  readonly claim: Claim;
  readonly deadline: number;
}

/** One session of an access concentrator, from PADS to its end. */
export class Line {
  readonly id: number;
  readonly key: string;
  readonly host: MacAddress;
  readonly vlan: readonly VlanTag[];
  /** VLAN identifiers of its frames, the outer first, without priority tags. */
  readonly vids: readonly number[];
  readonly serviceName: Buffer;
  readonly connection: Connection;
  readonly #hostUniq: Buffer | undefined;
  readonly #template: SessionFrameTemplate;
  /** Who it is, once that is proved; undefined also where nobody is asked. */
  username: string | undefined;
  /** Who it said it is, last. */
  claimed: string | undefined;
  /** What it gets besides its address. */
  grant: Grant = {};
  /** Its address of 4 octets, from when the network protocols begin at the latest. */
  lease: Buffer | undefined;
  /** Its own IPv6 prefix of 64 bits, 16 octets. */
  prefix: Buffer | undefined;
  /** The prefix that is kept for it, and, if it is routed, delegated to it. */
  delegation: (Ipv6Prefix & { readonly isRouted: boolean }) | undefined;
  #router: AccessRouter | undefined;
  pending: Pending | undefined;
  /** When it came up, in ms of the engine's clock. */
  since: number | undefined;
  #faults: FaultInjector | undefined;
  /** IPCP has been up: the host has taken its address. */
  #hasIpv4 = false;
  readonly #framing: Framing;
  readonly #traffic = { packetsReceived: 0, packetsSent: 0, octetsReceived: 0, octetsSent: 0 };

  constructor(
    private readonly settings: ConcentratorSettings,
    request: SessionRequest,
    place: LinePlace,
    private readonly outlets: LineOutlets,
  ) {
    this.id = place.id;
    this.#framing = place.framing;
    this.key = outlets.random(8).toString('hex');
    this.host = request.host;
    this.vlan = request.vlan;
    this.vids = vidsOf(this.vlan);
    this.serviceName = request.serviceName;
    this.#hostUniq = request.hostUniq;
    this.#template = new SessionFrameTemplate(this.host, place.address, this.vlan, this.id, { framing: place.framing });
    this.connection = this.#connect(payloadLimit(place, request.maxPayload));
  }

  get deadline(): number | undefined {
    return earliest(this.connection.deadline, this.pending?.deadline, this.#router?.deadline, this.#faults?.deadline);
  }

  /** Whose lease it has: the account's, or without authentication the host's. */
  get owner(): string {
    return this.username ?? formatMac(this.host);
  }

  /** True for a PADR of this host that has opened this session already. */
  isRepeated({ hostUniq }: SessionRequest): boolean {
    if (this.connection.phase !== 'establish') return false;
    return hostUniq ? this.#hostUniq?.equals(hostUniq) === true : this.#hostUniq === undefined;
  }

  /** True for a session frame that is of our host, by its address and its VLAN. */
  isSender(frame: Buffer, pppoeAt: number): boolean {
    return this.host.compare(frame, 6, 12) === 0 && carriesVlan(frame, pppoeAt, this.vids);
  }

  describe(): Subscriber {
    return {
      sessionId: this.id,
      key: this.key,
      mac: formatMac(this.host),
      vlan: this.vids,
      serviceName: this.serviceName.toString('utf8'),
      username: this.username,
      address: this.#hasIpv4 && this.lease ? formatIpv4(this.lease) : undefined,
      prefix: this.prefix && `${formatIpv6(this.prefix)}/${SESSION_PREFIX}`,
      delegated: this.delegation?.isRouted
        ? `${formatIpv6(this.delegation.address)}/${this.delegation.length}`
        : undefined,
      mtu: this.connection.peerMru,
      phase: this.connection.phase,
      since: this.since,
      ...this.#traffic,
    };
  }

  /** Tells the connection what was decided about its claim. */
  decide(verdict: Verdict, now: number): void {
    this.pending = undefined;
    const { accepted } = verdict;
    const text = accepted ? (verdict.grant.text ?? 'Welcome') : verdict.text;
    const detail = accepted ? undefined : verdict.detail;
    const proof = accepted ? verdict.proof : undefined;
    this.connection.decide({ accepted, text, ...(detail ? { detail } : {}), ...(proof ? { proof } : {}) }, now);
  }

  /**
   * Takes a control packet, from the PPP protocol on.
   * @throws MalformedPacket, with nothing changed.
   */
  receiveControl(octets: Buffer, now: number): void {
    const { protocol, information } = decodePpp(octets);
    this.connection.receive(protocol, information, now);
  }

  /** Counts an IP packet from the host. False while its network protocol is not up. */
  receivePacket(packet: Buffer, name: NetworkProtocol['name']): boolean {
    this.connection.heard();
    if (!this.connection.isUp(name)) return false;
    this.#traffic.packetsReceived++;
    this.#traffic.octetsReceived += packet.length;
    return true;
  }

  /**
   * Checks packets that are to be sent.
   * @throws PppoeError `not-up`, `too-long`, `malformed`.
   */
  checkPackets(packets: readonly Buffer[]): void {
    const mtu = (name: NetworkProtocol['name']) => (this.connection.isUp(name) ? this.connection.peerMru : undefined);
    const mtus = { ipv4: mtu('IPCP'), ipv6: mtu('IPV6CP') };
    for (const packet of packets) checkSendable(packet, mtus);
  }

  /**
   * Sends a whole IP packet. False while its network protocol is not up, and for a packet longer than the host takes, or
   * which is none.
   */
  sendPacket(packet: Buffer): boolean {
    const { name, protocol } = (packet[0] ?? 0) >> 4 === 6 ? IPV6 : IPV4;
    if (!this.connection.isUp(name) || packet.length > this.connection.peerMru) return false;
    this.#traffic.packetsSent++;
    this.#traffic.octetsSent += packet.length;
    this.#send(protocol, packet);
    return true;
  }

  /**
   * Takes an IPv6 packet to its router. False for one that the router does not answer.
   * @throws MalformedPacket
   */
  receiveForRouter(packet: Ipv6Packet): boolean {
    return this.#router?.receive(packet) === true;
  }

  /** True for an address at which the router of this session listens. */
  isRouter(destination: Buffer): boolean {
    return this.#router?.isOwn(destination) === true;
  }

  due(now: number): void {
    this.#faults?.due(now);
    this.connection.due(now);
    this.#router?.due(now);
  }

  /** What is done wrong to this session from now on. */
  setFaults(faults: readonly Fault[], now: number): void {
    this.#faults = undefined;
    if (faults.length === 0) return;
    const frames = {
      transmit: (frame: Buffer) => this.outlets.send(frame),
      receive: (frame: Buffer, later: number) => this.outlets.receive(this, frame, later),
      random: (octets: number) => this.outlets.random(octets),
    };
    this.#faults = new FaultInjector(faults, this.#framing, frames, {
      reply: (protocol, information) => this.#send(protocol, information),
      rechallenge: (at) => this.connection.challenge(at),
      renegotiate: (at) => this.connection.renegotiate(at),
      terminate: (at) => this.connection.close(TERMINATED, at),
    });
    if (this.since !== undefined) this.#faults.begin(now);
  }

  /** False for a frame of the host's that a fault keeps from us, for now or for ever. */
  takes(frame: Buffer, payload: Buffer | undefined, now: number): boolean {
    return this.#faults?.takes(frame, payload, now) ?? true;
  }

  /** Sends a frame of this session, unless a fault keeps it. */
  transmit(frame: Buffer): void {
    if (!this.#faults) return this.outlets.send(frame);
    this.#faults.send(frame, this.outlets.now());
    this.outlets.delayed(this);
  }

  #send(protocol: number, information: Buffer): void {
    this.transmit(this.#template.frame(protocol, information));
  }

  #connect(limit: number): Connection {
    const { settings, outlets } = this;
    return new Connection(
      {
        lcp: { mru: Math.min(settings.mru, limit), largest: limit, allowed: [], required: settings.authentication },
        authenticationRequired: false,
        name: settings.acName,
        ipcp: () => ({
          address: settings.address,
          askDns: false,
          peerDns: this.grant.dns ?? settings.dns,
          peerNbns: settings.nbns,
          ...(this.lease ? { peerAddress: this.lease } : {}),
        }),
        ...(settings.ipv6 ? { ipv6cp: {} } : {}),
        keepalive: settings.keepalive,
        automaton: settings.automaton,
        phaseTimeout: settings.phaseTimeout,
      },
      {
        send: (protocol, information) => this.#send(protocol, information),
        random: (octets) => outlets.random(octets),
        progress: () => {},
        phase: (phase, now) => this.#phase(phase, now),
        network: (name, isUp, now) => this.#network(name, isUp, now),
        claim: (claim, now) => outlets.claim(this, claim, now),
        closed: (reason) => outlets.closed(this, reason),
      },
    );
  }

  #network(name: NetworkProtocol['name'], isUp: boolean, now: number): void {
    if (name === 'IPCP') this.#hasIpv4 ||= isUp;
    if (name !== 'IPV6CP') return;
    const terms = isUp ? this.outlets.routerTerms(this) : undefined;
    this.#router = terms && new AccessRouter(terms, (packet) => this.sendPacket(packet), now);
  }

  #phase(phase: PhaseName, now: number): void {
    // Whatever was asked about a claim is over with the phase that it was made in.
    if (phase !== 'authenticate') this.pending = undefined;
    if (phase === 'network') this.outlets.network(this, now);
    if (phase !== 'open' || this.since !== undefined) return;
    this.since = now;
    this.#faults?.begin(now);
    this.outlets.up(this, now);
  }
}

const IPV4 = { name: 'IPCP', protocol: PROTOCOL.ipv4 } as const;
const IPV6 = { name: 'IPV6CP', protocol: PROTOCOL.ipv6 } as const;
const TERMINATED: Reason = { code: 'closed', text: 'Ended on purpose' };
