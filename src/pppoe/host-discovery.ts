import type { Reason } from '../errors';
import type { VlanTag } from '../wire/ethernet';
import { BROADCAST, formatMac, isGroupMac, type MacAddress } from '../wire/mac-address';
import { CODE, TAG, type Tag } from '../wire/pppoe';
import { type DiscoveryPacket, encodeDiscovery } from './discovery-packet';
import { type Framing, PPPOE_FRAMING } from './framing';
import { maxPayloadTag, readMaxPayload, wantsMaxPayload } from './max-payload';
import { type Offer, readOffer } from './offer';
import { encodePadt } from './padt';
import { RateLimit } from './strays';
import { errorOf, readable, type TagError } from './tag-text';

export type { Offer } from './offer';
export { encodePadt } from './padt';
export { errorText } from './tag-text';

export interface HostDiscoverySettings {
  /** The service asked for; empty: any. */
  readonly serviceName: string;
  /** PADI has no Service-Name, against RFC 2516 §5.1; PADR always has. */
  readonly omitServiceName?: boolean;
  /** The largest PPP payload that we wish for, in octets: asked for where it is above PPPoE's 1492 (RFC 4638). */
  readonly maxPayload?: number;
  /** Only an Access Concentrator of this name. */
  readonly acName?: string;
  /** Only an Access Concentrator with this address. */
  readonly acAddress?: MacAddress;
  /** A Host-Uniq that stays the same; otherwise each attempt draws a fresh one. */
  readonly hostUniq?: Buffer;
  /** How long offers are collected after the first, in ms; 0 takes the first acceptable offer at once. */
  readonly offerWindow: number;
  /** The first time-out of PADI and PADR in ms; it doubles. */
  readonly timeout: number;
  /** How often PADI, and PADR for each offer, is sent. */
  readonly attempts: number;
  readonly framing?: Framing;
}

/** What PADS brings: a session. */
export interface Confirmed {
  readonly offer: Offer;
  readonly id: number;
  /** The shortest that discovery took from a packet to its answer, in ms. */
  readonly roundTrip: number;
  /** Those of the PADS. */
  readonly tags: readonly Tag[];
  /** The PPP payload that the Access Concentrator agreed to carry beyond 1492 octets (RFC 4638). */
  readonly maxPayload?: number;
}

export interface HostDiscoveryOutlets {
  send(frame: Buffer): void;
  random(octets: number): Buffer;
  progress(text: string): void;
  /** A PADR has been sent to this offer. */
  requesting(offer: Offer, now: number): void;
  established(session: Confirmed, now: number): void;
  failed(reason: Reason, now: number): void;
}

/** Who refused and why; without a detail there was no error tag. */
type Refusal = Omit<TagError, 'detail'> & Partial<TagError>;

type Stage =
  | { readonly name: 'idle' }
  | { readonly name: 'soliciting'; readonly attempt: number; readonly deadline: number }
  | { readonly name: 'collecting'; readonly deadline: number }
  | {
      readonly name: 'requesting';
      readonly offer: Offer;
      readonly attempt: number;
      readonly sentAt: number;
      readonly deadline: number;
    }
  | { readonly name: 'established'; readonly peer: MacAddress; readonly id: number }
  /** Given up while a PADS may still be on its way. */
  | { readonly name: 'abandoned' };

/** More offers than this are not kept: anybody can make them up. */
const MOST_OFFERS = 32;

/** The Host's side of PPPoE discovery (RFC 2516 §5): one attempt, from PADI to a session or a reason why there is none. */
export class HostDiscovery {
  #stage: Stage = { name: 'idle' };
  #offers: Offer[] = [];
  /** To whom a PADR has been sent: nobody is asked twice, and whoever answers late is told that it is over. */
  readonly #asked: MacAddress[] = [];
  #solicitedAt = 0;
  #refusal: Refusal | undefined;
  #rejectedOffers = 0;
  #roundTrip = Number.POSITIVE_INFINITY;
  readonly hostUniq: Buffer;
  readonly #framing: Framing;
  /** Of PADTs for sessions that nobody wants: whatever comes, we do not flood the segment. */
  readonly #padts = new RateLimit(5, 1_000);

  constructor(
    private readonly settings: HostDiscoverySettings,
    private readonly address: MacAddress,
    private readonly vlan: readonly VlanTag[],
    private readonly outlets: HostDiscoveryOutlets,
  ) {
    this.hostUniq = settings.hostUniq ?? outlets.random(12);
    this.#framing = settings.framing ?? PPPOE_FRAMING;
  }

  get deadline(): number | undefined {
    return 'deadline' in this.#stage ? this.#stage.deadline : undefined;
  }

  start(now: number): void {
    this.#solicit(1, now);
  }

  /** A PADR has been sent: a PADS may come, however late. */
  get hasAsked(): boolean {
    return this.#asked.length > 0;
  }

