import { decodeEthernet } from '../wire/ethernet';
import type { MacAddress } from '../wire/mac-address';
import { CODE, findTag, TAG } from '../wire/pppoe';
import { MalformedPacket } from '../wire/reader';
import { type DiscoveryPacket, decodeDiscovery, isForEveryone } from './discovery-packet';
import type { Engine, Interest, Position } from './engine';
import { type Framing, PPPOE_FRAMING } from './framing';
import { encodePadt } from './padt';
import { carriesVlan, etherTypeAt, pppEnd, pppoeOffset, sessionIdAt, vidsOf } from './session-frame';
import { FormerSessions } from './strays';

/** Frames that no engine wanted, by why. */
export interface StrayCounters {
  malformed: number;
  /** Well-formed, but for another station or for a session that is not ours. */
  unclaimed: number;
}

interface Station {
  readonly engine: Engine;
  readonly position: Position;
  interest: Interest;
}

/**
 * Sorts the frames of one segment to the engines that stand on it: discovery by role and Host-Uniq, session frames by peer
 * address and session id. Session frames cost no string and no allocation but the batches.
 */
export class Demultiplexer {
  readonly #stations = new Map<Engine, Station>();
  readonly #concentrators: Station[] = [];
  readonly #byHostUniq = new Map<string, Station[]>();
  readonly #bySession = new Map<number, Station[]>();
  readonly #awaiting = new Set<Station>();
  readonly #former = new FormerSessions();
  #now = 0;
  readonly counters: StrayCounters = { malformed: 0, unclaimed: 0 };

  /** @param send where the PADT to a peer goes that still uses a session which has ended; nowhere if absent. */
  constructor(
    private readonly framing: Framing = PPPOE_FRAMING,
    private readonly send: (frame: Buffer) => void = () => {},
  ) {}

  get size(): number {
    return this.#stations.size;
  }

  get engines(): Iterable<Engine> {
    return this.#stations.keys();
  }

  add(engine: Engine, position: Position): void {
    const station: Station = { engine, position, interest: {} };
    this.#stations.set(engine, station);
    if (position.role === 'concentrator') this.#concentrators.push(station);
  }

