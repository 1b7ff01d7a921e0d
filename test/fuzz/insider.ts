import { type DiscoveryPacket, decodeDiscovery, encodeDiscovery } from '../../src/pppoe/discovery-packet';
import { pppEnd, pppoeOffset } from '../../src/pppoe/session-frame';
import type { MacAddress } from '../../src/wire/mac-address';
import { CODE, findTag, TAG, type Tag } from '../../src/wire/pppoe';
import type { Prng } from '../client/prng';

const PROTOCOLS = [0xc021, 0x8021, 0xc023, 0xc223, 0xc227, 0x8057, 0x80fd, 0x0021, 0x0057, 0xff03];
const NEGOTIATED = [0xc021, 0xc021, 0x8021, 0x8021, 0xc023, 0xc223];

/**
 * What somebody on the wire knows of a host and its access concentrator: addresses, session, Host-Uniq, cookie, identifiers,
 * and the octets that were sent last. With that, frames get past the first checks.
 */
export class Insider {
  sessionId = 1;
  hostUniq: Buffer = Buffer.alloc(0);
  cookie: Buffer = Buffer.alloc(0);
  /** The last control packet of each protocol and code, by who sent it. */
  readonly #last = new Map<string, Buffer>();
  readonly recent: Buffer[] = [];

  constructor(
    readonly host: MacAddress,
    readonly ac: MacAddress,
    private readonly random: Prng,
  ) {}

  /** Learns from a frame of the engines' own. */
  see(frame: Buffer): void {
    this.recent.push(Buffer.from(frame));
    if (this.recent.length > 64) this.recent.shift();
    const at = pppoeOffset(frame);
    if (frame[at - 1] === 0x63) return this.#seeDiscovery(decodeDiscovery(frame));
    const end = pppEnd(frame, at);
    if (end < at + 12) return;
    this.sessionId = frame.readUInt16BE(at + 2);
    const packet = Buffer.from(frame.subarray(at + 8, end));
    this.#last.set(this.#key(frame.subarray(6, 12), frame.readUInt16BE(at + 6), packet[0] as number), packet);
  }

  /** A discovery packet from one end to the other that a careful forger would send. */
  discovery(toHost: boolean): Buffer {
    const { random } = this;
    const code = random.pick(toHost ? [CODE.PADO, CODE.PADS, CODE.PADT, CODE.PADM] : [CODE.PADI, CODE.PADR, CODE.PADT]);
    const any = (octets: number) => random.octets(random.below(octets));
    const tags: Tag[] = [{ type: TAG.serviceName, value: random.chance(0.8) ? Buffer.alloc(0) : any(40) }];
    if (random.chance(0.9)) tags.push({ type: TAG.hostUniq, value: this.hostUniq });
    if (random.chance(0.7)) tags.push({ type: TAG.acCookie, value: this.cookie });
    if (random.chance(0.5)) tags.push({ type: TAG.acName, value: any(80) });
    if (random.chance(0.1)) tags.push({ type: random.pick([TAG.genericError, TAG.acSystemError]), value: any(300) });
    if (random.chance(0.2)) tags.push({ type: random.below(0x10000), value: any(1_200) });
    const needsId = code === CODE.PADS || code === CODE.PADT;
    const sessionId = needsId ? random.pick([this.sessionId, this.sessionId, 0, 1 + random.below(0xffff)]) : 0;
    const [destination, source] = toHost ? [this.host, this.ac] : [this.ac, this.host];
    return encodeDiscovery({ destination, source, vlan: [], code, sessionId, tags });
  }