  /** Gives up. A session that a late PADS brings is ended at once, so that none is left at the Access Concentrator. */
  abandon(): void {
    this.#offers = [];
    if (this.#stage.name !== 'established') this.#stage = { name: 'abandoned' };
  }

  /** @returns false for a packet that answers nothing which was asked, or comes too late. */
  receive(packet: DiscoveryPacket, now: number): boolean {
    if (isGroupMac(packet.source)) return false;
    if (packet.code === CODE.PADO) return this.#offered(packet, now);
    if (packet.code !== CODE.PADS || !this.#asked.some((one) => one.equals(packet.source))) return false;
    this.#confirmed(packet, now);
    return true;
  }

  due(now: number): void {
    const stage = this.#stage;
    if (!('deadline' in stage) || now < stage.deadline) return;
    if (stage.name === 'collecting') return this.#requestNext(now);
    if (stage.attempt < this.settings.attempts) {
      if (stage.name === 'soliciting') this.#solicit(stage.attempt + 1, now);
      else this.#request(stage.offer, stage.attempt + 1, now);
    } else if (stage.name === 'requesting') {
      this.outlets.progress(`${label(stage.offer)} does not answer PADR`);
      this.#requestNext(now);
    } else {
      this.#fail(now);
    }
  }

  /** The time-out of an attempt: it doubles with each. */
  #deadline(attempt: number, now: number): number {
    return now + this.settings.timeout * 2 ** (attempt - 1);
  }

  #solicit(attempt: number, now: number): void {
    this.#solicitedAt = now;
    this.#stage = { name: 'soliciting', attempt, deadline: this.#deadline(attempt, now) };
    this.outlets.progress(`Sending PADI${attempt > 1 ? ` again (${attempt} of ${this.settings.attempts})` : ''}`);
    const service = this.settings.omitServiceName ? [] : [this.#serviceName];
    this.#send(BROADCAST, CODE.PADI, [...service, this.#hostUniqTag, ...this.#maxPayload]);
  }

  #offered(packet: DiscoveryPacket, now: number): boolean {
    const { name } = this.#stage;
    if (name !== 'soliciting' && name !== 'collecting' && name !== 'requesting') return false;
    if (packet.sessionId !== 0) return false;
    this.#judge(packet, now);
    return true;
  }

  #judge(packet: DiscoveryPacket, now: number): void {
    const offer = readOffer(packet, now - this.#solicitedAt);
    const error = this.#unwantedSource(offer) ? undefined : errorOf(packet.tags);
    if (error) return this.#refused(offer, error);
    const unwanted = this.#unwantedSource(offer) ?? this.#unwantedService(offer);
    if (unwanted) {
      this.#rejectedOffers++;
      this.outlets.progress(`Offer of ${label(offer)} not taken: ${unwanted}`);
      return;
    }
    if ([...this.#asked, ...this.#offers.map(({ address }) => address)].some((one) => one.equals(offer.address)))
      return;
    if (this.#asked.length + this.#offers.length >= MOST_OFFERS) return;
    // RFC 2516 §5.2 asks for both; what lacks one is an offer all the same.
    const lacks = [offer.acName === undefined && 'AC-Name', offer.serviceNames.length === 0 && 'Service-Name'];
    const note = lacks.some(Boolean) ? `, without ${lacks.filter(Boolean).join(' and ')}` : '';
    this.outlets.progress(`Got an offer of ${label(offer)}${note}`);
    this.#offers.push(offer);
    if (this.#stage.name !== 'soliciting') return;
    this.#roundTrip = Math.min(this.#roundTrip, offer.responseTime);
    if (this.settings.offerWindow === 0) this.#requestNext(now);
    else this.#stage = { name: 'collecting', deadline: now + this.settings.offerWindow };
  }

  /** Why this Access Concentrator is none for us. */
  #unwantedSource(offer: Offer): string | undefined {
    const { acName, acAddress } = this.settings;
    if (acName !== undefined && offer.acName !== acName) return `its name is not '${acName}'`;
    if (acAddress && !offer.address.equals(acAddress)) return `its address is not ${formatMac(acAddress)}`;
    return undefined;
  }

  /** Why none of the services offered is the one asked for. */
  #unwantedService(offer: Offer): string | undefined {
    const { serviceName } = this.settings;
    // An offer without any Service-Name, or with the empty one ('any service'), leaves the choice to PADR.
    const named = offer.serviceNames.filter((name) => name !== '');
    const any = serviceName === '' || named.length === 0 || named.length < offer.serviceNames.length;
    if (!any && !named.includes(serviceName)) return `it has ${readable(named.join(', '))}, not '${serviceName}'`;
    return undefined;
  }

  #requestNext(now: number): void {
    const offer = this.#offers.shift();
    if (offer) this.#request(offer, 1, now);
    else this.#fail(now);
  }

  #request(offer: Offer, attempt: number, now: number): void {
    this.#stage = { name: 'requesting', offer, attempt, sentAt: now, deadline: this.#deadline(attempt, now) };
    if (attempt === 1) {
      this.#asked.push(offer.address);
      this.outlets.requesting(offer, now);
    }
    this.outlets.progress(`Sending PADR to ${label(offer)}${attempt > 1 ? ` again (${attempt})` : ''}`);
    const echoed = offer.tags.filter(({ type }) => type === TAG.acCookie || type === TAG.relaySessionId);
    // An Access Concentrator that did not take up the tag is not asked again.
    const payload = readMaxPayload(offer.tags) === undefined ? [] : this.#maxPayload;
    this.#send(offer.address, CODE.PADR, [this.#serviceName, this.#hostUniqTag, ...payload, ...echoed]);
  }