  remove(engine: Engine, now = this.#now): void {
    const station = this.#stations.get(engine);
    if (!station) return;
    this.listen(engine, {}, now);
    this.#stations.delete(engine);
    removeFrom(this.#concentrators, station);
  }

  /** What a host wants from now on. A session that it no longer wants has ended. */
  listen(engine: Engine, interest: Interest, now = this.#now): void {
    const station = this.#stations.get(engine);
    if (!station) return;
    const { session } = station.interest;
    for (const uniq of hostUniqsOf(station.interest)) removeFromMap(this.#byHostUniq, uniq, station);
    if (session) {
      removeFromMap(this.#bySession, session.id, station);
      this.#former.add(session, station.position.address, now);
    }
    this.#awaiting.delete(station);
    station.interest = interest;
    for (const uniq of hostUniqsOf(interest)) addToMap(this.#byHostUniq, uniq, station);
    if (interest.session) {
      this.#former.forget(interest.session.peer, interest.session.id);
      addToMap(this.#bySession, interest.session.id, station);
    }
    if (interest.awaiting) this.#awaiting.add(station);
  }

  /** Hands a batch on. Neighbouring frames of one engine stay a batch. */
  dispatch(frames: readonly Buffer[], now: number): void {
    this.#now = now;
    let batch: Buffer[] = [];
    let receiver: Engine | undefined;
    const flush = () => {
      if (receiver && batch.length > 0) receiver.handle({ type: 'frames', frames: batch }, now);
      batch = [];
      receiver = undefined;
    };
    for (const frame of frames) {
      const at = pppoeOffset(frame, this.framing);
      const etherType = at < 0 ? undefined : etherTypeAt(frame, at);
      if (etherType === undefined) {
        this.counters.malformed++;
      } else if (etherType === this.framing.session) {
        const engine = this.#sessionReceiver(frame, at, now);
        if (engine !== receiver) flush();
        receiver = engine;
        if (engine) batch.push(frame);
      } else if (etherType !== this.framing.discovery) {
        this.counters.unclaimed++;
      } else {
        // What came before it is handled before it: a PADT ends a session after its last frames.
        flush();
        this.#discovery(frame, now);
      }
    }
    flush();
  }

  /** The one engine that a session frame is for; frames that are held until PADS are handed out at once. */
  #sessionReceiver(frame: Buffer, at: number, now: number): Engine | undefined {
    const stations = this.#bySession.get(sessionIdAt(frame, at));
    if (stations) {
      for (const station of stations) {
        const { session } = station.interest;
        if (session && sameMac(frame, 6, session.peer) && isFor(station, frame, at)) return station.engine;
      }
    }
    let held = false;
    for (const station of this.#awaiting) {
      const { awaiting } = station.interest;
      if (!awaiting || !sameMac(frame, 6, awaiting) || !isFor(station, frame, at)) continue;
      station.engine.handle({ type: 'frames', frames: [frame] }, now);
      held = true;
    }
    if (held) return undefined;
    const concentrator = this.#concentratorOf(frame, at);
    if (!concentrator) this.#stray(frame, at, now);
    return concentrator;
  }

  /** Of several concentrators at one address the one whose session it is; the first one answers for sessions of none. */
  #concentratorOf(frame: Buffer, at: number): Engine | undefined {
    let first: Engine | undefined;
    for (const station of this.#concentrators) {
      if (!isFor(station, frame, at)) continue;
      const { engine } = station;
      if (this.#concentrators.length === 1 || engine.hasSession?.(sessionIdAt(frame, at), frame.subarray(6, 12))) {
        return engine;
      }
      first ??= engine;
    }
    return first;
  }

  #stray(frame: Buffer, at: number, now: number): void {
    this.counters.unclaimed++;
    const id = sessionIdAt(frame, at);
    const former = pppEnd(frame, at) < 0 ? undefined : this.#former.stale(frame, id, now);
    if (!former) return;
    // With the tags of the frame that is answered.
    const { tags } = decodeEthernet(frame, this.framing.tpids);
    this.send(encodePadt(former.address, former.peer, tags, id, undefined, this.framing));
  }

  #discovery(frame: Buffer, now: number): void {
    let packet: DiscoveryPacket;
    try {
      packet = decodeDiscovery(frame, this.framing);
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.counters.malformed++;
      for (const { engine } of this.#hostsAt(frame)) engine.handle({ type: 'malformed', frame }, now);
      return;
    }
    const receivers = this.#discoveryReceivers(packet);
    if (packet.code === CODE.PADS || packet.code === CODE.PADT) this.#former.forget(packet.source, packet.sessionId);
    if (receivers.length === 0) this.counters.unclaimed++;
    for (const { engine } of receivers) engine.handle({ type: 'discovery', packet, frame }, now);
  }

  #discoveryReceivers(packet: DiscoveryPacket): readonly Station[] {
    switch (packet.code) {
      case CODE.PADI:
      case CODE.PADR:
        return reached(this.#concentrators, packet);
      case CODE.PADO:
        return this.#hostsOf(packet).filter(({ interest: { hostUniq } }) => hostUniq && hasHostUniq(packet, hostUniq));
      case CODE.PADS: {
        // Hosts may share a fixed Host-Uniq: one host's session must not look like a superfluous one to another.
        const hosts = this.#hostsOf(packet);
        const one =
          hosts.find(
            ({ interest: { session } }) => session?.id === packet.sessionId && session.peer.equals(packet.source),
          ) ?? hosts.find(({ interest: { awaiting } }) => awaiting?.equals(packet.source));
        return one ? [one] : hosts;
      }
      case CODE.PADT: {
        const hosts = reached(this.#bySession.get(packet.sessionId) ?? [], packet);
        const host = hosts.find(({ interest }) => interest.session?.peer.equals(packet.source));
        return host ? [host] : reached(this.#concentrators, packet);
      }
      case CODE.PADM:
        return reached([...this.#stations.values()], packet).filter(
          ({ position, interest }) => position.role === 'host' && isMessageFor(interest, packet),
        );
      default:
        return [];
    }
  }

  /** The hosts at a frame's destination that take part in a discovery or in a session. */
  #hostsAt(frame: Buffer): readonly Station[] {
    return [...this.#stations.values()].filter(
      ({ position, interest }) =>
        position.role === 'host' && interest.hostUniq !== undefined && sameMac(frame, 0, position.address),
    );
  }

  #hostsOf(packet: DiscoveryPacket): readonly Station[] {
    const hostUniq = findTag(packet.tags, TAG.hostUniq);
    return hostUniq ? reached(this.#byHostUniq.get(hostUniq.toString('latin1')) ?? [], packet) : [];
  }
}

/** As keys of a map. */
function hostUniqsOf({ hostUniq, formerHostUniqs = [] }: Interest): readonly string[] {
  return [...(hostUniq ? [hostUniq] : []), ...formerHostUniqs].map((uniq) => uniq.toString('latin1'));
}

function hasHostUniq({ tags }: DiscoveryPacket, hostUniq: Buffer): boolean {
  return findTag(tags, TAG.hostUniq)?.equals(hostUniq) === true;
}

/** A message is of one session, or, with session id 0, for each that there is with its sender or is about to be. */
function isMessageFor({ session, awaiting }: Interest, { source, sessionId }: DiscoveryPacket): boolean {
  if (session) return session.peer.equals(source) && (sessionId === 0 || sessionId === session.id);
  return awaiting?.equals(source) === true;
}

/** Those of the stations that a discovery packet is for, by address and VLAN. */
function reached(stations: readonly Station[], packet: DiscoveryPacket): readonly Station[] {
  return stations.filter(({ position }) => isReachedBy(position, packet));
}

function isReachedBy(position: Position, packet: DiscoveryPacket): boolean {
  if (!isForEveryone(packet) && !packet.destination.equals(position.address)) return false;
  const { vlan } = position;
  if (vlan === 'any') return true;
  const vids = vidsOf(packet.vlan);
  return vids.length === vlan.length && vids.every((vid, index) => vid === vlan[index]);
}

/** The same for a session frame, without allocation. */
function isFor({ position }: Station, frame: Buffer, at: number): boolean {
  if (!sameMac(frame, 0, position.address)) return false;
  return position.vlan === 'any' || carriesVlan(frame, at, position.vlan);
}

function sameMac(frame: Buffer, at: number, address: MacAddress): boolean {
  for (let index = 0; index < 6; index++) if (frame[at + index] !== address[index]) return false;
  return true;
}

function addToMap<K>(map: Map<K, Station[]>, key: K, station: Station): void {
  const stations = map.get(key);
  if (stations) stations.push(station);
  else map.set(key, [station]);
}

function removeFromMap<K>(map: Map<K, Station[]>, key: K, station: Station): void {
  const stations = map.get(key);
  if (!stations) return;
  removeFrom(stations, station);
  if (stations.length === 0) map.delete(key);
}

function removeFrom(stations: Station[], station: Station): void {
  const index = stations.indexOf(station);
  if (index >= 0) stations.splice(index, 1);
}
