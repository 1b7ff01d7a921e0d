import { getSystemErrorName } from 'node:util';
import { PppoeError } from '../errors';
import { TPIDS } from '../wire/ethernet';
import { isGroupMac, type MacAddress } from '../wire/mac-address';
import { listInterfaces, rawSocketRemedy } from './interfaces';
import type { Link, LinkCounters } from './link';
import { type InterfaceState, loadNative, type Native, type Port } from './native';

const ARPHRD_ETHER = 1;
const IFF_UP = 0x1;
/** There is a carrier, and nothing else (802.1X) forbids traffic: RFC 2863's operational state. */
const IFF_RUNNING = 0x40;

/** Where and how to open a packet socket. */
export interface PacketSocketOptions {
  /** The interface's name: `eth0`. */
  readonly interface: string;
  /** The Ethernet types to receive, at most 16; untagged or behind VLAN tags. By default PPPoE's, 0x8863 and 0x8864. */
  readonly etherTypes?: readonly number[];
  /** What counts as a VLAN tag besides IEEE 802.1Q's and 802.1ad's, at most 16. */
  readonly tpids?: readonly number[];
  /** An individual address to use instead of the interface's own. Puts the interface into promiscuous mode. */
  readonly address?: MacAddress;
  /** Receives the frames to every address. */
  readonly promiscuous?: boolean;
}

/**
 * Opens a link on an interface of this machine (Linux, packet(7)).
 *
 * An interface that is down or has no carrier opens: `onDown` follows soon. One that is deleted comes back when there
 * is one of the same name again.
 *
 * @throws PppoeError `no-interface`, `permission` or `no-native`; `link-down` when the kernel refuses otherwise.
 * @throws TypeError or RangeError for wrong options.
 */
export function openPacketSocket(options: PacketSocketOptions): Link {
  const { address } = options;
  if (address !== undefined && (!Buffer.isBuffer(address) || address.length !== 6)) {
    throw new TypeError('address must be a Buffer of 6 octets');
  }
  if (address !== undefined && isGroupMac(address)) throw new RangeError('address must not be a group address');
  const native = loadNative();
  const state = native.interfaceState(options.interface);
  if (state?.type !== ARPHRD_ETHER) throw noInterface(options.interface);
  return new PacketSocket(native, options, state);
}

type Phase = 'up' | 'down' | 'closed';

class PacketSocket implements Link {
  onFrames: (frames: readonly Buffer[]) => void = () => {};
  onDown: (error: PppoeError) => void = () => {};
  onUp: () => void = () => {};

  readonly #native: Native;
  readonly #options: PacketSocketOptions;
  readonly #watch: Port;
  #phase: Phase = 'up';
  /** What the socket is bound to. Undefined while there is no interface of the name. */
  #bound: { readonly socket: Port; readonly index: number } | undefined;
  #hardwareAddress: MacAddress;
  #mtu: number;
  #received = 0;
  #sent = 0;
  #sendDrops = 0;
  /** Drops of the sockets before the present one. */
  #earlierDrops = 0;

  constructor(native: Native, options: PacketSocketOptions, state: InterfaceState) {
    this.#native = native;
    this.#options = options;
    this.#hardwareAddress = state.address;
    this.#mtu = state.mtu;
    this.#watch = native.watchInterfaces(() => this.#look());
    try {
      this.#bound = { socket: this.#openSocket(state.index), index: state.index };
    } catch (error) {
      native.close(this.#watch);
      throw error;
    }
    // What happened before the watch was there, after the caller has set the callbacks.
    setImmediate(() => this.#look());
  }

  get address(): MacAddress {
    return this.#options.address ?? this.#hardwareAddress;
  }

  /** The interface's present MTU. */
  get mtu(): number {
    return this.#mtu;
  }

  get counters(): LinkCounters {
    const drops = this.#bound === undefined ? 0 : this.#native.drops(this.#bound.socket);
    return {
      received: this.#received,
      sent: this.#sent,
      receiveDrops: this.#earlierDrops + drops,
      sendDrops: this.#sendDrops,
    };
  }

  send(frames: readonly Buffer[]): void {
    const taken = this.#phase === 'up' && this.#bound ? this.#native.send(this.#bound.socket, frames) : 0;
    this.#sent += taken;
    this.#sendDrops += frames.length - taken;
  }

  close(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#unbind();
    this.#native.close(this.#watch);
  }

  #openSocket(index: number): Port {
    const {
      interface: name,
      etherTypes = [0x8863, 0x8864],
      tpids = TPIDS,
      address,
      promiscuous = false,
    } = this.#options;
    try {
      const deliver = (batch: Buffer, count: number) => this.#deliver(batch, count);
      return this.#native.openSocket(index, etherTypes, address, promiscuous, deliver, tpids);
    } catch (error) {
      throw openingError(name, error);
    }
  }

  #unbind(): void {
    if (this.#bound === undefined) return;
    this.#earlierDrops += this.#native.drops(this.#bound.socket);
    this.#native.close(this.#bound.socket);
    this.#bound = undefined;
  }

  #deliver(batch: Buffer, count: number): void {
    const frames: Buffer[] = new Array(count);
    let at = 2 * count;
    for (let i = 0; i < count; i++) {
      const end = at + batch.readUInt16BE(2 * i);
      frames[i] = batch.subarray(at, end);
      at = end;
    }
    this.#received += count;
    this.onFrames(frames);
  }

