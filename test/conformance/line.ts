import assert from 'node:assert/strict';
import type { SessionSettings } from '../../src/client/settings';
import { decodeDiscovery, encodeDiscovery } from '../../src/pppoe/discovery-packet';
import { pppEnd, pppoeOffset, SessionFrameTemplate } from '../../src/pppoe/session-frame';
import {
  CONTROL,
  type ControlPacket,
  decodeControl,
  decodeOptions,
  encodeOptions,
  type Option,
} from '../../src/wire/control';
import { authenticationOption } from '../../src/wire/lcp';
import { decodePpp, PROTOCOL } from '../../src/wire/ppp';
import { CODE, TAG, type Tag } from '../../src/wire/pppoe';
import { type Script, ScriptedAc } from '../client/scripted-ac';
import { Host } from '../client/stations';
import { World } from '../client/world';

export const option = (type: number, ...octets: number[]): Option => ({ type, data: Buffer.from(octets) });

export const MAGIC = option(5, 1, 2, 3, 4);
export const MRU = option(1, 0x05, 0xd4);
export const CHAP = authenticationOption('chap-md5');
export const PAP = authenticationOption('pap');
export const PEER_ADDRESS = option(3, 10, 0, 0, 1);
export const OUR_ADDRESS = option(3, 10, 0, 0, 2);

/**
 * A host on a segment without delay whose PPP peer is the test itself: what the host sends is read here, what the peer says is
 * written by hand.
 */
export class Line {
  readonly world: World;
  readonly ac: ScriptedAc;
  readonly host: Host;
  #identifier = 0x40;

  constructor(settings: Partial<SessionSettings> = {}, script: Script = {}) {
    this.world = new World({ delay: 0 });
    // Its PPP never begins: that part is the test's.
    this.ac = new ScriptedAc(this.world, { pppAfter: Number.MAX_SAFE_INTEGER, ...script });
    this.host = new Host(this.world, settings).open();
    this.world.runUntil(() => this.host.state === 'establishing');
  }

  get id(): number {
    return this.host.snapshot.sessionId ?? 0;
  }

  /** Octets after the PPP protocol field, to the host, which handles them at once. */
  octets(protocol: number, information: Buffer): void {
    this.frame(new SessionFrameTemplate(this.host.address, this.ac.address, [], this.id).frame(protocol, information));
  }

  frame(frame: Buffer): void {
    this.world.send(this.ac, frame);
    this.world.runFor(0);
  }

  /** A control packet to the host. @returns what the host sends at once, of any protocol. */
  say(protocol: number, packet: ControlPacket): readonly ControlPacket[] {
    const before = this.world.log.length;
    this.octets(protocol, controlOctets(packet));
    return this.#packets(before).map(({ packet: sent }) => sent);
  }

  /** A Configure-Request to the host. @returns its answer. */
  request(
    protocol: number,
    options: readonly Option[],
  ): { readonly code: number; readonly options: readonly Option[] } {
    const identifier = this.#identifier++;
    const sent = this.say(protocol, { code: CONTROL.configureRequest, identifier, data: encodeOptions(options) });
    const answer = sent.find(({ code }) => code >= CONTROL.configureAck && code <= CONTROL.configureReject);
    assert.ok(answer, `no answer to the Configure-Request: ${sent.map(({ code }) => code)}`);
    assert.equal(answer.identifier, identifier);
    return { code: answer.code, options: decodeOptions(answer.data, 'answer') };
  }

  /** An answer of this code to the host's last Configure-Request. */
  answer(protocol: number, code: number, options?: readonly Option[]): readonly ControlPacket[] {
    const { identifier, data } = this.last(protocol, CONTROL.configureRequest);
    return this.say(protocol, { code, identifier, data: options ? encodeOptions(options) : data });
  }

  /** LCP opens, with these options of the peer's. */
  openLcp(options: readonly Option[] = [MRU, MAGIC]): this {
    this.answer(PROTOCOL.lcp, CONTROL.configureAck);
    assert.equal(this.request(PROTOCOL.lcp, options).code, CONTROL.configureAck);
    return this;
  }

  /** IPCP opens: the host gets an address, and no name servers. */
  openIpcp(): this {
    assert.equal(this.request(PROTOCOL.ipcp, [PEER_ADDRESS]).code, CONTROL.configureAck);
    const dns = decodeOptions(this.last(PROTOCOL.ipcp, CONTROL.configureRequest).data, 'sent').slice(1);
    if (dns.length > 0) this.answer(PROTOCOL.ipcp, CONTROL.configureReject, dns);
    this.answer(PROTOCOL.ipcp, CONTROL.configureNak, [OUR_ADDRESS]);
    this.answer(PROTOCOL.ipcp, CONTROL.configureAck);
    return this;
  }

  /** Up, without authentication. */
  up(): this {
    this.openLcp().openIpcp();
    assert.equal(this.host.state, 'up');
    return this;
  }

  /** All that the host has sent of a protocol, in order. */
  sent(protocol: number, code?: number): readonly (ControlPacket & { readonly at: number })[] {
    return this.#packets(0)
      .filter((sent) => sent.protocol === protocol && (code === undefined || sent.packet.code === code))
      .map(({ at, packet }) => ({ at, ...packet }));
  }

  last(protocol: number, code: number): ControlPacket {
    const packet = this.sent(protocol, code).at(-1);
    assert.ok(packet, `the host has sent no such packet:\n${this.world.text()}`);
    return packet;
  }

  #packets(since: number) {
    return this.world.log.slice(since).flatMap(({ at, from, frame }) => {
      const offset = pppoeOffset(frame);
      const end = pppEnd(frame, offset);
      if (from !== 'host' || end < 0) return [];
      const { protocol, information } = decodePpp(frame.subarray(offset + 6, end));
      return [{ at, protocol, packet: decodeControl(information, 'sent') }];
    });
  }
}

export function controlOctets({ code, identifier, data }: ControlPacket): Buffer {
  const header = Buffer.of(code, identifier, 0, 0);
  header.writeUInt16BE(4 + data.length, 2);
  return Buffer.concat([header, data]);
}

/** The tags of the n-th discovery packet of this code that a station has sent. */
export function tagsSent(world: World, code: keyof typeof CODE, index = 0): readonly Tag[] {
  const sent = world.log.filter(({ text }) => text === code)[index];
  assert.ok(sent, `${code} number ${index} was not sent`);
  return decodeDiscovery(sent.frame).tags;
}

export const tag = (type: number, value: Buffer | string = ''): Tag => ({ type, value: Buffer.from(value) });

export const USUAL_OFFER: readonly Tag[] = [tag(TAG.serviceName), tag(TAG.acName, 'ac')];

/** A discovery packet from one station to another, as octets. */
export function discoveryFrame(
  code: keyof typeof CODE,
  source: Buffer,
  destination: Buffer,
  sessionId: number,
  tags: readonly Tag[] = [],
): Buffer {
  return encodeDiscovery({ source, destination, vlan: [], code: CODE[code], sessionId, tags });
}
