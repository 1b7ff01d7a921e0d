import { Connection, type ConnectionSettings } from '../../src/ppp/connection';
import { AUTOMATON_DEFAULTS } from '../../src/ppp/control-protocol';
import { type DiscoveryPacket, decodeDiscovery, encodeDiscovery } from '../../src/pppoe/discovery-packet';
import { encodePadt } from '../../src/pppoe/host-discovery';
import { etherTypeAt, pppEnd, pppoeOffset, SessionFrameTemplate, sessionIdAt } from '../../src/pppoe/session-frame';
import { ETHERTYPE } from '../../src/wire/ethernet';
import type { MacAddress } from '../../src/wire/mac-address';
import { decodePpp, PROTOCOL } from '../../src/wire/ppp';
import { CODE, TAG, type Tag } from '../../src/wire/pppoe';
import { ACCOUNT } from './stations';
import { Alarm, type Station, type World } from './world';

export interface Script {
  readonly name?: string;
  readonly address?: MacAddress;
  /** Tags of the PADO; absent: the AC-Name and the empty Service-Name. `undefined` for no PADO at all. */
  readonly padi?: () => readonly Tag[] | undefined;
  /** What a PADR gets: a session of this id, tags with session id 0, or nothing. */
  readonly padr?: (count: number) => { readonly id: number; readonly tags?: readonly Tag[] } | undefined;
  /** How long after PADS its PPP begins, in ms; frames that come before are lost. */
  readonly pppAfter?: number;
  readonly ppp?: Partial<ConnectionSettings>;
}

const PPP: ConnectionSettings = {
  lcp: { mru: 1492, allowed: [], required: ['chap-md5'] },
  authenticationRequired: false,
  name: 'scripted',
  ipcp: () => ({ address: Buffer.of(10, 0, 0, 1), peerAddress: Buffer.of(10, 0, 0, 2), askDns: false }),
  keepalive: { mode: 'off', interval: 20_000, failures: 3 },
  automaton: AUTOMATON_DEFAULTS,
  phaseTimeout: 30_000,
};

/** An access concentrator that does what a test tells it, with a real PPP connection behind each session. */
export class ScriptedAc implements Station {
  readonly name: string;
  readonly address: MacAddress;
  linkUp = true;
  padrs = 0;
  readonly connections = new Map<number, Connection>();
  /** PADTs and session frames that came for sessions that this AC does not have (any more). */
  readonly stray: number[] = [];
  /** The sessions that a PADT has ended. */
  readonly terminated: number[] = [];
  /** Gets the IP packets of a session. */
  onPacket: (id: number, packet: Buffer, now: number) => void = () => {};
  readonly #alarms = new Map<number, Alarm>();

  constructor(
    private readonly world: World,
    private readonly script: Script = {},
  ) {
    this.name = script.name ?? 'ac';
    this.address = script.address ?? world.freshAddress();
    world.add(this);
  }

  receive(frame: Buffer, now: number): void {
    const at = pppoeOffset(frame);
    if (at < 0) return;
    if (etherTypeAt(frame, at) === ETHERTYPE.discovery) return this.#discovery(decodeDiscovery(frame));
    const id = sessionIdAt(frame, at);
    const connection = this.connections.get(id);
    if (!connection) {
      this.stray.push(id);
      return;
    }
    const { protocol, information } = decodePpp(frame.subarray(at + 6, pppEnd(frame, at)));
    if (protocol === PROTOCOL.ipv4 || protocol === PROTOCOL.ipv6) return this.onPacket(id, information, now);
    connection.receive(protocol, information, now);
    this.#alarms.get(id)?.arm();
  }

  /** Begins PPP for a session, also anew for one that is up, as an LNS switch does. */
  startPpp(host: MacAddress, id: number): Connection {
    const template = new SessionFrameTemplate(host, this.address, [], id);
    const connection: Connection = new Connection(
      { ...PPP, ...this.script.ppp },
      {
        send: (protocol, information) => {
          if (this.connections.get(id) === connection) this.world.send(this, template.frame(protocol, information));
        },
        random: (octets) => this.world.random.octets(octets),
        progress: () => {},
        phase: () => {},
        claim: (claim, at) => {
          const accepted = claim.username === ACCOUNT.username && claim.verify(ACCOUNT.password);
          connection.decide({ accepted, text: accepted ? 'Welcome' : 'Login incorrect' }, at);
        },
        closed: () => {
          if (this.connections.get(id) === connection) this.connections.delete(id);
        },
      },
    );
    this.connections.set(id, connection);
    const engine = {
      get deadline() {
        return connection.deadline;
      },
      handle: (_input: unknown, now: number) => connection.due(now),
    };
    const alarm = new Alarm(this.world, engine, () => connection.due(this.world.now));
    this.#alarms.set(id, alarm);
    connection.open(this.world.now);
    alarm.arm();
    return connection;
  }

  /** Sends octets as this PPP protocol: an IP packet, or what a real one would not send. */
  sendPacket(host: MacAddress, id: number, protocol: number, octets: Buffer): void {
    this.world.send(this, new SessionFrameTemplate(host, this.address, [], id).frame(protocol, octets));
  }

  padt(host: MacAddress, id: number, text?: string): void {
    this.connections.delete(id);
    this.world.send(this, encodePadt(this.address, host, [], id, text));
  }

  #discovery(packet: DiscoveryPacket): void {
    if (packet.code === CODE.PADI) this.#offer(packet);
    if (packet.code === CODE.PADR) this.#confirm(packet);
    if (packet.code === CODE.PADT) {
      if (!this.connections.delete(packet.sessionId)) this.stray.push(packet.sessionId);
      else this.terminated.push(packet.sessionId);
    }
  }

  #offer(packet: DiscoveryPacket): void {
    const usual = () => [
      { type: TAG.serviceName, value: Buffer.alloc(0) },
      { type: TAG.acName, value: Buffer.from(this.name) },
    ];
    const tags = (this.script.padi ?? usual)();
    if (tags) this.#answer(packet, CODE.PADO, 0, tags);
  }

  #confirm(packet: DiscoveryPacket): void {
    const script: NonNullable<Script['padr']> = this.script.padr ?? ((count) => ({ id: 0x100 + count }));
    const answer = script(++this.padrs);
    if (!answer) return;
    const { id, tags = [{ type: TAG.serviceName, value: Buffer.alloc(0) }] } = answer;
    this.#answer(packet, CODE.PADS, id, tags);
    const host = Buffer.from(packet.source);
    if (id === 0) return;
    if (this.script.pppAfter) this.world.after(this.script.pppAfter, () => this.startPpp(host, id));
    else this.startPpp(host, id);
  }

  #answer(packet: DiscoveryPacket, code: number, sessionId: number, tags: readonly Tag[]): void {
    const echoed = packet.tags.filter(({ type }) => type === TAG.hostUniq);
    const frame = { destination: packet.source, source: this.address, vlan: [], code, sessionId };
    this.world.send(this, encodeDiscovery({ ...frame, tags: [...tags, ...echoed] }));
  }
}
