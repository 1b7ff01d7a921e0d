// Engines behind a demultiplexer that keep what they are handed.
import type { Demultiplexer } from '../../src/pppoe/demultiplexer';
import { type DiscoveryPacket, encodeDiscovery } from '../../src/pppoe/discovery-packet';
import type { Engine, Input, Position } from '../../src/pppoe/engine';
import { SessionFrameTemplate } from '../../src/pppoe/session-frame';
import type { VlanTag } from '../../src/wire/ethernet';
import { type MacAddress, parseMac } from '../../src/wire/mac-address';
import { PROTOCOL } from '../../src/wire/ppp';
import { CODE, TAG } from '../../src/wire/pppoe';
import { AC1, HOST, tag } from './discovery-rig';

export const HOST2 = parseMac('02:00:5e:10:00:02');
export const A = Buffer.from('host-uniq-a');
export const B = Buffer.from('host-uniq-b');
export const vlan = (...vids: number[]): VlanTag[] => vids.map((vid) => ({ tpid: 0x8100, vid, pcp: 0, dei: false }));

/** Keeps what it is handed. */
export class Listener implements Engine {
  readonly deadline = undefined;
  readonly inputs: Input[] = [];
  onInput: (input: Input) => void = () => {};

  handle(input: Input): void {
    this.inputs.push(input);
    this.onInput(input);
  }

  /** `PADO`, or the batch of session frames by their last octet. */
  get story(): readonly string[] {
    return this.inputs.map((input) => {
      if (input.type === 'frames') return `frames ${input.frames.map((octets) => octets.at(-1)).join(' ')}`;
      if (input.type !== 'discovery') return input.type;
      const { packet } = input;
      return `${Object.entries(CODE).find(([, code]) => code === packet.code)?.[0]} ${packet.sessionId}`;
    });
  }
}

export function station(demultiplexer: Demultiplexer, position: Partial<Position> = {}): Listener {
  const listener = new Listener();
  demultiplexer.add(listener, { role: 'host', address: HOST, vlan: [], ...position });
  return listener;
}

export const discovery = (code: number, packet: Partial<DiscoveryPacket> = {}, hostUniq?: Buffer): Buffer =>
  encodeDiscovery({
    destination: HOST,
    source: AC1,
    vlan: [],
    sessionId: 0,
    tags: hostUniq ? [tag(TAG.hostUniq, hostUniq)] : [],
    ...packet,
    code,
  });

/** A session frame whose last octet is this number. */
export function frame(
  octet: number,
  id = 7,
  source: MacAddress = AC1,
  destination: MacAddress = HOST,
  tags: VlanTag[] = [],
) {
  return new SessionFrameTemplate(destination, source, tags, id).frame(PROTOCOL.ipv4, Buffer.of(octet));
}
