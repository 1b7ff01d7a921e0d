import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { PppoeError } from '../errors';
import { parseIpv4 } from '../wire/ip';
import type { Carrier, CarrierEvents, Trouble } from './tunnel-carrier';

/** UDP between two addresses, to the same port at both ends. */
export interface UdpPath {
  /** What people call it: the tunnel's text. */
  readonly name: string;
  readonly remote: string;
  readonly local?: string;
  readonly port: number;
}

const HEADERS = 20 + 8;
const LITTLE_ENDIAN = endianness() === 'LE';
const ANY = '0.0.0.0';
/** The kernel gives less to processes without the right to more: net.core.rmem_max. */
const RECEIVE_BUFFER = 4 << 20;

/** Our system has no way to the far end, or lost its own address. */
const NO_WAY: readonly string[] = ['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EINVAL', 'ENODEV'];
/** What the kernel makes of an ICMP message about a packet of a connected socket. */
const REPORTED: readonly string[] = ['ECONNREFUSED', 'ENOPROTOOPT'];

/** The tunnels that receive at one address and port of ours share a socket: the far ends all send to that port. */
const receivers = new Map<string, Receiver>();

/** @throws PppoeError `no-interface` when the own address is not there, `link-down` when the kernel refuses otherwise. */
export function openUdpCarrier(path: UdpPath, events: CarrierEvents): Carrier {
  const key = `${path.local ?? ANY}:${path.port}`;
  const receiver = receivers.get(key) ?? new Receiver(path, () => receivers.delete(key));
  receivers.set(key, receiver);
  return new UdpCarrier(path, events, receiver);
}

interface Member {
  readonly path: UdpPath;
  readonly events: CarrierEvents;
}

class Receiver {
  readonly #socket = openSocket();
  readonly #members = new Set<Member>();
  readonly #local: string;
  readonly #port: number;

