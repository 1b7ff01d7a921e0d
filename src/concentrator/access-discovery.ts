import type { ReasonDetail } from '../errors';
import { AcCookie } from '../pppoe/ac-cookie';
import { type DiscoveryPacket, encodeDiscovery } from '../pppoe/discovery-packet';
import type { Framing } from '../pppoe/framing';
import { maxPayloadTag, PPPOE_MTU, readMaxPayload } from '../pppoe/max-payload';
import { RateLimit } from '../pppoe/strays';
import type { VlanTag } from '../wire/ethernet';
import { isGroupMac, type MacAddress } from '../wire/mac-address';
import { CODE, findTag, TAG, type Tag } from '../wire/pppoe';
import type { ConcentratorCounters } from './events';
import type { ConcentratorSettings } from './settings';

/** A host that may have a session: it has proved that it receives at its address. */
export interface SessionRequest {
  readonly host: MacAddress;
  readonly hostUniq: Buffer | undefined;
  readonly serviceName: Buffer;
  /** The tags of its frames. */
  readonly vlan: readonly VlanTag[];
  /** The PPP payload that it asks for beyond PPPoE's 1492 octets. */
  readonly maxPayload: number | undefined;
}

/** A session that a host gets, or the error tag that says why it gets none. */
export type SessionAnswer =
  | {
      readonly sessionId: number;
      readonly serviceName: Buffer;
      /** LCP begins before the PADS leaves, as some concentrators do it. */
      readonly isEarly?: boolean;
      /** To be called once the PADS is on its way: LCP begins. Absent for a session that has begun already. */
      begin?(): void;
    }
  | { readonly refusal: DiscoveryRefusal };

export interface DiscoveryRefusal {
  readonly detail: ReasonDetail & `${string}-error`;
  readonly text: string;
}

export interface AccessDiscoveryOutlets {
  send(frame: Buffer): void;
  random(octets: number): Buffer;
  /** A PADR with a valid cookie and an offered service: a session, the one that it already opened, or none. */
  session(request: SessionRequest, now: number): SessionAnswer;
  refused(request: SessionRequest, refusal: DiscoveryRefusal): void;
}

const ERROR_TAGS = {
  'service-name-error': TAG.serviceNameError,
  'ac-system-error': TAG.acSystemError,
  'generic-error': TAG.genericError,
} as const;

/** So many PADOs may wait for their delay; a PADI beyond that goes unanswered. */
const MOST_DELAYED = 256;

interface Delayed {
  readonly at: number;
  readonly frame: Buffer;
}

/**
 * The concentrator's side of the discovery stage (RFC 2516 §5, RFC 4638). It keeps nothing about a host before a PADR has
 * brought back the cookie of our PADO, and answers no more than its rate limit lets it.
 */
export class AccessDiscovery {
  readonly #cookies: AcCookie;
  readonly #limit: RateLimit;
  readonly #delayed: Delayed[] = [];

  constructor(
    private readonly settings: ConcentratorSettings,
    private readonly segment: { readonly address: MacAddress; readonly mtu: number; readonly framing: Framing },
    private readonly counters: ConcentratorCounters,
    private readonly outlets: AccessDiscoveryOutlets,
  ) {
    this.#cookies = new AcCookie(outlets.random(32), settings.cookieLifetime);
    const { burst, perSecond } = settings.discoveryLimit;
    this.#limit = new RateLimit(burst, 1_000 / perSecond);
  }

  /** When a delayed PADO is to leave. */
  get deadline(): number | undefined {
    return this.#delayed[0]?.at;
  }

  due(now: number): void {
    while (this.#delayed[0] && this.#delayed[0].at <= now) {
      const { frame } = this.#delayed.shift() as Delayed;
      this.outlets.send(frame);
    }
  }

  /** The link is gone: what waits is of no use any more. */
  clear(): void {
    this.#delayed.length = 0;
  }

  /** Takes PADI and PADR; anything else is not for a concentrator. */
  receive(packet: DiscoveryPacket, now: number): void {
    if (isGroupMac(packet.source)) return;
    if (packet.code !== CODE.PADI && packet.code !== CODE.PADR) return;
    if (!this.#limit.take(now)) {
      this.counters.limited++;
      return;
    }
    if (packet.code === CODE.PADI) this.#solicited(packet, now);
    else this.#requested(packet, now);
  }

