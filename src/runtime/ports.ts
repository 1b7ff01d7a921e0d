import type { Link } from '../link/link';
import { openPacketSocket } from '../link/packet-socket';
import { openTunnel } from '../link/tunnel';
import { formatTunnel, parseTunnel, tunnelKind } from '../link/tunnel-text';
import { openVirtualLink } from '../link/virtual-segment';
import { type Framing, PPPOE_FRAMING } from '../pppoe/framing';
import { formatMac, type MacAddress } from '../wire/mac-address';
import { type Clock, systemClock } from './clock';
import { Port } from './port';

export interface PortRequest {
  /** An interface of this machine (`eth0`), a segment within this process (`virtual:lab`), or a tunnel (`gre:192.0.2.1`). */
  readonly interface: string;
  readonly role: 'host' | 'concentrator';
  /** An address instead of the interface's own. */
  readonly address?: MacAddress;
  /** Ethernet types and TPIDs, if they are not the usual ones. */
  readonly framing?: Framing;
}

/** A port that is shared; it closes when its last user has closed it. */
export interface SharedPort {
  readonly port: Port;
  close(): void;
}

interface Entry {
  readonly port: Port;
  users: number;
}

const VIRTUAL = 'virtual:';
/** The largest Ethernet payload of virtual segments, in octets: as of a network with jumbo frames. */
const VIRTUAL_MTU = 9_216;

const ports = new Map<string, Entry>();
let concentrators = 0;

/**
 * The one port of an interface, opened with its first user.
 * @throws PppoeError `no-interface`, `permission`, `no-native`; RangeError for a tunnel that is not one.
 */
export function openPort(request: PortRequest, clock: Clock = systemClock): SharedPort {
  const key = keyOf(request);
  const entry = ports.get(key) ?? {
    port: new Port(openLink(request, clock), clock, request.framing),
    users: 0,
  };
  ports.set(key, entry);
  entry.users++;
  let open = true;
  return {
    port: entry.port,
    close: () => {
      if (!open) return;
      open = false;
      entry.users--;
      if (entry.users > 0) return;
      ports.delete(key);
      entry.port.link.close();
    },
  };
}

/** @throws RangeError for the text of a tunnel that is not one. Whether an interface is there shows when it is opened. */
export function checkInterface(name: string): void {
  if (tunnelKind(name) !== undefined) parseTunnel(name);
}

/** True for the name of a segment within this process. */
export function isVirtual(name: string): boolean {
  return name.startsWith(VIRTUAL);
}

/** On a virtual segment the hosts are one station and each concentrator is another, so that all hear each other. */
function keyOf({ interface: name, role, address, framing = PPPOE_FRAMING }: PortRequest): string {
  const station = role === 'concentrator' ? `${role} ${++concentrators}` : role;
  const marks = [framing.discovery, framing.session, ...framing.tpids];
  const place = tunnelKind(name) === undefined ? name : formatTunnel(parseTunnel(name));
  return [place, isVirtual(name) ? station : '', address ? formatMac(address) : '', ...marks].join(' ');
}

function openLink({ interface: name, address, framing = PPPOE_FRAMING }: PortRequest, clock: Clock): Link {
  const { discovery, session, tpids } = framing;
  if (isVirtual(name)) {
    const own = { address: address ?? drawAddress(clock), mtu: VIRTUAL_MTU, tpids };
    return openVirtualLink(name.slice(VIRTUAL.length), own);
  }
  const options = { etherTypes: [discovery, session], tpids, ...(address ? { address } : {}) };
  if (tunnelKind(name) !== undefined) return openTunnel(parseTunnel(name), options, clock);
  return openPacketSocket({ interface: name, ...options });
}

/** A locally administered, individual address (IEEE 802 §8.2). */
function drawAddress(clock: Clock): MacAddress {
  const address = clock.random(6);
  address[0] = ((address[0] as number) & 0xfc) | 0x02;
  return address;
}
