import { PppoeError } from '../errors';
import { decodeUnreachable, unreachableText } from '../wire/icmp';
import { decodeIpv4, encodeIpv4, formatIpv4, parseIpv4 } from '../wire/ip';
import { MalformedPacket } from '../wire/reader';
import { rawSocketRemedy } from './interfaces';
import type { Carrier, CarrierEvents, Trouble } from './tunnel-carrier';

/** An IPv4 protocol of its own between two addresses. */
export interface RawPath {
  /** What people call it: the tunnel's text. */
  readonly name: string;
  /** The IPv4 Protocol number: 47 is GRE, 97 EtherIP. */
  readonly protocol: number;
  readonly remote: string;
  readonly local?: string;
}

/** What we use of the npm package raw-socket. */
interface RawSocket {
  send(bytes: Buffer, offset: number, length: number, address: string, done: (error: Error | null) => void): void;
  on(event: 'message', listener: (packet: Buffer) => void): void;
  on(event: 'error' | 'close', listener: (error?: Error) => void): void;
  setOption(level: number, option: number, value: Buffer, length: number): void;
  close(): void;
}

export interface RawSockets {
  createSocket(options: { readonly protocol: number; readonly bufferSize?: number }): RawSocket;
}

/** raw(7): a socket of this protocol sends packets with the IP header that it is handed, and receives none. */
const IPPROTO_RAW = 255;
const IPPROTO_ICMP = 1;
const SOL_RAW = 255;
const ICMP_FILTER = 1;
const DESTINATION_UNREACHABLE = 3;
const IP_HEADER = 20;
const LONGEST = 65_535;
const DONT_FRAGMENT = 0x4000;
/** More Fragments, and the offset. */
const FRAGMENT = 0x3fff;

const GET_IT =
  'It is an optional dependency: `npm install raw-socket@npm:@neuralegion/raw-socket@^1.8.6` beside this package gets it ' +
  '(with Node-RED: in its user directory, ~/.node-red). Where it has no binary for this Node.js (24 and newer) it is ' +
  'compiled, which takes python3, make and g++; npm 12 wants `npm install-scripts approve` before.';

/**
 * The package, loaded by the first call.
 * @throws PppoeError `no-native`: it is not installed or does not load, or this is not Linux.
 */
export function loadRawSockets(
  load = () => require('raw-socket') as RawSockets,
  platform = process.platform,
): RawSockets {
  const what = 'Tunnels over GRE, EoIP and EtherIP';
  if (platform !== 'linux') {
    throw new PppoeError('no-native', `${what} work on Linux only; this is ${platform}. VXLAN works everywhere.`);
  }
  try {
    return load();
  } catch (cause) {
    const [why] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new PppoeError('no-native', `${what} need the package raw-socket, which does not load: ${why}. ${GET_IT}`, {
      cause,
    });
  }
}

/**
 * What raw-socket's callbacks lead to has to wait for the next turn of the event loop: the package calls back past Node.js, which
 * then neither settles promises nor runs `process.nextTick` until something else happens (seen with Node.js 22 and 26).
 */
type Later = (call: () => void) => void;

/** @throws PppoeError `no-native`, `permission`, or `link-down` when the kernel refuses otherwise. */
export function openRawCarrier(
  path: RawPath,
  events: CarrierEvents,
  sockets: RawSockets = loadRawSockets(),
  later: Later = setImmediate,
): Carrier {
  return new RawCarrier(path, events, sockets, later);
}

/** raw-socket holds its sockets weakly: one that nobody holds is collected, and closed, even with packets still to send. */
const held = new Set<RawCarrier>();

class RawCarrier implements Carrier {
  readonly overhead = IP_HEADER;
  /** The kernel tells the drops of raw sockets, but not which of them is ours. */
  readonly drops = 0;
  readonly #ipHeader: Buffer;
  readonly #remote: Buffer;
  readonly #local: Buffer | undefined;
  /** One that only sends, so that a flood of received packets does not keep it from doing so. */
  readonly #sender: RawSocket;
  readonly #receivers: readonly RawSocket[];
  #waiting = 0;
  #phase: 'open' | 'closing' | 'closed' = 'open';

