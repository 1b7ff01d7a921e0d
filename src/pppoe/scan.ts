import type { PppoeError } from '../errors';
import type { VlanTag } from '../wire/ethernet';
import { BROADCAST, isGroupMac, type MacAddress } from '../wire/mac-address';
import { CODE, TAG } from '../wire/pppoe';
import { type DiscoveryPacket, encodeDiscovery } from './discovery-packet';
import type { Engine, Input, Interest } from './engine';
import { type Framing, PPPOE_FRAMING } from './framing';
import { maxPayloadTag, wantsMaxPayload } from './max-payload';
import { type Offer, readOffer } from './offer';

export interface ScanSettings {
  /** The service asked for; empty: any. */
  readonly serviceName: string;
  /** PADI has no Service-Name, against RFC 2516 §5.1. */
  readonly omitServiceName?: boolean;
  /** A fixed Host-Uniq; otherwise it is drawn. */
  readonly hostUniq?: Buffer;
  /** The PPP payload to ask for, in octets, where it is above 1492 (RFC 4638). */
  readonly maxPayload?: number;
  /** How often PADI is sent, evenly over the time. */
  readonly attempts: number;
  /** How long answers are collected, from the first PADI on, in ms. */
  readonly duration: number;
  readonly vlan: readonly VlanTag[];
  readonly framing?: Framing;
}

export interface ScanOutlets {
  send(frame: Buffer): void;
  listen(interest: Interest): void;
  /** Unpredictable octets. */
  random(octets: number): Buffer;
  /** The time is over. */
  done(offers: readonly Offer[]): void;
  /** The link went down. */
  failed(error: PppoeError): void;
}

type Stage =
  | { readonly name: 'idle' }
  | { readonly name: 'scanning'; readonly sent: number; readonly startedAt: number; readonly solicitedAt: number };

/** Finds the Access Concentrators of a segment (RFC 2516 §5.1, §5.2), and asks none of them for a session. */
export class Scan implements Engine {
  #stage: Stage = { name: 'idle' };
  readonly #offers = new Map<string, Offer>();
  readonly #hostUniq: Buffer;

  constructor(
    private readonly settings: ScanSettings,
    private readonly address: MacAddress,
    private readonly outlets: ScanOutlets,
  ) {
    this.#hostUniq = settings.hostUniq ?? outlets.random(12);
  }

  get deadline(): number | undefined {
    const stage = this.#stage;
    if (stage.name === 'idle') return undefined;
    const { attempts, duration } = this.settings;
    return stage.startedAt + (duration * Math.min(stage.sent, attempts)) / attempts;
  }

  start(now: number): void {
    this.outlets.listen({ hostUniq: this.#hostUniq });
    this.#solicit(0, now, now);
  }

  handle(input: Input, now: number): void {
    if (input.type === 'discovery') this.#offered(input.packet, now);
    if (input.type === 'due') this.#due(now);
    if (input.type === 'link-down' && this.#stage.name === 'scanning') {
      this.#stop();
      this.outlets.failed(input.error);
    }
  }

  #due(now: number): void {
    const stage = this.#stage;
    if (stage.name === 'idle' || now < (this.deadline as number)) return;
    if (stage.sent < this.settings.attempts) return this.#solicit(stage.sent, stage.startedAt, now);
    this.#stop();
    this.outlets.done([...this.#offers.values()]);
  }

  #stop(): void {
    this.#stage = { name: 'idle' };
    this.outlets.listen({});
  }

  #solicit(sent: number, startedAt: number, now: number): void {
    this.#stage = { name: 'scanning', sent: sent + 1, startedAt, solicitedAt: now };
    const { serviceName, omitServiceName, maxPayload, vlan, framing = PPPOE_FRAMING } = this.settings;
    const tags = [
      ...(omitServiceName ? [] : [{ type: TAG.serviceName, value: Buffer.from(serviceName) }]),
      { type: TAG.hostUniq, value: this.#hostUniq },
      ...(wantsMaxPayload(maxPayload) ? [maxPayloadTag(maxPayload)] : []),
    ];
    const padi = { destination: BROADCAST, source: this.address, vlan, code: CODE.PADI, sessionId: 0, tags };
    this.outlets.send(encodeDiscovery(padi, framing));
  }

  /** The first answer of each counts: a repeated PADI brings it again. */
  #offered(packet: DiscoveryPacket, now: number): void {
    const stage = this.#stage;
    if (stage.name === 'idle' || packet.code !== CODE.PADO || isGroupMac(packet.source)) return;
    const offer = readOffer(packet, now - stage.solicitedAt);
    // One Access Concentrator may answer with an offer for each of its services.
    const key = [packet.source.toString('hex'), offer.acName, ...offer.serviceNames].join('\0');
    if (!this.#offers.has(key) && this.#offers.size < MOST_OFFERS) this.#offers.set(key, offer);
  }
}

/** A segment has a few Access Concentrators; whoever makes up addresses is not to fill our memory. */
const MOST_OFFERS = 1_000;
