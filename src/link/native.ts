import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PppoeError } from '../errors';
import type { MacAddress } from '../wire/mac-address';

/** An open descriptor of the add-on: a packet socket or an interface watch. */
export type Port = { readonly __port: unique symbol };

/** What the kernel says of an interface, netdevice(7). */
export interface InterfaceState {
  readonly index: number;
  /** IFF_ bits. */
  readonly flags: number;
  /** ARPHRD_ number: 1 is Ethernet. */
  readonly type: number;
  /** Octets. */
  readonly mtu: number;
  readonly address: MacAddress;
}

/** The add-on in native/. A failed system call throws an Error with Node's `errno` and `syscall`. */
export interface Native {
  /** Types behind up to two tags of these TPIDs arrive, too. `onFrames` gets `count` lengths of two octets each, then the frames, end to end. */
  openSocket(
    index: number,
    etherTypes: readonly number[],
    address: MacAddress | undefined,
    promiscuous: boolean,
    onFrames: (batch: Buffer, count: number) => void,
    tpids?: readonly number[],
  ): Port;
  /** `onChange` is called when any interface of this network namespace changes, appears or goes away. */
  watchInterfaces(onChange: () => void): Port;
  /** Returns how many frames the kernel took. */
  send(socket: Port, frames: readonly Buffer[]): number;
  /** Frames lost since the socket opened, because its buffer was full or because they were too long. */
  drops(socket: Port): number;
  close(port: Port): void;
  interfaceState(name: string): InterfaceState | undefined;
}

let loaded: Native | undefined;

/** The file for this machine, or undefined. Compiled code lies one level deeper in the package than its source. */
export function nativeFile(): string | undefined {
  const name = join('prebuilds', `linux-${process.arch}`, 'packet_socket.node');
  return [join(__dirname, '..', '..', name), join(__dirname, '..', '..', '..', name)].find((file) => existsSync(file));
}

/**
 * The add-on, loaded by the first call: a flow without real interfaces never needs it.
 * @throws PppoeError `no-native`: not Linux, or not built for this machine.
 */
export function loadNative(): Native {
  if (loaded !== undefined) return loaded;
  if (process.platform !== 'linux') {
    throw new PppoeError('no-native', `Packet sockets exist on Linux only; this is ${process.platform}.`);
  }
  const file = nativeFile();
  const build = 'Install a C compiler (Debian: apt install gcc libc6-dev) and run `npm run build`.';
  if (file === undefined) {
    throw new PppoeError('no-native', `The packet socket add-on is not built for linux-${process.arch}. ${build}`);
  }
  try {
    loaded = require(file) as Native;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PppoeError('no-native', `The packet socket add-on does not load: ${why}. ${build}`, { cause });
  }
  return loaded;
}
