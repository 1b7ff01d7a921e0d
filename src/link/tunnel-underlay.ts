import { readFileSync } from 'node:fs';
import { endianness, networkInterfaces } from 'node:os';
import { parseIpv4 } from '../wire/ip';
import { interfaceMtu } from './interfaces';
import type { Tunnel } from './tunnel-text';

/** What every network carries that is Ethernet, where nothing better is known. */
const USUAL_MTU = 1_500;
/** The longest IPv4 packet. */
const LONGEST = 65_535;

const RTF_UP = 0x1;

/** A line of /proc/net/route: addresses as numbers, most significant octet first. */
interface Route {
  readonly device: string;
  readonly destination: number;
  readonly mask: number;
  /** 0: that of the device. */
  readonly mtu: number;
}

/**
 * The largest IP packet that goes to the far end of a tunnel, in octets: what the tunnel's text says, or else what the route
 * or its interface says. Routes by other criteria than the destination are not looked at.
 */
export function underlayMtu({ remote, local, pathMtu }: Tunnel, table: () => string = readRoutes): number {
  if (pathMtu !== undefined) return pathMtu;
  const route = routeTo(remote, table());
  const device = isOurs(remote) ? 'lo' : (route?.device ?? holderOf(local));
  const mtu = !isOurs(remote) && route?.mtu ? route.mtu : device === undefined ? undefined : interfaceMtu(device);
  return Math.min(mtu ?? USUAL_MTU, LONGEST);
}

/** The route with the longest prefix; undefined when there is none. */
function routeTo(remote: string, table: string): Route | undefined {
  const address = parseIpv4(remote).readUInt32BE(0);
  const fitting = parseRoutes(table).filter(({ destination, mask }) => (address & mask) >>> 0 === destination);
  return fitting.reduce<Route | undefined>((best, each) => (best && best.mask >= each.mask ? best : each), undefined);
}

function parseRoutes(table: string): Route[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , flags = '0']) => (Number.parseInt(flags, 16) & RTF_UP) !== 0)
    .map(([device = '', destination = '', , , , , , mask = '', mtu = '0']) => ({
      device,
      destination: hexAddress(destination),
      mask: hexAddress(mask),
      mtu: Number(mtu),
    }));
}

/** The kernel prints its own words: on machines that begin with the least significant octet, the address is backwards. */
function hexAddress(text: string): number {
  const word = Buffer.from(text.padStart(8, '0'), 'hex');
  return endianness() === 'LE' ? word.readUInt32LE(0) : word.readUInt32BE(0);
}

function readRoutes(): string {
  try {
    return readFileSync('/proc/net/route', 'latin1');
  } catch {
    // Not Linux, or without /proc: nothing is known.
    return '';
  }
}

function isOurs(remote: string): boolean {
  return remote.startsWith('127.') || holderOf(remote) !== undefined;
}

/** The interface that has this address. */
function holderOf(address: string | undefined): string | undefined {
  return Object.entries(networkInterfaces()).find(([, list]) => list?.some((each) => each.address === address))?.[0];
}
