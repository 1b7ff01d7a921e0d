import { CHAP, decodeChapValue } from '../chap';
import type { ControlPacket } from '../control';
import { decodePapMessage, decodePapRequest, PAP } from '../pap';
import { PROTOCOL } from '../ppp';
import { Reader } from '../reader';
import { type Body, type Field, field, hex, hidden, nameOf, text, textField } from './values';

/** PAP, CHAP and EAP in words. Passwords and responses are never shown, whether masked before or not. */

const CODES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  [PROTOCOL.pap]: { 1: 'Authenticate-Request', 2: 'Authenticate-Ack', 3: 'Authenticate-Nak' },
  // 5 to 7: RFC 2433 §9, RFC 2759 §7.
  [PROTOCOL.chap]: { 1: 'Challenge', 2: 'Response', 3: 'Success', 4: 'Failure', 7: 'Change-Password' },
  [PROTOCOL.eap]: { 1: 'Request', 2: 'Response', 3: 'Success', 4: 'Failure' },
};

export function isAuthentication(protocol: number): boolean {
  return protocol in CODES;
}

export function authenticationCode(protocol: number, code: number): string {
  return nameOf(CODES[protocol] ?? {}, code);
}

/** @throws MalformedPacket */
export function describeAuthentication(protocol: number, packet: ControlPacket): Body {
  if (protocol === PROTOCOL.pap) return describePap(packet);
  if (protocol === PROTOCOL.chap) return describeChap(packet);
  return describeEap(packet);
}

function describePap({ code, data }: ControlPacket): Body {
  if (code === PAP.authenticateRequest) {
    const { peerId, password } = decodePapRequest(data);
    return { fields: [field('Peer-ID', text(peerId)), field('Password', hidden(password.length))] };
  }
  if (code !== PAP.authenticateAck && code !== PAP.authenticateNak) return { fields: hiddenData('Data', data) };
  const fields = textField('Message', decodePapMessage(data));
  return { fields, ...(code === PAP.authenticateNak ? { refuses: true } : {}) };
}

function describeChap({ code, data }: ControlPacket): Body {
  switch (code) {
    case CHAP.challenge:
    case CHAP.response:
      return { fields: chapValue(data, code === CHAP.challenge) };
    case CHAP.success:
      return { fields: successText(data) };
    case CHAP.failure:
      return { fields: failureText(data), refuses: true };
    default:
      return { fields: hiddenData('Data', data) };
  }
}

function chapValue(data: Buffer, isChallenge: boolean): readonly Field[] {
  const { value, name } = decodeChapValue(data);
  return [
    field('Value-Size', String(value.length)),
    isChallenge ? field('Challenge', hex(value)) : field('Response', hidden(value.length)),
    field('Name', text(name)),
  ];
}

/** RFC 2759 §5: `S=` and 40 hexadecimal digits, then `M=`. In CHAP with MD5 it is any text. */
function successText(data: Buffer): readonly Field[] {
  const match = /^S=([0-9a-f]{40})(?: M=(.*))?$/is.exec(data.toString('latin1'));
  if (!match) return textField('Message', data);
  return [field('Authenticator-Response', `0x${match[1]?.toLowerCase()}`), ...latin1Field('Message', match[2])];
}

const ERRORS: Readonly<Record<string, string>> = {
  646: 'restricted logon hours',
  647: 'account disabled',
  648: 'password expired',
  649: 'no dial-in permission',
  691: 'authentication failure',
  709: 'error changing password',
};

/** RFC 2759 §6: `E=691 R=1 C=… V=3 M=…`, of which the end may be missing. */
function failureText(data: Buffer): readonly Field[] {
  const pattern = /^E=(\d{1,10})(?: R=(\d))?(?: C=([0-9a-f]{1,32}))?(?: V=(\d{1,10}))?(?: M=(.*))?$/is;
  const match = pattern.exec(data.toString('latin1'));
  if (!match) return textField('Message', data);
  const [, error = '', retry, challenge, version, message] = match;
  return [
    field('Error', error in ERRORS ? `${error} (${ERRORS[error]})` : error),
    ...(retry === undefined ? [] : [field('Retry', retry === '0' ? 'not allowed' : 'allowed')]),
    ...(challenge === undefined ? [] : [field('Challenge', `0x${challenge.toLowerCase()}`)]),
    ...(version === undefined ? [] : [field('Version', version)]),
    ...latin1Field('Message', message),
  ];
}

function latin1Field(name: string, value: string | undefined): readonly Field[] {
  return value === undefined ? [] : textField(name, Buffer.from(value, 'latin1'));
}

const EAP_CODE = { request: 1, response: 2, success: 3, failure: 4 } as const;
const EAP_TYPE = { identity: 1, notification: 2, nak: 3, md5: 4 } as const;

/** RFC 3748 §5 and the registry that came of it. */
const EAP_TYPES: Readonly<Record<number, string>> = {
  [EAP_TYPE.identity]: 'Identity',
  [EAP_TYPE.notification]: 'Notification',
  [EAP_TYPE.nak]: 'Nak',
  [EAP_TYPE.md5]: 'MD5-Challenge',
  5: 'One-Time-Password',
  6: 'Generic-Token-Card',
  13: 'TLS',
  17: 'LEAP',
  18: 'SIM',
  21: 'TTLS',
  23: 'AKA',
  25: 'PEAP',
  26: 'MS-CHAPv2',
  43: 'FAST',
  52: 'PWD',
};

function describeEap({ code, data }: ControlPacket): Body {
  if (code === EAP_CODE.failure) return { fields: [], refuses: true };
  if (code === EAP_CODE.success) return { fields: [] };
  if (code !== EAP_CODE.request && code !== EAP_CODE.response) return { fields: hiddenData('Data', data) };
  const reader = new Reader(data, 'EAP');
  const type = reader.u8('Type');
  const body = eapTypeData(code === EAP_CODE.request, type, reader.rest());
  return {
    fields: [field('Type', nameOf(EAP_TYPES, type)), ...body],
    ...(code === EAP_CODE.response && type === EAP_TYPE.nak ? { refuses: true } : {}),
  };
}

function eapTypeData(isRequest: boolean, type: number, data: Buffer): readonly Field[] {
  switch (type) {
    case EAP_TYPE.identity:
      return textField(isRequest ? 'Message' : 'Identity', data);
    case EAP_TYPE.notification:
      return textField('Message', data);
    case EAP_TYPE.nak:
      return [field('Desired-Types', [...data].map((wanted) => nameOf(EAP_TYPES, wanted)).join(', '))];
    case EAP_TYPE.md5:
      return chapValue(data, isRequest);
    default:
      if (!isRequest) return hiddenData('Type-Data', data);
      return data.length > 0 ? [field('Type-Data', hex(data))] : [];
  }
}

function hiddenData(name: string, data: Buffer): readonly Field[] {
  return data.length > 0 ? [field(name, hidden(data.length))] : [];
}
