import { individual, within } from '../client/settings';
import { PppoeError } from '../errors';
import { checkFraming, type EtherTypes, framingOf } from '../pppoe/framing';
import { readMaxPayload } from '../pppoe/max-payload';
import type { Offer } from '../pppoe/offer';
import { Scan } from '../pppoe/scan';
import { vidsOf } from '../pppoe/session-frame';
import { describeTag, errorText, readable, type TagText } from '../pppoe/tag-text';
import type { VlanTag } from '../wire/ethernet';
import { formatMac, type MacAddress } from '../wire/mac-address';
import { type Clock, systemClock } from './clock';
import { openPort } from './ports';

export interface ScanOptions {
  /** An interface of this machine (`eth0`), a segment within this process (`virtual:lab`), or a tunnel (`gre:192.0.2.1`). */
  readonly interface: string;
  /** An Ethernet address instead of the interface's own. */
  readonly macAddress?: MacAddress;
  /** The service asked for; any if absent. */
  readonly serviceName?: string;
  /** PADI has no Service-Name, for Access Concentrators that answer no other. */
  readonly omitServiceName?: boolean;
  readonly hostUniq?: Buffer;
  /** VLAN tags, the outer first. */
  readonly vlan?: readonly VlanTag[];
  readonly etherTypes?: EtherTypes;
  /** The PPP payload to ask for, in octets; above 1492 the offers tell who agrees to it (RFC 4638). */
  readonly maxPayload?: number;
  /** How often PADI is sent, evenly over the time: 3 if absent. */
  readonly attempts?: number;
  /** How long answers are collected, in ms: 3000 if absent. */
  readonly duration?: number;
  /** Ends the scan early. */
  readonly signal?: AbortSignal;
}

/** An Access Concentrator that answered a scan, as plain data. */
export interface ScannedOffer {
  readonly acMac: string;
  /** Absent when the PADO had no AC-Name. */
  readonly acName?: string;
  readonly serviceNames: readonly string[];
  /** From PADI to PADO, in ms. */
  readonly responseTime: number;
  /** The PPP payload above 1492 octets that it agrees to carry. */
  readonly maxPayload?: number;
  /** What its error tag says, if it has one: it would not serve us. */
  readonly error?: string;
  /** All of its tags, decoded for people. */
  readonly tags: readonly TagText[];
}

/**
 * Finds the Access Concentrators of an interface, the quickest first, without asking for a session. Sessions on the same
 * interface are not disturbed, and share the socket.
 * @throws PppoeError `no-interface`, `permission`, `no-native`; `link-down`; `closed` when it was aborted.
 * @throws RangeError for impossible options.
 */
export async function scan(options: ScanOptions, clock: Clock = systemClock): Promise<readonly ScannedOffer[]> {
  const { interface: name, macAddress, serviceName = '', vlan = [], attempts = 3, duration = 3_000, signal } = options;
  within('number of PADIs', attempts, 1, 100);
  within('duration', duration, 1, 600_000);
  within('Service-Name length', Buffer.byteLength(serviceName), 0, 1_000);
  within('number of VLAN tags', vlan.length, 0, 2);
  if (macAddress) individual('MAC address', macAddress);
  checkFraming({ ...options, vlan });
  const framing = framingOf({ ...options, vlan });
  const own = macAddress ? { address: macAddress } : {};
  const aborted = () => new PppoeError('closed', 'The scan was ended early');
  if (signal?.aborted) throw aborted();
  const shared = openPort({ interface: name, role: 'host', framing, ...own }, clock);
  try {
    const offers = await new Promise<readonly Offer[]>((resolve, reject) => {
      const vids = vidsOf(vlan);
      const attachment = shared.port.attach({ role: 'host', vlan: vids, ...own }, (outlets, address) => {
        const settings = { ...options, serviceName, attempts, duration, vlan, framing };
        const over = (end: () => void) => {
          signal?.removeEventListener('abort', abort);
          attachment.detach();
          end();
        };
        const abort = () => over(() => reject(aborted()));
        signal?.addEventListener('abort', abort);
        return new Scan(settings, address, {
          ...outlets,
          done: (found) => outlets.later(() => over(() => resolve(found))),
          failed: (error) => outlets.later(() => over(() => reject(error))),
        });
      });
      attachment.run((engine, now) => engine.start(now));
    });
    return offers.map(describe).sort((a, b) => a.responseTime - b.responseTime);
  } finally {
    shared.close();
  }
}

function describe({ address, acName, serviceNames, responseTime, tags }: Offer): ScannedOffer {
  const maxPayload = readMaxPayload(tags);
  const error = errorText(tags);
  return {
    acMac: formatMac(address),
    ...(acName === undefined ? {} : { acName: readable(acName) }),
    serviceNames: serviceNames.map((name) => readable(name)),
    responseTime,
    ...(maxPayload === undefined ? {} : { maxPayload }),
    ...(error === undefined ? {} : { error }),
    tags: tags.map(describeTag),
  };
}
