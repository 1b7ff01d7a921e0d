import { createHash, createHmac } from 'node:crypto';

import radius = require('radius');

import type { DatagramOutlets, OpenDatagrams } from '../../../src/runtime/radius/datagrams';
import type { RadiusServer } from '../../../src/runtime/radius/settings';

export const SECRET = 'a shared secret';
export const CODE = { accept: 2, reject: 3, accounting: 5, challenge: 11 } as const;

/** A request as a server reads it: `radius` has checked its Message-Authenticator, or its authenticator of accounting. */
export interface Asked {
  readonly octets: Buffer;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outlets: DatagramOutlets;
}

/** Type and value. */
export type ReplyAttribute = readonly [type: number, value: Buffer | string];

/** What is wrong with a reply. */
export interface Flaws {
  readonly secret?: string;
  readonly signature?: 'missing' | 'wrong' | 'twice';
  readonly identifier?: number;
  readonly authenticator?: 'wrong';
}

/** A reply, built by the words of RFC 2865 §3 and RFC 2869 §5.14 and not by the code that it is to test. */
export function replyTo(
  request: Buffer,
  code: number,
  attributes: readonly ReplyAttribute[] = [],
  flaws: Flaws = {},
): Buffer {
  const { secret = SECRET, signature, identifier = request[1] ?? 0 } = flaws;
  const signatures = signature === 'missing' ? 0 : signature === 'twice' ? 2 : 1;
  const body = Buffer.concat([
    ...Array.from({ length: signatures }, () => attribute([80, Buffer.alloc(16)])),
    ...attributes.map(attribute),
  ]);
  const packet = Buffer.concat([Buffer.of(code, identifier, 0, 0), request.subarray(4, 20), body]);
  packet.writeUInt16BE(packet.length, 2);
  if (signatures > 0) {
    createHmac('md5', secret).update(packet).digest().copy(packet, 22);
    if (signature === 'wrong') packet[22] = (packet[22] ?? 0) ^ 1;
  }
  createHash('md5').update(packet).update(secret).digest().copy(packet, 4);
  if (flaws.authenticator) packet[4] = (packet[4] ?? 0) ^ 1;
  return packet;
}

function attribute([type, value]: ReplyAttribute): Buffer {
  const octets = Buffer.from(value);
  return Buffer.concat([Buffer.of(type, octets.length + 2), octets]);
}

/** One of Microsoft's attributes. */
export function microsoft(type: number, value: Buffer | string): ReplyAttribute {
  return [26, Buffer.concat([Buffer.of(0, 0, 1, 55), attribute([type, value])])];
}

/** Servers on a network of their own: what each is asked, and what it answers at once. */
export class ScriptedServers {
  /** All that was sent to it, by port. */
  readonly asked = new Map<number, Asked[]>();
  readonly #answers = new Map<number, (asked: Asked) => Buffer | undefined>();
  opened = 0;

  readonly open: OpenDatagrams = (_host, port, outlets) => {
    this.opened++;
    return {
      send: (octets) => {
        const { attributes } = radius.decode({ packet: Buffer.from(octets), secret: SECRET });
        const asked = { octets: Buffer.from(octets), attributes, outlets };
        this.asked.set(port, [...this.to(port), asked]);
        const answer = this.#answers.get(port)?.(asked);
        if (answer) queueMicrotask(() => outlets.received(answer));
      },
      close: () => {
        this.opened--;
      },
    };
  };

  /** @param answer undefined: it keeps silent. */
  on(port: number, answer: (asked: Asked) => Buffer | undefined): RadiusServer {
    this.#answers.set(port, answer);
    return { host: '192.0.2.1', port, secret: SECRET };
  }

  to(port: number): readonly Asked[] {
    return this.asked.get(port) ?? [];
  }
}