  #confirmed(packet: DiscoveryPacket, now: number): void {
    const stage = this.#stage;
    const { source, sessionId } = packet;
    if (stage.name !== 'requesting' || !stage.offer.address.equals(source)) {
      // Too late, or of a repeated PADR: the first PADS counts, every other session is ended.
      const ours = stage.name === 'established' && stage.peer.equals(source) && stage.id === sessionId;
      if (sessionId !== 0 && !ours) this.#terminate(source, sessionId, now);
      return;
    }
    const error = errorOf(packet.tags);
    if (sessionId === 0 || error) {
      this.#refused(stage.offer, error ?? { text: 'session id 0, without a reason' });
      if (sessionId !== 0) this.#terminate(source, sessionId, now);
      return this.#requestNext(now);
    }
    this.#roundTrip = Math.min(this.#roundTrip, now - stage.sentAt);
    this.#stage = { name: 'established', peer: stage.offer.address, id: sessionId };
    this.outlets.progress(`Got session ${sessionId} from ${label(stage.offer)}`);
    const maxPayload = this.#agreedPayload(stage.offer, packet.tags);
    const { offer } = stage;
    this.outlets.established(
      { offer, id: sessionId, roundTrip: this.#roundTrip, tags: packet.tags, ...(maxPayload ? { maxPayload } : {}) },
      now,
    );
  }

  #refused(offer: Offer, error: Refusal): void {
    this.#refusal = { ...error, text: `${label(offer)}: ${error.text}` };
    this.outlets.progress(`Refused by ${this.#refusal.text}`);
  }

  /** RFC 4638: both PADO and PADS must echo the tag; without either it is 1492. */
  #agreedPayload(offer: Offer, tags: readonly Tag[]): number | undefined {
    const { maxPayload } = this.settings;
    if (!wantsMaxPayload(maxPayload)) return undefined;
    const echoed = [readMaxPayload(offer.tags), readMaxPayload(tags)];
    return echoed.includes(undefined) ? undefined : Math.min(maxPayload, ...(echoed as number[]));
  }

  #fail(now: number): void {
    const soliciting = this.#stage.name === 'soliciting';
    this.#stage = { name: 'abandoned' };
    this.outlets.failed(this.#failure(soliciting), now);
  }

  #failure(soliciting: boolean): Reason {
    if (this.#refusal !== undefined) {
      return { ...this.#refusal, code: 'refused', text: `Refused by ${this.#refusal.text}` };
    }
    if (!soliciting) return { code: 'no-reply', text: 'No access concentrator answered PADR' };
    if (this.#rejectedOffers > 0) {
      return { code: 'no-offer', text: 'Access concentrators answered, but none that the settings ask for' };
    }
    return { code: 'no-offer', text: `No access concentrator answered in ${this.settings.attempts} attempts` };
  }

  #terminate(peer: MacAddress, sessionId: number, now: number): void {
    if (!this.#padts.take(now)) return;
    this.outlets.progress(`Sending PADT for session ${sessionId}, which nobody wants`);
    this.outlets.send(encodePadt(this.address, peer, this.vlan, sessionId, undefined, this.#framing));
  }

  get #serviceName(): Tag {
    return { type: TAG.serviceName, value: Buffer.from(this.settings.serviceName) };
  }

  get #maxPayload(): readonly Tag[] {
    const { maxPayload } = this.settings;
    return wantsMaxPayload(maxPayload) ? [maxPayloadTag(maxPayload)] : [];
  }

  get #hostUniqTag(): Tag {
    return { type: TAG.hostUniq, value: this.hostUniq };
  }

  #send(destination: MacAddress, code: number, tags: readonly Tag[]): void {
    this.outlets.send(
      encodeDiscovery({ destination, source: this.address, vlan: this.vlan, code, sessionId: 0, tags }, this.#framing),
    );
  }
}

/** An offer by name, or by address when it has none. */
function label(offer: Offer): string {
  return offer.acName ? `'${readable(offer.acName)}'` : formatMac(offer.address);
}