  #solicited(packet: DiscoveryPacket, now: number): void {
    const asked = findTag(packet.tags, TAG.serviceName);
    if (!asked || !this.#offers(asked)) {
      this.counters.refused++;
      return;
    }
    const hostUniq = findTag(packet.tags, TAG.hostUniq);
    const cookie = this.#cookies.make(packet.source, this.segment.address, hostUniq, now);
    const services = this.settings.serviceNames.map((name) => ({ type: TAG.serviceName, value: Buffer.from(name) }));
    // The service asked for must be among those offered (RFC 2516 §5.2), also where any is served.
    const named = services.some(({ value }) => value.equals(asked));
    const offer = this.#encode(packet, CODE.PADO, 0, [
      { type: TAG.acName, value: Buffer.from(this.settings.acName) },
      ...(named ? [] : [{ type: TAG.serviceName, value: asked }]),
      ...services,
      ...this.#maxPayload(packet),
      { type: TAG.acCookie, value: cookie },
    ]);
    if (this.settings.padoDelay === 0) {
      this.outlets.send(offer);
    } else if (this.#delayed.length < MOST_DELAYED) {
      this.#delayed.push({ at: now + this.settings.padoDelay, frame: offer });
    } else {
      this.counters.limited++;
      return;
    }
    this.counters.offers++;
  }

  #requested(packet: DiscoveryPacket, now: number): void {
    const hostUniq = findTag(packet.tags, TAG.hostUniq);
    const cookie = findTag(packet.tags, TAG.acCookie);
    // Nothing is kept, and nobody answered, before the cookie proves that the host receives at this address.
    if (!cookie || !this.#cookies.isValid(cookie, packet.source, this.segment.address, hostUniq, now)) {
      this.counters.refused++;
      return;
    }
    const asked = findTag(packet.tags, TAG.serviceName);
    const request: SessionRequest = {
      host: Buffer.from(packet.source),
      hostUniq: hostUniq && Buffer.from(hostUniq),
      serviceName: Buffer.from(asked ?? []),
      vlan: this.#vlan(packet),
      maxPayload: readMaxPayload(packet.tags),
    };
    const answer: SessionAnswer =
      asked && this.#offers(asked)
        ? this.outlets.session(request, now)
        : { refusal: { detail: 'service-name-error', text: 'No such service' } };
    if ('refusal' in answer) return this.#refuse(packet, request, answer.refusal);
    const tags = [{ type: TAG.serviceName, value: answer.serviceName }, ...this.#maxPayload(packet)];
    const confirmation = this.#encode(packet, CODE.PADS, answer.sessionId, tags);
    if (answer.isEarly) answer.begin?.();
    this.outlets.send(confirmation);
    if (!answer.isEarly) answer.begin?.();
  }

  #vlan({ vlan }: DiscoveryPacket): readonly VlanTag[] {
    return this.settings.anyVlan ? vlan : this.settings.vlan;
  }

  #offers(asked: Buffer): boolean {
    if (asked.length === 0) return true;
    return this.settings.serviceNames.some((name) => name === '' || asked.equals(Buffer.from(name)));
  }

  /** RFC 4638: the host's tag is echoed where the segment has room for more than 1492 octets of PPP payload. */
  #maxPayload({ tags }: DiscoveryPacket): readonly Tag[] {
    const wanted = readMaxPayload(tags);
    return wanted !== undefined && this.segment.mtu > PPPOE_MTU ? [maxPayloadTag(wanted)] : [];
  }

  #refuse(packet: DiscoveryPacket, request: SessionRequest, refusal: DiscoveryRefusal): void {
    this.counters.refused++;
    const tags = [
      { type: TAG.serviceName, value: request.serviceName },
      { type: ERROR_TAGS[refusal.detail], value: Buffer.from(refusal.text) },
    ];
    this.outlets.send(this.#encode(packet, CODE.PADS, 0, tags));
    this.outlets.refused(request, refusal);
  }

  #encode(packet: DiscoveryPacket, code: number, sessionId: number, tags: readonly Tag[]): Buffer {
    const echoed = packet.tags.filter(({ type }) => type === TAG.hostUniq || type === TAG.relaySessionId);
    const header = { destination: packet.source, source: this.segment.address, vlan: this.#vlan(packet) };
    return encodeDiscovery({ ...header, code, sessionId, tags: [...tags, ...echoed] }, this.segment.framing);
  }
}
