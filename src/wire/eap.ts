import { decodeControl, encodeControl } from './control';
import { Reader } from './reader';

/** Extensible Authentication Protocol, RFC 3748 §4. */
export const EAP = { request: 1, response: 2, success: 3, failure: 4 } as const;

/** The types of RFC 3748 §5 that matter here; Nak is for Responses only. */
export const EAP_TYPE = { identity: 1, notification: 2, nak: 3, md5Challenge: 4, expanded: 254 } as const;

export interface EapExchange {
  readonly code: typeof EAP.request | typeof EAP.response;
  readonly identifier: number;
  readonly type: number;
  /** The Type-Data; of MD5-Challenge a value as CHAP has it (`decodeChapValue`). */
  readonly data: Buffer;
}

export interface EapVerdict {
  readonly code: typeof EAP.success | typeof EAP.failure;
  readonly identifier: number;
}

export type EapPacket = EapExchange | EapVerdict;

/** A Success or Failure has no data (RFC 3748 §4.2); what somebody sends in it all the same is left out. */
export function decodeEap(bytes: Buffer): EapPacket {
  const { code, identifier, data } = decodeControl(bytes, 'EAP');
  if (code === EAP.success || code === EAP.failure) return { code, identifier };
  const reader = new Reader(data, 'EAP');
  if (code !== EAP.request && code !== EAP.response) return reader.fail(`code ${code} is none of EAP`);
  return { code, identifier, type: reader.u8('type'), data: reader.rest() };
}

export function encodeEap(packet: EapPacket): Buffer {
  const { code, identifier } = packet;
  const data = 'type' in packet ? Buffer.concat([Buffer.of(packet.type), packet.data]) : Buffer.alloc(0);
  return encodeControl({ code, identifier, data });
}