  constructor(
    private readonly path: RawPath,
    private readonly events: CarrierEvents,
    sockets: RawSockets,
    private readonly later: Later,
  ) {
    this.#remote = parseIpv4(path.remote);
    this.#local = path.local === undefined ? undefined : parseIpv4(path.local);
    this.#ipHeader = this.#makeIpHeader();
    this.#sender = this.#open(sockets, IPPROTO_RAW, () => {});
    this.#receivers = [
      this.#open(sockets, path.protocol, (packet) => this.#receive(packet)),
      this.#open(sockets, IPPROTO_ICMP, (packet) => this.#report(packet)),
    ];
    // Set bits keep a type away.
    const others = new Uint32Array([~(1 << DESTINATION_UNREACHABLE)]);
    this.#receivers[1]?.setOption(SOL_RAW, ICMP_FILTER, Buffer.from(others.buffer), 4);
    held.add(this);
  }

  send(header: Buffer, frame: Buffer, done: (trouble?: Trouble) => void): void {
    const packet = Buffer.concat([this.#ipHeader, header, frame]);
    packet.writeUInt16BE(packet.length, 2);
    this.#waiting++;
    this.#sender.send(packet, 0, packet.length, this.path.remote, (error) => {
      this.#waiting--;
      this.later(() => done(error === null ? undefined : troubleOf(error, this.path)));
      this.#closeIfDone();
    });
  }

  close(): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'closing';
    for (const socket of this.#receivers) socket.close();
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (this.#phase !== 'closing' || this.#waiting > 0) return;
    this.#phase = 'closed';
    this.#sender.close();
    held.delete(this);
  }

  /** The kernel fills in the checksum, and the source if we leave it out (raw(7)). */
  #makeIpHeader(): Buffer {
    return encodeIpv4({
      tos: 0,
      identification: 0,
      fragment: DONT_FRAGMENT,
      ttl: 64,
      protocol: this.path.protocol,
      source: this.#local ?? Buffer.alloc(4),
      destination: this.#remote,
      options: Buffer.alloc(0),
      payload: Buffer.alloc(0),
    });
  }

  #open(sockets: RawSockets, protocol: number, receive: (packet: Buffer) => void): RawSocket {
    try {
      const socket = sockets.createSocket({ protocol, bufferSize: LONGEST });
      socket.on('message', (packet) => {
        // The socket uses its buffer again.
        const octets = Buffer.from(packet);
        this.later(() => {
          if (this.#phase === 'open') receive(octets);
        });
      });
      socket.on('error', (error) => {
        const trouble = error && this.#phase === 'open' ? troubleOf(error, this.path) : undefined;
        if (trouble) this.later(() => this.events.trouble(trouble));
      });
      return socket;
    } catch (error) {
      throw openingError(this.path.name, error);
    }
  }

  #receive(octets: Buffer): void {
    const packet = this.#decode(octets);
    if (packet === undefined) return;
    const { source, destination, fragment, payload } = packet;
    if (!source.equals(this.#remote) || (this.#local && !destination.equals(this.#local))) {
      // Between two addresses of one host we see what we send ourselves.
      if (!this.#local?.equals(source)) this.events.refused('strangers');
      return;
    }
    if ((fragment & FRAGMENT) !== 0) this.events.refused('fragments');
    else this.events.packet(payload);
  }

  /** An ICMP message about a packet that we have sent to the far end. */
  #report(octets: Buffer): void {
    const packet = this.#decode(octets);
    const unreachable = packet && this.#tolerant(() => decodeUnreachable(packet.payload));
    if (!packet || !unreachable) return;
    const { code, nextHopMtu, original } = unreachable;
    const ours =
      original.protocol === this.path.protocol &&
      original.destination.equals(this.#remote) &&
      (this.#local === undefined || original.source.equals(this.#local)) &&
      this.events.isOwn(original.payload);
    if (!ours) return;
    if (nextHopMtu !== undefined) return this.events.trouble({ kind: 'narrow', mtu: nextHopMtu });
    const text = `${formatIpv4(packet.source)} says that ${this.path.remote} cannot be reached: ${unreachableText(code)}`;
    this.events.trouble({ kind: 'unreachable', source: 'reported', text });
  }

  #decode(octets: Buffer): ReturnType<typeof decodeIpv4> | undefined {
    return this.#tolerant(() => decodeIpv4(octets));
  }

  #tolerant<T>(decode: () => T): T | undefined {
    try {
      return decode();
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.events.refused('malformed');
      return undefined;
    }
  }
}

/** raw-socket's errors have the C library's texts and no number: glibc's or musl's. */
const NO_WAY =
  /unreachable|is down|no route|cannot assign|address not available|invalid argument|no such device|bad file/i;

function troubleOf(error: Error, { remote }: RawPath): Trouble {
  if (!NO_WAY.test(error.message)) return { kind: 'dropped' };
  return { kind: 'unreachable', source: 'known', text: `${remote} cannot be reached: ${error.message}` };
}

function openingError(name: string, cause: unknown): PppoeError {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/not permitted|permission denied/i.test(text)) {
    return new PppoeError('permission', `May not open a raw socket for ${name}. ${rawSocketRemedy()}`, { cause });
  }
  return new PppoeError('link-down', `Cannot open a raw socket for ${name}: ${text}`, { cause });
}