  /** A control packet that answers, repeats or varies what was sent last, or is made up. */
  control(toHost: boolean): Buffer {
    const { random } = this;
    const protocol = random.chance(0.9) ? random.pick(NEGOTIATED) : random.pick(PROTOCOLS);
    const theirs = this.#last.get(this.#key(toHost ? this.host : this.ac, protocol, 1));
    const code = random.chance(0.9) ? 1 + random.below(13) : random.below(256);
    const ours = this.#last.get(this.#key(toHost ? this.ac : this.host, protocol, code));
    const model = random.chance(0.5) ? theirs : ours;
    const data = model && random.chance(0.7) ? Buffer.from(model.subarray(4)) : this.#options();
    if (data.length > 0 && random.chance(0.5)) data[random.below(data.length)] = random.below(256);
    const packet = Buffer.concat([Buffer.alloc(4), data]);
    packet[0] = code;
    packet[1] = random.chance(0.8) ? (model?.[1] ?? 1) : random.below(256);
    packet.writeUInt16BE(packet.length, 2);
    return this.frame(toHost, protocol, packet);
  }

  /** Right addresses, session id and PPPoE length around any octets. */
  frame(toHost: boolean, protocol: number, information: Buffer): Buffer {
    const header = Buffer.alloc(22);
    (toHost ? this.host : this.ac).copy(header, 0);
    (toHost ? this.ac : this.host).copy(header, 6);
    header.writeUInt16BE(0x8864, 12);
    header[14] = 0x11;
    header.writeUInt16BE(this.sessionId, 16);
    header.writeUInt16BE(2 + information.length, 18);
    header.writeUInt16BE(protocol, 20);
    return Buffer.concat([header, information]);
  }

  /** Puts right what would have a frame dropped at once; each with a probability, in place. */
  patch(frame: Buffer, toHost: boolean): Buffer {
    const { random } = this;
    if (frame.length < 20) return frame;
    if (random.chance(0.95)) (toHost ? this.host : this.ac).copy(frame, 0);
    if (random.chance(0.95)) (toHost ? this.ac : this.host).copy(frame, 6);
    if (random.chance(0.9)) frame.writeUInt16BE(frame[13] === 0x63 ? 0x8863 : 0x8864, 12);
    if (random.chance(0.9)) frame[14] = 0x11;
    const session = frame[13] === 0x64;
    if (session && random.chance(0.9)) frame[15] = 0;
    if (session && random.chance(0.95)) frame.writeUInt16BE(this.sessionId, 16);
    if (random.chance(0.8)) frame.writeUInt16BE(Math.min(frame.length - 20, 0xffff), 18);
    if (session && frame.length >= 26 && random.chance(0.7)) frame.writeUInt16BE(frame.length - 22, 24);
    if (!session && random.chance(0.7)) this.#patchTags(frame);
    return frame;
  }

  /** Own Host-Uniq and cookie in place of others of the same length. */
  #patchTags(frame: Buffer): void {
    for (let at = 20; at + 4 <= frame.length; ) {
      const type = frame.readUInt16BE(at);
      const length = frame.readUInt16BE(at + 2);
      const value = type === TAG.hostUniq ? this.hostUniq : type === TAG.acCookie ? this.cookie : undefined;
      if (value?.length === length && at + 4 + length <= frame.length) value.copy(frame, at + 4);
      at += 4 + length;
    }
  }

  #options(): Buffer {
    const { random } = this;
    const options: Buffer[] = [];
    for (let count = random.below(6); count > 0; count--) {
      const data = random.octets(random.pick([0, 1, 2, 3, 4, 4, 5, random.below(40)]));
      const length = random.chance(0.95) ? 2 + data.length : random.below(256);
      options.push(Buffer.of(random.pick([1, 3, 5, 7, 8, 0x81, 0x83, random.below(256)]), length), data);
    }
    return Buffer.concat(options);
  }

  #seeDiscovery({ code, sessionId, tags }: DiscoveryPacket): void {
    const uniq = findTag(tags, TAG.hostUniq);
    const cookie = findTag(tags, TAG.acCookie);
    if (uniq) this.hostUniq = Buffer.from(uniq);
    if (cookie) this.cookie = Buffer.from(cookie);
    if (code === CODE.PADS && sessionId !== 0) this.sessionId = sessionId;
  }

  #key(from: Buffer, protocol: number, code: number): string {
    return `${from.equals(this.host) ? 'host' : 'ac'} ${protocol} ${code}`;
  }
}
