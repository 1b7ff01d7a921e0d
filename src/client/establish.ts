import { Connection, type ConnectionOutlets } from '../ppp/connection';
import type { Framing } from '../pppoe/framing';
import type { Confirmed } from '../pppoe/host-discovery';
import { payloadLimit } from '../pppoe/max-payload';
import { connectionSettings, frameTemplate } from './connection-settings';
import { DataPath } from './data-path';
import type { Ipv6Host } from './ipv6/host';
import type { Ledger } from './ledger';
import type { SessionOutlets, SessionPlace } from './session-outlets';
import type { Established } from './session-state';
import type { SessionSettings } from './settings';

/** What a session has before PADS comes, and keeps. */
export interface SessionParts {
  readonly settings: SessionSettings;
  readonly place: SessionPlace;
  readonly framing: Framing;
  readonly ledger: Ledger;
  readonly ipv6: Ipv6Host;
  readonly outlets: SessionOutlets;
}

/** What the session hears of its PPP connection. */
export type EstablishedOutlets = Required<Pick<ConnectionOutlets, 'phase' | 'network' | 'closed'>>;

/** What there is once PADS has come: a PPP connection, yet to be opened, and the way of its packets. */
export function establish(
  { offer, id, roundTrip, maxPayload }: Confirmed,
  { settings, place, framing, ledger, ipv6, outlets }: SessionParts,
  { phase, network, closed }: EstablishedOutlets,
): Established {
  const peer = offer.address;
  const template = frameTemplate(settings, place.address, { peer, id }, framing);
  const limit = payloadLimit(place, maxPayload);
  const connection = new Connection(connectionSettings(settings, limit, roundTrip), {
    send: (protocol, information) => ledger.send(template.frame(protocol, information)),
    random: (octets) => outlets.random(octets),
    progress: (text) => ledger.progress(text),
    phase,
    network,
    // A host asks no peer who it is.
    claim: () => {},
    closed,
    ignored: () => ledger.trace.mark('ignored'),
  });
  const path = new DataPath({ connection, template, ipv6, clamps: settings.clampMss }, ledger.counters, {
    send: (frame) => outlets.send(frame),
    own: (frame) => ledger.trace.received(frame),
    ignored: () => ledger.ignored(),
    malformed: (why) => ledger.malformed(why),
  });
  return { id, peer, offer, connection, path, limit };
}
