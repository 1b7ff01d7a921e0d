// The lab's two kinds of peer: an access concentrator (rp-pppoe's pppoe-server with pppd) and a client (pppd).
import type { Machine, PeerEvent, ShellResult } from './machine';

export type Authentication = 'chap' | 'pap' | 'mschap-v2' | 'eap' | 'none';

export interface PeerOptions {
  /** `test` unless given. */
  user?: string;
  /** `secret` unless given. */
  password?: string;
  /** Options of pppd, one option with its value per element, added to the lab's own. */
  pppdOptions?: string[];
  /** MTU of the Ethernet, in octets: 1508 unless given, which RFC 4638 needs for an MRU of 1500. */
  mtu?: number;
  /** Kernel modules to load besides those of PPP: `8021q`, `sch_netem`, `ip_gre`, `vxlan`. */
  modules?: string[];
}

export interface ConcentratorOptions extends PeerOptions {
  auth?: Authentication;
  /** `LabAC` unless given. */
  acName?: string;
  /** `isp` unless given. */
  service?: string;
  /** Further options of pppoe-server, as words of a shell: `-M`, `'a message'`. */
  serverOptions?: string[];
}

export interface ClientOptions extends PeerOptions {
  /** The only authentication that the client takes part in; any of them unless given. */
  auth?: Authentication;
  /** `kernel` (pppoe.so) unless given; `user` is pppd over the program pppoe. */
  mode?: 'kernel' | 'user';
  /** The client dials once it has booted, unless this is false. */
  dial?: boolean;
}

/** A session as the access concentrator's processes show it; it may still be negotiating. */
export interface SessionProcess {
  /** The PPPoE session id. */
  id: number;
  /** The MAC address of the client. */
  peer: string;
  /** The address that the client is to get. */
  address: string;
  /** The process id of its pppd. */
  pid: number;
  /** The process id of its pppoe, which carries the frames between pppd and the Ethernet. */
  pppoePid?: number;
}

const METHODS: Authentication[] = ['chap', 'pap', 'mschap-v2', 'eap'];
const LOG = '/run/peer/pppd.log';
const COMMON = ['lcp-echo-interval 30', 'lcp-echo-failure 3', 'debug', `logfile ${LOG}`];

export function concentratorEnvironment(options: ConcentratorOptions): Record<string, string> {
  const { auth = 'chap', acName = 'LabAC', service = 'isp', serverOptions = [] } = options;
  const server = ['-C', acName, '-S', service, '-L', '10.99.0.1', '-R', '10.99.1.1', '-N', '2000'];
  const pppd = [auth === 'none' ? 'noauth' : `require-${auth}`, 'ms-dns 192.0.2.53', 'ms-dns 192.0.2.54'];
  // Without IPv6, unless a test asks for it (`+ipv6`): its kernel multicasts on its own, and pppd runs scripts for it.
  pppd.push('noipv6');
  return {
    ROLE: 'concentrator',
    SERVER_OPTIONS_B64: base64([...server.map((word) => `'${word}'`), ...serverOptions].join(' ')),
    ...commonEnvironment(options, pppd),
  };
}

export function clientEnvironment(options: ClientOptions): Record<string, string> {
  const { auth, mode = 'kernel' } = options;
  const refused = auth === undefined ? [] : METHODS.filter((method) => method !== auth);
  const pppd = ['noauth', 'noipdefault', 'usepeerdns', 'nodefaultroute', 'noaccomp', 'nopcomp', 'novj', 'nobsdcomp'];
  pppd.push('nodeflate', 'mtu 1492', 'mru 1492', 'maxfail 1', ...refused.map((method) => `refuse-${method}`));
  return { ROLE: 'client', CLIENT_MODE: mode, ...commonEnvironment(options, pppd) };
}

