import type { Reason } from '../../src/errors';
import { type DiscoveryPacket, decodeDiscovery } from '../../src/pppoe/discovery-packet';
import { HostDiscovery, type HostDiscoverySettings, type Offer } from '../../src/pppoe/host-discovery';
import type { VlanTag } from '../../src/wire/ethernet';
import { formatMac, type MacAddress, parseMac } from '../../src/wire/mac-address';
import { CODE, findTag, TAG, type Tag } from '../../src/wire/pppoe';
import { seeded } from '../ppp/random';

export const HOST = parseMac('02:00:5e:10:00:01');
export const AC1 = parseMac('02:00:5e:10:00:a1');
export const AC2 = parseMac('02:00:5e:10:00:a2');

export const SETTINGS: HostDiscoverySettings = { serviceName: '', offerWindow: 0, timeout: 1_000, attempts: 4 };

export const tag = (type: number, value: Buffer | string = ''): Tag => ({ type, value: Buffer.from(value) });

/** The tags of an ordinary PADO. */
export const offerTags = (acName = 'ac-1', service = ''): readonly Tag[] => [
  tag(TAG.serviceName, service),
  tag(TAG.acName, acName),
  tag(TAG.acCookie, `cookie of ${acName}`),
];

interface Session {
  readonly offer: Offer;
  readonly id: number;
  readonly roundTrip: number;
  readonly tags: readonly Tag[];
}

/** A host's discovery in virtual time, with everything that it did written down. */
export class DiscoveryRig {
  now = 0;
  readonly discovery: HostDiscovery;
  readonly sent: (DiscoveryPacket & { readonly at: number })[] = [];
  readonly frames: Buffer[] = [];
  readonly progress: string[] = [];
  readonly requested: Offer[] = [];
  readonly sessions: Session[] = [];
  readonly failures: Reason[] = [];

  constructor(settings: Partial<HostDiscoverySettings> = {}, vlan: readonly VlanTag[] = [], seed = 1) {
    this.discovery = new HostDiscovery({ ...SETTINGS, ...settings }, HOST, vlan, {
      send: (frame) => {
        this.frames.push(frame);
        this.sent.push({ ...decodeDiscovery(frame), at: this.now });
      },
      random: seeded(seed),
      progress: (text) => this.progress.push(text),
      requesting: (offer) => this.requested.push(offer),
      established: (session) => this.sessions.push(session),
      failed: (reason) => this.failures.push(reason),
    });
  }

  start(): this {
    this.discovery.start(this.now);
    return this;
  }

  pass(ms: number): this {
    const end = this.now + ms;
    for (;;) {
      const { deadline } = this.discovery;
      if (deadline === undefined || deadline > end) break;
      this.now = deadline;
      this.discovery.due(this.now);
    }
    this.now = end;
    return this;
  }

  offer(source: MacAddress = AC1, tags: readonly Tag[] = offerTags()): this {
    return this.receive(CODE.PADO, source, 0, tags);
  }

  confirm(source: MacAddress, sessionId: number, tags: readonly Tag[] = [tag(TAG.serviceName)]): this {
    return this.receive(CODE.PADS, source, sessionId, tags);
  }

  receive(code: number, source: MacAddress, sessionId: number, tags: readonly Tag[]): this {
    const echoed = [...tags, { type: TAG.hostUniq, value: this.discovery.hostUniq }];
    this.discovery.receive({ destination: HOST, source, vlan: [], code, sessionId, tags: echoed }, this.now);
    return this;
  }

  /** `PADI`, `PADR to …`, `PADT to … 5`, with the time. */
  get story(): readonly string[] {
    return this.sent.map(({ at, code, destination, sessionId }) => {
      const [name] = Object.entries(CODE).find(([, value]) => value === code) ?? ['?'];
      if (code === CODE.PADI) return `${at} PADI`;
      const to = destination.equals(AC1) ? 'AC1' : destination.equals(AC2) ? 'AC2' : formatMac(destination);
      return `${at} ${name} ${to}${sessionId === 0 ? '' : ` ${sessionId}`}`;
    });
  }

  /** The value of a tag in the last packet that was sent. */
  last(type: number): string | undefined {
    return findTag(this.sent.at(-1)?.tags ?? [], type)?.toString('latin1');
  }
}
