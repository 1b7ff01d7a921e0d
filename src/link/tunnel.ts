import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { MacAddress } from '../wire/mac-address';
import type { Link } from './link';
import type { OpenCarrier } from './tunnel-carrier';
import { encapsulationOf } from './tunnel-encapsulation';
import { type TunnelClock, TunnelLink } from './tunnel-link';
import { openRawCarrier } from './tunnel-raw';
import { formatTunnel, type Tunnel } from './tunnel-text';
import { openUdpCarrier } from './tunnel-udp';
import { underlayMtu } from './tunnel-underlay';

export interface TunnelOptions {
  /** An individual address; absent: one that is always the same for this tunnel of this host. */
  readonly address?: MacAddress;
  /** The Ethernet types to receive: PPPoE's if absent. */
  readonly etherTypes?: readonly number[];
  /** What counts as a VLAN tag. */
  readonly tpids?: readonly number[];
}

const IP_PROTOCOL = { gre: 47, eoip: 47, etherip: 97 } as const;

/**
 * Opens a link through a tunnel to another machine. GRE, EoIP and EtherIP need CAP_NET_RAW and the package raw-socket, VXLAN
 * neither. Whether the far end is there shows when something is sent to it.
 *
 * @throws PppoeError `no-native`, `permission`; `no-interface` when the own address is not there; `link-down` when the kernel
 * refuses otherwise.
 */
export function openTunnel(tunnel: Tunnel, options: TunnelOptions, clock: TunnelClock): Link {
  const { address = tunnelAddress(tunnel), ...rest } = options;
  const place = { ...rest, address, remote: tunnel.remote, underlayMtu: underlayMtu(tunnel) };
  return new TunnelLink(place, encapsulationOf(tunnel), carrierOf(tunnel), clock);
}

function carrierOf(tunnel: Tunnel): OpenCarrier {
  const name = formatTunnel(tunnel);
  if (tunnel.kind === 'vxlan') return (events) => openUdpCarrier({ ...tunnel, name }, events);
  const protocol = IP_PROTOCOL[tunnel.kind];
  return (events) => openRawCarrier({ ...tunnel, name, protocol }, events);
}

/**
 * A locally administered, individual address (IEEE 802 §8.2), the same after each start, so that an Access Concentrator knows
 * the host again. Two hosts with the same tunnel have different ones.
 */
export function tunnelAddress(tunnel: Tunnel, host: string = hostname()): MacAddress {
  const address = createHash('sha256')
    .update(`${host} ${formatTunnel(tunnel)}`)
    .digest()
    .subarray(0, 6);
  address[0] = ((address[0] as number) & 0xfc) | 0x02;
  return address;
}
