import type { AuthenticationDetail } from '../../src/errors';
import type { AuthenticatorOutlets, Claim, RetrySettings } from '../../src/ppp/authentication';
import { type ControlPacket, decodeControl, encodeControl } from '../../src/wire/control';
import { decodeEthernet, ETHERTYPE } from '../../src/wire/ethernet';
import { decodePpp } from '../../src/wire/ppp';
import { decodePppoe } from '../../src/wire/pppoe';
import { readCapture } from '../fixtures/pcap';

export const RETRY: RetrySettings = { restartTimer: 200, restartTimerMax: 3_000, maxConfigure: 10 };
export const CREDENTIALS = { username: 'test', password: 'secret' };

/** Writes down what one side of an authentication sends and tells. */
export class Record implements AuthenticatorOutlets {
  readonly packets: Buffer[] = [];
  readonly lines: string[] = [];
  readonly claims: Claim[] = [];
  /** `succeeded: text`, `failed: text`, `unanswered`. */
  readonly outcomes: string[] = [];
  /** Of each failure. */
  readonly details: (AuthenticationDetail | undefined)[] = [];

  send = (packet: Buffer) => {
    this.packets.push(packet);
  };
  progress = (text: string) => {
    this.lines.push(text);
  };
  claim = (claim: Claim) => {
    this.claims.push(claim);
  };
  succeeded = (text: string) => {
    this.outcomes.push(`succeeded: ${text}`);
  };
  failed = (text: string, _now: number, detail?: AuthenticationDetail) => {
    this.outcomes.push(`failed: ${text}`);
    this.details.push(detail);
  };
  unanswered = () => {
    this.outcomes.push('unanswered');
  };

  get sent(): readonly ControlPacket[] {
    return this.packets.map((packet) => decodeControl(packet, 'sent'));
  }

  get lastClaim(): Claim {
    const claim = this.claims.at(-1);
    if (!claim) throw new Error('nobody has said who it is');
    return claim;
  }

  get last(): Buffer {
    const packet = this.packets.at(-1);
    if (!packet) throw new Error('nothing has been sent');
    return packet;
  }
}

export function packet(code: number, identifier: number, data: Buffer | string = ''): Buffer {
  return encodeControl({ code, identifier, data: Buffer.from(data) });
}

/** Calls `due` at each deadline up to this time. @returns these times. */
export function pass(side: { readonly deadline: number | undefined; due(now: number): void }, until: number): number[] {
  const times: number[] = [];
  while (side.deadline !== undefined && side.deadline <= until && times.length < 100) {
    times.push(side.deadline);
    side.due(side.deadline);
  }
  return times;
}

/** The packets of this PPP protocol in a capture, in order. */
export function captured(name: string, protocol: number): ControlPacket[] {
  return readCapture(name).flatMap(({ bytes }) => {
    const frame = decodeEthernet(bytes);
    if (frame.etherType !== ETHERTYPE.session) return [];
    const ppp = decodePpp(decodePppoe(frame.payload).payload);
    return ppp.protocol === protocol ? [decodeControl(ppp.information, 'captured')] : [];
  });
}
