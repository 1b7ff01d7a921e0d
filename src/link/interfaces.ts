import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { type MacAddress, parseMac } from '../wire/mac-address';

/** An Ethernet interface of this machine. */
export interface EthernetInterface {
  readonly name: string;
  readonly address: MacAddress;
  /** Octets. */
  readonly mtu: number;
  /** Switched on by the administrator. */
  readonly up: boolean;
  /** The cable, or what stands for it, is connected. */
  readonly carrier: boolean;
}

const SYS_CLASS_NET = '/sys/class/net';
const ARPHRD_ETHER = '1';
const IFF_UP = 0x1;
const CAP_NET_RAW = 13n;

/**
 * The Ethernet interfaces of this machine, by name, without loopback and tunnels. On Linux all of them, from
 * /sys/class/net; elsewhere those that have an IP address, with an assumed MTU of 1500.
 */
export function listInterfaces(): EthernetInterface[] {
  const list = process.platform === 'linux' ? fromSys() : fromOs();
  return list.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function fromSys(): EthernetInterface[] {
  return namesInSys().flatMap((name) => {
    const address = readSys(name, 'address');
    if (readSys(name, 'type') !== ARPHRD_ETHER || address === undefined) return [];
    return [
      {
        name,
        address: parseMac(address),
        mtu: Number(readSys(name, 'mtu') ?? 1500),
        up: (Number(readSys(name, 'flags') ?? 0) & IFF_UP) !== 0,
        carrier: readSys(name, 'carrier') === '1',
      },
    ];
  });
}

function namesInSys(): string[] {
  try {
    return readdirSync(SYS_CLASS_NET);
  } catch {
    return [];
  }
}

/** Octets; undefined where there is no such interface, or no /sys/class/net. */
export function interfaceMtu(name: string): number | undefined {
  const mtu = Number(readSys(name, 'mtu'));
  return Number.isInteger(mtu) ? mtu : undefined;
}

/** Undefined when the interface has just gone away, and for the carrier of one that is switched off. */
function readSys(name: string, attribute: string): string | undefined {
  try {
    return readFileSync(join(SYS_CLASS_NET, name, attribute), 'latin1').trim();
  } catch {
    return undefined;
  }
}

function fromOs(): EthernetInterface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) => {
    const first = addresses?.find((address) => !address.internal && address.mac !== '00:00:00:00:00:00');
    return first === undefined ? [] : [{ name, address: parseMac(first.mac), mtu: 1500, up: true, carrier: true }];
  });
}

/** Whether this process may open raw sockets, and if not, what gives it the right. */
export interface RawSocketAccess {
  readonly allowed: boolean;
  readonly remedy?: string;
}

/** Reads the process's effective capabilities (capabilities(7)); opens nothing. */
export function rawSocketAccess(): RawSocketAccess {
  if (process.platform !== 'linux') return { allowed: false, remedy: 'Packet sockets exist on Linux only.' };
  const effective = effectiveCapabilities();
  // Without /proc nothing is known: then only the attempt tells.
  if (effective === undefined || ((effective >> CAP_NET_RAW) & 1n) === 1n) return { allowed: true };
  return { allowed: false, remedy: rawSocketRemedy() };
}

function effectiveCapabilities(): bigint | undefined {
  try {
    const digits = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    return digits === undefined ? undefined : BigInt(`0x${digits}`);
  } catch {
    return undefined;
  }
}

/** What to type to give this process the capability CAP_NET_RAW, for people, several lines. */
export function rawSocketRemedy(): string {
  return [
    'Raw Ethernet needs the capability CAP_NET_RAW. One of these gives it:',
    '- systemd: `sudo systemctl edit nodered`, under [Service] add the line AmbientCapabilities=CAP_NET_RAW, ' +
      'then `sudo systemctl restart nodered`.',
    '- Docker: `docker run --network host --cap-add NET_RAW --user root ...`.',
    `- Otherwise: \`sudo setcap cap_net_raw+ep ${process.execPath}\`. Side effect: every program that this node runs ` +
      'may then open raw sockets, and node ignores NODE_OPTIONS and NODE_PATH.',
  ].join('\n');
}