function commonEnvironment(options: PeerOptions, pppd: string[]): Record<string, string> {
  const { user = 'test', password = 'secret', pppdOptions = [], modules = [] } = options;
  return {
    USER_B64: base64(user),
    PASSWORD_B64: base64(password),
    PPPD_OPTIONS_B64: base64([...COMMON, ...pppd, ...pppdOptions, ''].join('\n')),
    MODULES: modules.join(','),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** What both kinds of peer offer. */
class Peer {
  constructor(readonly machine: Machine) {}

  /** The TAP in the lab's namespace that leads to the peer: where a packet socket is opened. */
  get interface(): string {
    return this.machine.interface;
  }

  get mac(): string {
    return this.machine.mac;
  }

  /** Runs a shell command inside the peer. */
  sh(command: string): Promise<ShellResult> {
    return this.machine.sh(command);
  }

  /** Like `sh`, and throws when the command fails. */
  run(command: string): Promise<string> {
    return this.machine.run(command);
  }

  /** pppd's debug log: every PPP packet in words. */
  log(): Promise<string> {
    return this.machine.run(`cat ${LOG}`);
  }

  /** One echo request from inside; whether it was answered. */
  ping(address: string, size?: number): Promise<boolean> {
    return this.machine.ping(address, size);
  }

  /** Loads kernel modules and their dependences. */
  async load(...modules: string[]): Promise<void> {
    await this.machine.run(`/run/peer/load.sh ${modules.join(' ')}`);
  }

  /** Loss, delay and so on of what the peer sends, as `tc netem` has it: `delay 100ms loss 5%`. */
  async impair(netem: string, device = 'vec0'): Promise<void> {
    await this.load('sch_netem');
    await this.machine.run(`tc qdisc replace dev ${device} root netem ${netem}`);
  }

  /** Powers the peer off. */
  stop(): Promise<void> {
    return this.machine.stop();
  }
}

export class Concentrator extends Peer {
  /** The sessions, by the processes that serve them. */
  async sessions(): Promise<SessionProcess[]> {
    const lines = (await this.machine.run('busybox ps -o pid,args')).split('\n').map((line) => line.trim());
    const found = lines
      .map((line) => /^(\d+) (\S+).* -e (\d+):([0-9a-f:]{17})(.*)/.exec(line))
      .filter((m) => m !== null);
    const carriers = found.filter((match) => match[2]?.endsWith('/pppoe'));
    return found
      .filter((match) => match[2]?.endsWith('pppd'))
      .map((match) => {
        const carrier = carriers.find((other) => other[3] === match[3] && other[4] === match[4]);
        return {
          id: Number(match[3]),
          peer: match[4] ?? '',
          address: / [\d.]+:([\d.]+) /.exec(match[5] ?? '')?.[1] ?? '',
          pid: Number(match[1]),
          ...(carrier ? { pppoePid: Number(carrier[1]) } : {}),
        };
      });
  }

  /** Resolves when a session has an address, with pppd's process id, interface and both addresses. */
  up(since = 0): Promise<PeerEvent> {
    return this.machine.event(({ name }) => name === 'ip-up', since);
  }

  /** Resolves when the interface of the session that lent this address has its own, and so answers packets. */
  upWith(address: string): Promise<PeerEvent> {
    const { events } = this.machine;
    const lost = events.findLastIndex(({ name, fields }) => name === 'ip-down' && fields['remote'] === address);
    return this.machine.event(({ name, fields }) => name === 'ip-up' && fields['remote'] === address, lost + 1);
  }

  /** Ends a session in order: SIGTERM makes pppd send LCP Terminate-Requests, and pppoe-server a PADT afterwards. */
  async terminate(pid: number): Promise<void> {
    await this.machine.run(`kill -TERM ${pid}`);
  }

  /** Ends a session with PADT and nothing before it: pppd has no time for a Terminate-Request. */
  async padt(pid: number): Promise<void> {
    await this.machine.run(`kill -KILL ${pid}`);
  }

  /** Resolves when that process has gone. */
  async gone(pid: number): Promise<void> {
    await this.machine.run(
      `for try in $(seq 500); do [ -e /proc/${pid} ] || exit 0; busybox usleep 20000; done; exit 1`,
    );
  }

  /** All sessions and the server are gone from one moment to the next, and nothing is sent. */
  async crash(): Promise<void> {
    // The server first: it sends a PADT when a pppd ends; then each pppoe, which does so when its pppd is gone.
    await this.machine.run(
      'kill -KILL $(cat /run/peer/server.pid); busybox killall -KILL pppoe pppd; ' +
        "for try in $(seq 500); do grep -q ' 886[34] ' /proc/net/packet || exit 0; busybox usleep 20000; done; exit 1",
    );
  }

  /** Starts the server again after a crash. Its session ids begin anew. */
  async restart(): Promise<void> {
    await this.machine.run('/run/peer/serve.sh');
  }
}

export class Client extends Peer {
  /** Starts pppd, with further options; its process id. */
  async dial(...options: string[]): Promise<number> {
    return Number((await this.machine.run(`/run/peer/dial.sh ${options.join(' ')}`)).trim());
  }

  /** Resolves when the session has an address: `interface`, `local`, `remote`, `dns` (comma-separated). */
  up(since = 0): Promise<PeerEvent> {
    return this.machine.event(({ name }) => name === 'ip-up', since);
  }

  /** Resolves when pppd has ended, with its exit code (pppd(8), EXIT STATUS). */
  async ended(since = 0): Promise<number> {
    const event = await this.machine.event(({ name }) => name === 'exit', since);
    const { code } = event.fields;
    return Number(code);
  }

  /** Ends the session in order. */
  async hangUp(): Promise<void> {
    await this.machine.run('kill -TERM $(cat /run/peer/client.pid)');
  }
}
