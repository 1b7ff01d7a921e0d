import type { Subscriber } from '../../concentrator/line';
import type { PppoeErrorCode, Reason } from '../../errors';
import type { Evidence } from '../../ppp/authentication';
import { parseIpv6 } from '../../wire/ipv6';
import { decodeMsChapResponse } from '../../wire/ms-chap';
import { type Attribute, MICROSOFT, type RadiusRequest } from './packet';

/** How this access concentrator calls itself. */
export interface NasIdentity {
  readonly identifier: string;
  /** 4 octets. */
  readonly address?: Buffer;
  readonly interface: string;
  /** `Virtual` where no Ethernet of this machine is served. */
  readonly portType: 'Ethernet' | 'Virtual';
}

/** What is the same in all that is said about a session. */
function sessionAttributes(nas: NasIdentity, subscriber: Subscriber): Attribute[] {
  const { sessionId, key, mac, vlan } = subscriber;
  return [
    ['NAS-Identifier', nas.identifier],
    ...(nas.address ? ([['NAS-IP-Address', nas.address]] as const) : []),
    ['NAS-Port', sessionId],
    ['NAS-Port-Type', nas.portType],
    ['NAS-Port-Id', [nas.interface, ...vlan].join('.')],
    // As RFC 3580 §3.21 has it.
    ['Calling-Station-Id', mac.replaceAll(':', '-').toUpperCase()],
    ['Service-Type', 'Framed-User'],
    ['Framed-Protocol', 'PPP'],
    ['Acct-Session-Id', key],
  ];
}

/** @throws MalformedPacket for an MS-CHAPv2 response that is none. */
export function accessRequest(
  nas: NasIdentity,
  subscriber: Subscriber,
  username: string,
  evidence: Evidence,
): RadiusRequest {
  const attributes: Attribute[] = [['User-Name', username], ...sessionAttributes(nas, subscriber)];
  if (evidence.protocol === 'pap') return { code: 'Access-Request', attributes, password: evidence.password };
  const { protocol, challenge } = evidence;
  const proof: Attribute[] =
    protocol === 'chap-md5'
      ? [
          ['CHAP-Challenge', challenge],
          ['CHAP-Password', Buffer.concat([Buffer.of(evidence.identifier), evidence.response])],
        ]
      : [microsoft(11, challenge), microsoft(25, msChap2Response(evidence))];
  return { code: 'Access-Request', attributes: [...attributes, ...proof] };
}

/** MS-CHAP2-Response (RFC 2548 §2.3.2): Ident, Flags, Peer-Challenge, 8 octets reserved, Response. */
function msChap2Response({ identifier, response }: Exclude<Evidence, { protocol: 'pap' }>): Buffer {
  const { peerChallenge, ntResponse } = decodeMsChapResponse(response);
  return Buffer.concat([Buffer.of(identifier, 0), peerChallenge, Buffer.alloc(8), ntResponse]);
}

function microsoft(type: number, value: Buffer): Attribute {
  const vendor = Buffer.alloc(4);
  vendor.writeUInt32BE(MICROSOFT);
  return ['Vendor-Specific', Buffer.concat([vendor, Buffer.of(type, value.length + 2), value])];
}

export type RecordKind = 'Start' | 'Interim-Update' | 'Stop';

/** What is to be said about a session, as it was at a time. */
export interface AccountingFacts {
  readonly kind: RecordKind;
  readonly subscriber: Subscriber;
  /** How long it has been up, in ms. */
  readonly duration: number;
  /** Of a Stop. */
  readonly cause?: TerminateCause;
  /** What the server wants to be told again. */
  readonly classes: readonly Buffer[];
  readonly authentic: 'RADIUS' | 'Local';
}

/** @param age how long ago that was, in ms. */
export function accountingRequest(nas: NasIdentity, facts: AccountingFacts, age: number): RadiusRequest {
  const { kind, subscriber, classes, authentic, cause } = facts;
  const { username, address, mac } = subscriber;
  const attributes: Attribute[] = [
    ['Acct-Status-Type', kind],
    // Where nobody is asked who it is, its address tells it from others.
    ['User-Name', username ?? mac],
    ...sessionAttributes(nas, subscriber),
    ['Acct-Authentic', authentic],
    ['Acct-Delay-Time', Math.floor(age / 1_000)],
    ...classes.map((value) => ['Class', value] as const),
    ...(address ? ([['Framed-IP-Address', address]] as const) : []),
    ...prefix('Framed-IPv6-Prefix', subscriber.prefix),
    ...prefix('Delegated-IPv6-Prefix', subscriber.delegated),
    ...(kind === 'Start' ? [] : counters(facts)),
    ...(cause ? ([['Acct-Terminate-Cause', cause]] as const) : []),
  ];
  return { code: 'Accounting-Request', attributes };
}

/** Input is what came from the host (RFC 2866 §5.3). */
function counters({ duration, subscriber }: AccountingFacts): readonly Attribute[] {
  const { octetsReceived, octetsSent, packetsReceived, packetsSent } = subscriber;
  return [
    ['Acct-Session-Time', Math.floor(duration / 1_000)],
    ['Acct-Input-Octets', octetsReceived % GIGAWORD],
    ['Acct-Input-Gigawords', Math.floor(octetsReceived / GIGAWORD)],
    ['Acct-Output-Octets', octetsSent % GIGAWORD],
    ['Acct-Output-Gigawords', Math.floor(octetsSent / GIGAWORD)],
    ['Acct-Input-Packets', packetsReceived % GIGAWORD],
    ['Acct-Output-Packets', packetsSent % GIGAWORD],
  ];
}

const GIGAWORD = 2 ** 32;

/** A prefix like `2001:db8::/56` (RFC 3162 §2.3). */
function prefix(name: string, text: string | undefined): readonly Attribute[] {
  const [address = '', length] = text?.split('/') ?? [];
  return length === undefined ? [] : [[name, Buffer.concat([Buffer.of(0, Number(length)), parseIpv6(address)])]];
}

/** Acct-Terminate-Cause (RFC 2866 §5.10), by the names of the dictionary. */
export type TerminateCause =
  | 'User-Request'
  | 'Lost-Carrier'
  | 'Session-Timeout'
  | 'Admin-Reset'
  | 'Admin-Reboot'
  | 'Port-Error'
  | 'NAS-Error'
  | 'User-Error';

const CAUSES: Partial<Record<PppoeErrorCode, TerminateCause>> = {
  'peer-terminated': 'User-Request',
  'no-reply': 'Lost-Carrier',
  'link-down': 'Port-Error',
  loopback: 'Port-Error',
  closed: 'Admin-Reset',
  'authentication-failed': 'User-Error',
  'negotiation-failed': 'User-Error',
};

export function terminateCause({ code }: Reason): TerminateCause {
  return CAUSES[code] ?? 'NAS-Error';
}
