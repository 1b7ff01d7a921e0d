import { FRAGMENTATION_NEEDED } from './icmp';
import { IP_PROTOCOL } from './ip';

/** The errors of ICMP (RFC 792, RFC 1122 §3.2.2, RFC 1812 §5.2.7) and of ICMPv6 (RFC 4443 §3). */

/**
 * - `unreachable`: nobody takes the packet further, or nobody is there.
 * - `too-big`: it exceeds the MTU of a link on its way.
 * - `ttl-exceeded`: it has met too many routers, or a fragment of it did not come.
 * - `parameter-problem`: somebody did not understand its header.
 */
export type IcmpErrorKind = 'unreachable' | 'too-big' | 'ttl-exceeded' | 'parameter-problem';

export interface IcmpError {
  readonly kind: IcmpErrorKind;
  readonly type: number;
  readonly code: number;
  /** In the RFCs' words. */
  readonly text: string;
  /** The MTU that the packet exceeds, in octets, when it is told. */
  readonly mtu?: number;
  /** The packet in question from its IP header on, as much of it as came back. */
  readonly quoted: Buffer;
}

interface Meaning {
  readonly kind: IcmpErrorKind;
  readonly text: string;
  readonly codes: readonly (string | undefined)[];
}

const ICMP_ERRORS: Readonly<Record<number, Meaning>> = {
  3: {
    kind: 'unreachable',
    text: 'Destination unreachable',
    codes: [
      'Network unreachable',
      'Host unreachable',
      'Protocol unreachable',
      'Port unreachable',
      'Fragmentation needed',
      'Source route failed',
      'Destination network unknown',
      'Destination host unknown',
      'Source host isolated',
      'Network administratively prohibited',
      'Host administratively prohibited',
      'Network unreachable for this type of service',
      'Host unreachable for this type of service',
      'Communication administratively prohibited',
      'Host precedence violation',
      'Precedence cutoff in effect',
    ],
  },
  11: {
    kind: 'ttl-exceeded',
    text: 'Time exceeded',
    codes: ['Time to live exceeded', 'Fragment reassembly time exceeded'],
  },
  12: {
    kind: 'parameter-problem',
    text: 'Parameter problem',
    codes: [undefined, 'Required option missing', 'Bad length'],
  },
};

const ICMPV6_ERRORS: Readonly<Record<number, Meaning>> = {
  1: {
    kind: 'unreachable',
    text: 'Destination unreachable',
    codes: [
      'No route to destination',
      'Communication administratively prohibited',
      'Beyond scope of source address',
      'Address unreachable',
      'Port unreachable',
      'Source address failed ingress/egress policy',
      'Reject route to destination',
    ],
  },
  2: { kind: 'too-big', text: 'Packet too big', codes: [] },
  3: {
    kind: 'ttl-exceeded',
    text: 'Time exceeded',
    codes: ['Hop limit exceeded', 'Fragment reassembly time exceeded'],
  },
  4: {
    kind: 'parameter-problem',
    text: 'Parameter problem',
    codes: ['Erroneous header field', 'Unrecognized Next Header', 'Unrecognized IPv6 option'],
  },
};

/** Type, code, checksum, and four octets whose meaning is the type's. */
const HEADER = 8;

/**
 * What an ICMP or ICMPv6 message says of a packet that did not arrive; undefined when it is no error, or too short to be one.
 * The checksum is the caller's to check.
 */
export function readIcmpError(protocol: number, message: Buffer): IcmpError | undefined {
  if (message.length < HEADER) return undefined;
  const isV6 = protocol === IP_PROTOCOL.icmpv6;
  const type = message[0] as number;
  const code = message[1] as number;
  const meaning = (isV6 ? ICMPV6_ERRORS : ICMP_ERRORS)[type];
  if (!meaning) return undefined;
  const isTooBig = isV6 ? meaning.kind === 'too-big' : type === 3 && code === FRAGMENTATION_NEEDED;
  // A router from before RFC 1191 leaves the MTU 0.
  const mtu = isV6 ? message.readUInt32BE(4) : message.readUInt16BE(6);
  return {
    kind: isTooBig ? 'too-big' : meaning.kind,
    type,
    code,
    text: meaning.codes[code] ?? meaning.text,
    ...(isTooBig && mtu > 0 ? { mtu } : {}),
    quoted: message.subarray(HEADER),
  };
}