  /** Compares the interface with what we know of it. A callback may close the link in between. */
  #look(): void {
    if (this.#phase === 'closed') return;
    const name = this.#options.interface;
    const state = this.#native.interfaceState(name);
    if (this.#bound !== undefined && state?.index !== this.#bound.index) {
      // The socket stays bound to what is gone, even when another interface has the name now.
      this.#unbind();
      this.#goDown(`The interface ${name} ${state === undefined ? 'is gone' : 'was replaced by another of that name'}`);
    }
    if (state === undefined || this.#isClosed()) return;
    if (this.#options.address === undefined && !state.address.equals(this.#hardwareAddress)) {
      this.#goDown(`The interface ${name} has got another address`);
    }
    this.#hardwareAddress = state.address;
    this.#mtu = state.mtu;
    if (this.#isClosed()) return;
    const trouble = troubleWith(state) ?? this.#bind(state.index);
    if (trouble === undefined) this.#goUp();
    else this.#goDown(`The interface ${name} ${trouble}`);
  }

  /** Opens a socket if there is none. Returns what stands against it. */
  #bind(index: number): string | undefined {
    if (this.#bound !== undefined) return undefined;
    try {
      this.#bound = { socket: this.#openSocket(index), index };
      return undefined;
    } catch (error) {
      return `cannot be opened again: ${error instanceof Error ? error.message : error}`;
    }
  }

  // A method, since the compiler does not know that callbacks change the phase.
  #isClosed(): boolean {
    return this.#phase === 'closed';
  }

  #goDown(text: string): void {
    if (this.#phase !== 'up') return;
    this.#phase = 'down';
    this.onDown(new PppoeError('link-down', text));
  }

  #goUp(): void {
    if (this.#phase !== 'down') return;
    this.#phase = 'up';
    this.onUp();
  }
}

function troubleWith(state: InterfaceState): string | undefined {
  if (state.type !== ARPHRD_ETHER) return 'is not an Ethernet interface any more';
  if ((state.flags & IFF_UP) === 0) return 'was switched off';
  return (state.flags & IFF_RUNNING) !== 0 ? undefined : 'has lost its carrier';
}

function noInterface(name: string): PppoeError {
  const names = listInterfaces().map((one) => one.name);
  const there = names.length === 0 ? 'There is none on this machine' : `There are: ${names.join(', ')}`;
  return new PppoeError('no-interface', `There is no Ethernet interface '${name}'. ${there}.`);
}

/** What the kernel's refusal means. Everything that is not a failed system call stays as it is. */
function openingError(name: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('errno' in error) || typeof error.errno !== 'number') return error;
  const code = getSystemErrorName(error.errno);
  if (code === 'EPERM' || code === 'EACCES') {
    return new PppoeError('permission', `May not open a raw socket on ${name}. ${rawSocketRemedy()}`, { cause: error });
  }
  if (code === 'ENODEV' || code === 'ENXIO') return noInterface(name);
  return new PppoeError('link-down', `Cannot open a raw socket on ${name}: ${error.message} (${code})`, {
    cause: error,
  });
}
