// Calls of a real client: one machine dials as often as a test likes, each time with an account and a method of its own.
import type { Authentication, Client } from './peers';

export interface CallOptions {
  /** `kernel` is pppd with pppoe.so, `user` is pppd over rp-pppoe's program pppoe; as the client was started unless given. */
  mode?: 'kernel' | 'user';
  /** The client's own account unless given. */
  user?: string;
  password?: string;
  /** The only authentication that pppd takes part in; any of them unless given. */
  auth?: Authentication;
  /** Further options of pppd, one option with its value per element: `+ipv6`, `mtu 1500`. */
  pppdOptions?: readonly string[];
}

/** What pppd's script ip-up is told. */
interface Addresses {
  readonly interface: string;
  readonly local: string;
  readonly remote: string;
  readonly dns: readonly string[];
}

/** What pppoe-discovery prints of one PADO. */
export interface DiscoveredConcentrator {
  acName: string;
  services: string[];
  mac: string;
}

const METHODS = ['chap', 'pap', 'mschap', 'mschap-v2', 'eap'];
let calls = 0;

/** Starts one pppd, which logs to a file of its own; several may run at a time. */
export async function call(client: Client, options: CallOptions = {}): Promise<Call> {
  const { mode, user, password, auth, pppdOptions = [] } = options;
  calls += 1;
  const log = `/run/peer/call-${calls}.log`;
  const refused = auth === undefined ? [] : METHODS.filter((method) => method !== auth);
  const words = [
    ...(user === undefined ? [] : ['user', user]),
    ...(password === undefined ? [] : ['password', password]),
    ...refused.map((method) => `refuse-${method}`),
    ...pppdOptions.flatMap((option) => option.split(' ')),
    ...['logfile', log],
  ];
  const since = client.machine.events.length;
  const environment = mode === undefined ? '' : `CLIENT_MODE=${mode} `;
  const command = `${environment}/run/peer/dial.sh ${words.map(quoted).join(' ')}`;
  return new Call(client, Number((await client.run(command)).trim()), log, since);
}

/** One pppd of a client, from its start to its end. */
export class Call {
  readonly #client: Client;
  readonly #log: string;
  readonly #since: number;

  /** Use call. */
  constructor(
    client: Client,
    readonly pid: number,
    log: string,
    since: number,
  ) {
    this.#client = client;
    this.#log = log;
    this.#since = since;
  }

  /** Resolves when IPv4 is up. */
  async up(): Promise<Addresses> {
    const { interface: device = '', local = '', remote = '', dns = '' } = await this.#event('ip-up');
    return { interface: device, local, remote, dns: dns.split(',').filter((server) => server !== '') };
  }

  /** Resolves when IPv6 is up: the link-local addresses of both ends. */
  async ipv6Up(): Promise<{ interface: string; local: string; remote: string }> {
    const { interface: device = '', local = '', remote = '' } = await this.#event('ipv6-up');
    return { interface: device, local, remote };
  }

  /** Resolves when the kernel has made itself an address of an advertised prefix (RFC 4862), and may use it. */
  async advertisedAddress(): Promise<string> {
    const { interface: device } = await this.ipv6Up();
    const shown = `ip -6 -o address show dev ${device} scope global -tentative`;
    const { code, output } = await this.#client.sh(
      `for try in $(seq 500); do ${shown} | grep . && exit 0; busybox usleep 20000; done; exit 1`,
    );
    const [, address] = / inet6 ([0-9a-f:]+)\//.exec(output) ?? [];
    if (code === 0 && address !== undefined) return address;
    throw new Error(`${device} has no address of an advertised prefix:\n${await this.log()}`);
  }

  /**
   * Starts a DHCPv6 client that asks for a prefix; resolves when it has one. The first address of it is the machine's own.
   * Once for each client.
   */
  async delegated(): Promise<{ prefix: string; dns: readonly string[] }> {
    const { interface: device } = await this.ipv6Up();
    const since = this.#client.machine.events.length;
    await this.#client.run(`/run/peer/delegate.sh ${device}`);
    const { fields } = await this.#client.machine.event(({ name }) => name === 'dhcpv6', since);
    return { prefix: fields['prefix'] ?? '', dns: (fields['dns'] ?? '').split(',') };
  }

  /** Gives the delegated prefix back (RFC 8415 §18.2.7). */
  async release(): Promise<void> {
    const { interface: device } = await this.ipv6Up();
    await this.#client.run(`dhcpcd -k ${device}`);
  }

  /** Resolves when IPv4 is down again. */
  async down(): Promise<void> {
    await this.#event('ip-down');
  }

  /** Resolves when pppd has ended, with its exit code (pppd(8), EXIT STATUS). */
  async ended(): Promise<number> {
    const { code } = await this.#event('exit');
    return Number(code);
  }

  /** What pppd logged of this call: every PPP packet in words. */
  log(): Promise<string> {
    return this.#client.run(`cat ${this.#log}`);
  }

  /** Ends the call in order; `ended` tells when. */
  async hangUp(): Promise<void> {
    await this.#client.run(`kill -TERM ${this.pid}`);
  }

  async #event(wanted: string): Promise<Record<string, string>> {
    const { machine } = this.#client;
    const fits = ({ name, fields }: { name: string; fields: Record<string, string> }) =>
      fields['pid'] === String(this.pid) && (name === wanted || name === 'exit');
    const { name, fields } = await machine.event(fits, this.#since);
    if (name === wanted) return fields;
    // It may have come before the end: then it is the one that was asked for.
    const earlier = machine.events
      .slice(this.#since)
      .find((event) => event.name === wanted && event.fields['pid'] === String(this.pid));
    if (earlier) return earlier.fields;
    throw new Error(`pppd ended with ${fields['code']} before ${wanted}:\n${await this.log()}`);
  }
}

/** Runs rp-pppoe's pppoe-discovery for 1 s: each access concentrator that answered, in that order. */
export async function discover(client: Client, service?: string): Promise<DiscoveredConcentrator[]> {
  const asked = service === undefined ? '' : `-S ${quoted(service)}`;
  const { output } = await client.sh(`pppoe-discovery -I vec0 -t 1 -a 1 ${asked}`);
  const found: DiscoveredConcentrator[] = [];
  for (const line of output.split('\n')) {
    const [, name, value = ''] = /^ *(Access-Concentrator|Service-Name|AC-Ethernet-Address): ?(.*)$/.exec(line) ?? [];
    if (name === 'Access-Concentrator') found.push({ acName: value, services: [], mac: '' });
    const last = found.at(-1);
    if (name === 'Service-Name') last?.services.push(value);
    if (name === 'AC-Ethernet-Address' && last) last.mac = value;
  }
  return found;
}

/**
 * Echo requests from inside a client, of IPv4 or IPv6; how many were answered. `size` in octets of ICMP data, `source` an
 * address of the client's.
 */
export async function ping(
  client: Client,
  address: string,
  count: number,
  { size = 56, source }: { size?: number; source?: string } = {},
): Promise<number> {
  const from = source === undefined ? '' : `-I ${source}`;
  const { output } = await client.sh(`busybox ping -c ${count} -i 0.05 -W 3 -s ${size} ${from} ${address}`);
  return Number(/(\d+) packets received/.exec(output)?.[1] ?? 0);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
