import type { Connection } from '../ppp/connection';
import { checkSendable } from '../ppp/outgoing';
import type { SessionFrameTemplate } from '../pppoe/session-frame';
import { decodePpp, PROTOCOL } from '../wire/ppp';
import { MalformedPacket } from '../wire/reader';
import { clampMss } from '../wire/tcp-mss';
import { type Ipv6Host, isFromNeighbour } from './ipv6/host';
import type { SessionCounters } from './snapshot';

/** What a session's packets pass through. */
export interface DataPathParts {
  readonly connection: Connection;
  readonly template: SessionFrameTemplate;
  readonly ipv6: Ipv6Host;
  /** TCP's MSS is brought down to what the session carries. */
  readonly clamps: boolean;
}

export interface DataPathOutlets {
  send(frame: Buffer): void;
  /** What this frame carries is for the session's own IPv6 host, from its neighbour, and is about to be handled. */
  own(frame: Buffer): void;
  /** A packet came that nothing may be done with now. */
  ignored(): void;
  /** The peer's octets proved malformed; `why` completes 'Dropped …'. */
  malformed(why: string): void;
}

/** The way of packets through one session, between the frames of the segment and the flow. */
export class DataPath {
  constructor(
    private readonly parts: DataPathParts,
    private readonly counters: SessionCounters,
    private readonly outlets: DataPathOutlets,
  ) {}

  /**
   * Sends IP packets, all or none of them.
   * @param mtu of IPv4, in octets.
   * @throws PppoeError `not-up`, `too-long`, `malformed`.
   */
  send(packets: readonly Buffer[], mtu: number): void {
    const { connection, ipv6, clamps } = this.parts;
    const mtus = { ipv4: connection.isUp('IPCP') ? mtu : undefined, ipv6: ipv6.mtu };
    const protocols = packets.map((packet) => checkSendable(packet, mtus));
    for (const [index, packet] of packets.entries()) {
      const frame = this.frame(protocols[index] as number, packet);
      if (clamps) this.#clamp(frame.subarray(frame.length - packet.length), mtu);
      this.outlets.send(frame);
      this.counters.packetsSent++;
      this.counters.octetsSent += packet.length;
    }
  }

  frame(protocol: number, information: Buffer): Buffer {
    return this.parts.template.frame(protocol, information);
  }

  /**
   * Takes what a session frame carries, from its PPP protocol at `start` up to `end`.
   * @param mtu of IPv4, in octets; undefined while the session is not up.
   * @returns an IP packet for the flow, if it is one: a slice of the frame.
   */
  receive(frame: Buffer, start: number, end: number, mtu: number | undefined, now: number): Buffer | undefined {
    const { connection, ipv6, clamps } = this.parts;
    const protocol = ((frame[start] as number) << 8) | (frame[start + 1] as number);
    if (protocol !== PROTOCOL.ipv4 && protocol !== PROTOCOL.ipv6) {
      this.#control(frame.subarray(start, end), now);
      return undefined;
    }
    connection.heard();
    const packet = frame.subarray(start + 2, end);
    const isIpv4 = protocol === PROTOCOL.ipv4;
    if (!isIpv4 && ipv6.concerns(packet)) {
      if (isFromNeighbour(packet)) this.outlets.own(frame);
      this.#unlessMalformed(() => ipv6.receive(packet, now));
      return undefined;
    }
    if (mtu === undefined || !connection.isUp(isIpv4 ? 'IPCP' : 'IPV6CP')) {
      this.outlets.ignored();
      return undefined;
    }
    this.counters.packetsReceived++;
    this.counters.octetsReceived += packet.length;
    if (clamps) this.#clamp(packet, mtu);
    return packet;
  }

  #control(octets: Buffer, now: number): void {
    this.#unlessMalformed(() => {
      const { protocol, information } = decodePpp(octets);
      this.parts.connection.receive(protocol, information, now);
    });
  }

  #clamp(packet: Buffer, mtu: number): void {
    const isIpv4 = (packet[0] ?? 0) >> 4 === 4;
    const { connection, ipv6 } = this.parts;
    clampMss(packet, Math.min(isIpv4 ? mtu : (ipv6.mtu ?? mtu), connection.mru));
  }

  /** The one place where a peer's octets may prove malformed: counted, told, and forgotten. */
  #unlessMalformed<T>(take: () => T): T | undefined {
    try {
      return take();
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.outlets.malformed(`a malformed packet: ${error.message}`);
      return undefined;
    }
  }
}
