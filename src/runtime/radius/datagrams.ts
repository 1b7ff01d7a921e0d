import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** A UDP socket to one server, and back from it alone. */
export interface Datagrams {
  send(octets: Buffer): void;
  close(): void;
}

export interface DatagramOutlets {
  received(octets: Buffer): void;
  /** Nothing more is to be expected of this socket: its host says that nobody listens, or its name is unknown. */
  failed(error: Error): void;
}

export type OpenDatagrams = (host: string, port: number, outlets: DatagramOutlets) => Datagrams;

/** What the platform has. A name is looked up for an IPv4 address. */
export const openDatagrams: OpenDatagrams = (host, port, outlets) => {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  let waiting: Buffer[] | undefined = [];
  const send = (octets: Buffer) =>
    // Without a callback an error is an event.
    socket.send(octets);
  socket.on('message', (octets) => outlets.received(octets));
  socket.on('error', (error) => outlets.failed(error));
  socket.connect(port, host, () => {
    for (const octets of waiting ?? []) send(octets);
    waiting = undefined;
  });
  return {
    send: (octets) => (waiting ? void waiting.push(octets) : send(octets)),
    close: () => {
      waiting = undefined;
      socket.removeAllListeners();
      // A look-up that is still going on may fail after all: nobody asks any longer.
      socket.on('error', () => {});
      socket.close();
    },
  };
};
