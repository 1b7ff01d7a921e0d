import { CHAP } from '../chap';
import { CONTROL, CONTROL_HEADER } from '../control';
import { PAP } from '../pap';
import { PROTOCOL } from '../ppp';
import { HEADER_LENGTH } from '../pppoe';
import { locatePppoe, PPPOE_TYPES, type PppoeTypes } from './locate';

/** What stands in the place of a secret's octets: `*`. */
const MASK = 0x2a;

/**
 * Overwrites in place what is secret in an Ethernet frame: the password of PAP, and the responses of CHAP and EAP, which let
 * a password be guessed offline. Lengths stay. Of a packet whose lengths do not fit each other everything is overwritten.
 */
export function maskSecrets(frame: Buffer, types: PppoeTypes = PPPOE_TYPES): void {
  const place = locatePppoe(frame, types);
  if (place?.stage !== 'session') return;
  const at = place.at + HEADER_LENGTH;
  if (frame.length >= at + 2) maskPpp(frame.readUInt16BE(at), frame.subarray(at + 2));
}

function maskPpp(carried: number, information: Buffer): void {
  let protocol = carried;
  let packet = information;
  // A packet that the peer rejected comes back within LCP, whole: RFC 1661 §5.6, §5.7.
  while (protocol === PROTOCOL.lcp) {
    if (packet[0] === CONTROL.codeReject) {
      packet = packet.subarray(CONTROL_HEADER);
    } else if (packet[0] === CONTROL.protocolReject && packet.length >= CONTROL_HEADER + 2) {
      protocol = packet.readUInt16BE(CONTROL_HEADER);
      packet = packet.subarray(CONTROL_HEADER + 2);
    } else {
      return;
    }
  }
  if (protocol === PROTOCOL.pap) maskPap(packet);
  if (protocol === PROTOCOL.chap) maskChap(packet);
  if (protocol === PROTOCOL.eap) maskEap(packet);
}

/** To the end of the frame: what follows a password may be the rest of it. */
function maskFrom(packet: Buffer, at: number): void {
  if (at < packet.length) packet.fill(MASK, at);
}

function maskPap(packet: Buffer): void {
  const [code] = packet;
  if (code === PAP.authenticateAck || code === PAP.authenticateNak) return;
  const passwordAt = CONTROL_HEADER + 1 + (packet[CONTROL_HEADER] ?? 0) + 1;
  const fits =
    code === PAP.authenticateRequest &&
    passwordAt <= packet.length &&
    passwordAt + (packet[passwordAt - 1] as number) === packet.readUInt16BE(2);
  maskFrom(packet, fits ? passwordAt : CONTROL_HEADER);
}

function maskChap(packet: Buffer): void {
  const [code] = packet;
  if (code === CHAP.challenge || code === CHAP.success || code === CHAP.failure) return;
  if (code === CHAP.response) maskValue(packet, CONTROL_HEADER);
  else maskFrom(packet, CONTROL_HEADER);
}

/** A Value-Size and a value of that size; the name that follows stays. */
function maskValue(packet: Buffer, at: number): void {
  const end = at + 1 + (packet[at] ?? 0);
  if (end <= packet.length && end <= packet.readUInt16BE(2)) packet.fill(MASK, at + 1, end);
  else maskFrom(packet, at);
}

/** Request, Success, Failure (RFC 3748 §4): what the authenticator says. */
const EAP_OF_AUTHENTICATOR: readonly (number | undefined)[] = [1, 3, 4];
/** Responses that hold no proof: Identity, Notification and Nak (RFC 3748 §5.1 to §5.3). */
const EAP_HARMLESS: readonly (number | undefined)[] = [1, 2, 3];
const EAP_RESPONSE = 2;
const EAP_MD5 = 4;

function maskEap(packet: Buffer): void {
  const code = packet[0];
  const type = packet[CONTROL_HEADER];
  if (EAP_OF_AUTHENTICATOR.includes(code)) return;
  if (code !== EAP_RESPONSE) return maskFrom(packet, CONTROL_HEADER);
  if (EAP_HARMLESS.includes(type)) return;
  if (type === EAP_MD5) maskValue(packet, CONTROL_HEADER + 1);
  else maskFrom(packet, CONTROL_HEADER + 1);
}