  /** @throws PppoeError */
  constructor(
    { name, local = ANY, port }: UdpPath,
    private readonly closed: () => void,
  ) {
    this.#local = local;
    this.#port = port;
    const socket = this.#socket;
    const failure = bind(socket, local, port);
    if (failure) {
      socket.close();
      throw bindingError(name, local, port, failure);
    }
    socket.on('error', (error) => {
      for (const { events, path } of this.#members) events.trouble(troubleOf(error, path));
    });
    socket.on('message', (datagram, { address }) => this.#receive(datagram, address));
  }

  get drops(): number {
    return udpDrops(this.#local, this.#port);
  }

  add(member: Member): void {
    this.#members.add(member);
  }

  remove(member: Member): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    this.closed();
    this.#socket.close();
  }

  #receive(datagram: Buffer, from: string): void {
    const members = [...this.#members];
    const theirs = members.filter(({ path }) => path.remote === from);
    if (theirs.length === 0) for (const { events } of members) events.refused('strangers');
    // Each has octets of its own.
    theirs.forEach(({ events }, index) => {
      events.packet(index === 0 ? datagram : Buffer.from(datagram));
    });
  }
}

class UdpCarrier implements Carrier {
  readonly overhead = HEADERS;
  readonly #member: Member;
  #sender: Socket | undefined;
  /** Why there is no sender. */
  #failure: Error | undefined;
  #waiting = 0;
  #phase: 'open' | 'closing' = 'open';

  constructor(
    private readonly path: UdpPath,
    private readonly events: CarrierEvents,
    private readonly receiver: Receiver,
  ) {
    this.#member = { path, events };
    receiver.add(this.#member);
  }

  get drops(): number {
    return this.receiver.drops;
  }

  send(header: Buffer, frame: Buffer, done: (trouble?: Trouble) => void): void {
    this.#sender ??= this.#connect();
    const sender = this.#sender;
    this.#waiting++;
    const sent = (error?: Error | null) => {
      this.#waiting--;
      const trouble = error ? troubleOf(error, this.path) : undefined;
      if (sender && trouble?.kind === 'unreachable' && trouble.source === 'known') this.#discard(sender);
      done(trouble);
      this.#closeIfDone();
    };
    if (sender) sender.send([header, frame], sent);
    // By then the reason is known.
    else process.nextTick(() => sent(this.#failure));
  }

  close(): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'closing';
    this.receiver.remove(this.#member);
    this.#closeIfDone();
  }

  /** A connected socket: it hears when ICMP says that nobody is there. Undefined when there is no way to the far end. */
  #connect(): Socket | undefined {
    const { local = ANY, port, remote } = this.path;
    const socket = openSocket();
    this.#failure = bind(socket, local, 0);
    if (this.#failure === undefined) {
      // The types do not know that it hands over an error.
      socket.connect(port, remote, (error?: Error) => {
        this.#failure = error;
      });
      if (isConnected(socket)) {
        socket.on('error', (error) => this.events.trouble(troubleOf(error, this.path)));
        return socket;
      }
    }
    socket.close();
    return undefined;
  }

  /** The next packet gets a socket with the addresses and routes of then. */
  #discard(socket: Socket): void {
    if (this.#sender !== socket) return;
    this.#sender = undefined;
    socket.close();
  }

  #closeIfDone(): void {
    if (this.#phase === 'closing' && this.#waiting === 0 && this.#sender) this.#discard(this.#sender);
  }
}

/** Addresses are never names: looked up at once, so that what the system refuses is known when a call returns. */
function openSocket(): Socket {
  return createSocket({
    type: 'udp4',
    recvBufferSize: RECEIVE_BUFFER,
    lookup: (host, _options, done) => done(null, host, 4),
  });
}

/** The reason why not. */
function bind(socket: Socket, address: string, port: number): Error | undefined {
  let failure: Error | undefined;
  const note = (error: Error) => {
    failure = error;
  };
  socket.once('error', note);
  socket.bind({ address, port, exclusive: true });
  socket.off('error', note);
  return failure;
}

function isConnected(socket: Socket): boolean {
  try {
    socket.remoteAddress();
    return true;
  } catch {
    return false;
  }
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

function troubleOf(error: Error, { remote, port }: UdpPath): Trouble {
  const code = codeOf(error);
  if (REPORTED.includes(code)) {
    const text = `${remote} cannot be reached: nobody listens at its UDP port ${port}`;
    return { kind: 'unreachable', source: 'reported', text };
  }
  if (!NO_WAY.includes(code)) return { kind: 'dropped' };
  return { kind: 'unreachable', source: 'known', text: `${remote} cannot be reached: ${error.message}` };
}

function bindingError(name: string, local: string, port: number, cause: Error): PppoeError {
  const code = codeOf(cause);
  if (code === 'EADDRNOTAVAIL') {
    return new PppoeError('no-interface', `No interface has ${local}, the own address of ${name}`, { cause });
  }
  if (code === 'EACCES') return new PppoeError('permission', `May not use UDP port ${port} for ${name}`, { cause });
  const used = code === 'EADDRINUSE' ? `UDP port ${port} of ${local} is in use, by the kernel's own VXLAN perhaps` : '';
  return new PppoeError('link-down', `Cannot open ${name}: ${used || cause.message}`, { cause });
}

/** The last word of a line of /proc/net/udp. 0 where the system does not tell. */
function udpDrops(local: string, port: number): number {
  const word = parseIpv4(local);
  const address = (LITTLE_ENDIAN ? word.reverse() : word).toString('hex').toUpperCase();
  const socket = `${address}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readUdpSockets().split('\n');
  const words = lines.map((line) => line.trim().split(/\s+/)).find((line) => line[1] === socket);
  return Number(words?.at(-1) ?? 0);
}

function readUdpSockets(): string {
  try {
    return readFileSync('/proc/net/udp', 'latin1');
  } catch {
    return '';
  }
}
