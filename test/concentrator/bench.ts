import { Concentrator } from '../../src/concentrator/concentrator';
import type { ConcentratorEvent, ConcentratorOutlets } from '../../src/concentrator/events';
import { type Account, type ConcentratorSettings, concentratorSettings } from '../../src/concentrator/settings';
import { type DiscoveryPacket, decodeDiscovery } from '../../src/pppoe/discovery-packet';
import { BROADCAST, type MacAddress } from '../../src/wire/mac-address';
import { CODE, findTag, TAG, type Tag } from '../../src/wire/pppoe';
import { Prng } from '../client/prng';

export const AC: MacAddress = Buffer.from('02aa00000001', 'hex');
export const HOST: MacAddress = Buffer.from('02bb00000001', 'hex');
export const UNIQ = Buffer.from('uniq');

export const ANY_SERVICE: Tag = { type: TAG.serviceName, value: Buffer.alloc(0) };

export function hostUniq(value: Buffer): Tag {
  return { type: TAG.hostUniq, value };
}

/** A Concentrator alone on a bench: discovery packets by hand, everything that it sends kept. */
export class Bench {
  readonly sent: Buffer[] = [];
  readonly events: ConcentratorEvent[] = [];
  readonly concentrator: Concentrator;
  now = 1_000;

  constructor(settings: Partial<ConcentratorSettings> = {}, seed = 1, mtu = 1_500) {
    const random = new Prng(seed);
    const accounts: Account[] = [{ username: 'test', password: 'secret' }];
    const outlets: ConcentratorOutlets = {
      send: (frame) => this.sent.push(frame),
      packets: () => {},
      event: (event) => this.events.push(event),
      random: (octets) => random.octets(octets),
    };
    this.concentrator = new Concentrator(concentratorSettings({ accounts, ...settings }), AC, outlets, mtu);
  }

  /** Hands a discovery packet in, and gives the discovery packets that are sent for it. */
  discovery(code: number, tags: readonly Tag[], from: Partial<DiscoveryPacket> = {}): DiscoveryPacket[] {
    const before = this.sent.length;
    const destination = code === CODE.PADI ? BROADCAST : AC;
    const packet = { destination, source: HOST, vlan: [], code, sessionId: 0, tags, ...from };
    this.concentrator.handle({ type: 'discovery', packet }, this.now);
    return this.sent
      .slice(before)
      .filter((frame) => frame.readUInt16BE(12) === 0x8863)
      .map((frame) => decodeDiscovery(frame));
  }

  padi(tags: readonly Tag[] = [ANY_SERVICE, hostUniq(UNIQ)], source: MacAddress = HOST): DiscoveryPacket[] {
    return this.discovery(CODE.PADI, tags, { source });
  }

  padr(tags: readonly Tag[], source: MacAddress = HOST): DiscoveryPacket[] {
    return this.discovery(CODE.PADR, tags, { source });
  }

  /** The AC-Cookie that an offer to this host has. */
  cookie(source: MacAddress = HOST, uniq: Buffer = UNIQ): Tag {
    const [pado] = this.padi([ANY_SERVICE, hostUniq(uniq)], source);
    const value = findTag(pado?.tags ?? [], TAG.acCookie);
    if (!value) throw new Error('no PADO with a cookie');
    return { type: TAG.acCookie, value };
  }

  /** PADI to PADS; undefined without a PADS that has a session id. */
  session(source: MacAddress = HOST, uniq: Buffer = UNIQ): number | undefined {
    const [pads] = this.padr([ANY_SERVICE, hostUniq(uniq), this.cookie(source, uniq)], source);
    return pads?.sessionId || undefined;
  }

  get sessions(): number {
    return this.concentrator.subscribers.length;
  }
}

export function hostNumber(number: number): MacAddress {
  const address = Buffer.from(HOST);
  address.writeUInt32BE(number, 2);
  return address;
}
