import { CONTROL, CONTROL_HEADER, type ControlPacket, decodeOptions } from '../control';
import { PROTOCOL } from '../ppp';
import { Reader } from '../reader';
import { CCP_OPTIONS, IPCP_OPTIONS, IPV6CP_OPTIONS, LCP_OPTIONS, type OptionTable } from './options';
import { pppName } from './protocols';
import { type Body, type Field, field, hex, nameOf, octets, text, textField } from './values';

type Names = Readonly<Record<number, string>>;

/** Codes of every control protocol (RFC 1661 §5). */
const COMMON: Names = {
  [CONTROL.configureRequest]: 'Configure-Request',
  [CONTROL.configureAck]: 'Configure-Ack',
  [CONTROL.configureNak]: 'Configure-Nak',
  [CONTROL.configureReject]: 'Configure-Reject',
  [CONTROL.terminateRequest]: 'Terminate-Request',
  [CONTROL.terminateAck]: 'Terminate-Ack',
  [CONTROL.codeReject]: 'Code-Reject',
};

/** Codes of LCP alone (RFC 1661 §5, RFC 1570 §2), and code 0 of RFC 2153. */
const LCP_CODES: Names = {
  ...COMMON,
  0: 'Vendor-Specific',
  [CONTROL.protocolReject]: 'Protocol-Reject',
  [CONTROL.echoRequest]: 'Echo-Request',
  [CONTROL.echoReply]: 'Echo-Reply',
  [CONTROL.discardRequest]: 'Discard-Request',
  [CONTROL.identification]: 'Identification',
  [CONTROL.timeRemaining]: 'Time-Remaining',
};

/** What the codes of a control protocol and the types of its options are called. */
interface Vocabulary {
  readonly codes: Names;
  readonly options: OptionTable;
}

const VOCABULARIES: Readonly<Record<number, Vocabulary>> = {
  [PROTOCOL.lcp]: { codes: LCP_CODES, options: LCP_OPTIONS },
  [PROTOCOL.ipcp]: { codes: COMMON, options: IPCP_OPTIONS },
  [PROTOCOL.ipv6cp]: { codes: COMMON, options: IPV6CP_OPTIONS },
  // Reset-Request and -Ack: RFC 1962 §3.
  [PROTOCOL.ccp]: { codes: { ...COMMON, 14: 'Reset-Request', 15: 'Reset-Ack' }, options: CCP_OPTIONS },
};

/** True for LCP, IPCP, IPV6CP and CCP. */
export function isControlProtocol(protocol: number): boolean {
  return protocol in VOCABULARIES;
}

export function controlCode(protocol: number, code: number): string {
  return nameOf(VOCABULARIES[protocol]?.codes ?? COMMON, code);
}

/** @throws MalformedPacket */
export function describeControl(protocol: number, { code, data }: ControlPacket): Body {
  switch (code) {
    case CONTROL.configureRequest:
    case CONTROL.configureAck:
    case CONTROL.configureNak:
      return { fields: describeOptions(protocol, data) };
    case CONTROL.configureReject:
      return { fields: describeOptions(protocol, data), refuses: true };
    case CONTROL.terminateRequest:
    case CONTROL.terminateAck:
      return { fields: textField('Text', data) };
    case CONTROL.codeReject:
      return { fields: [field('Rejected-Packet', rejectedPacket(protocol, data))], refuses: true };
    default:
      return protocol === PROTOCOL.lcp ? describeLcp(code, data) : { fields: dataField(data) };
  }
}

function describeOptions(protocol: number, data: Buffer): readonly Field[] {
  const table = VOCABULARIES[protocol]?.options ?? {};
  return decodeOptions(data, pppName(protocol)).map((option) => {
    const [name, format] = table[option.type] ?? [nameOf({}, option.type), hex];
    return field(name, format(option.data) ?? hex(option.data));
  });
}

/** Some peers send the rejected packet, some its data alone: only what has a packet's length is one. */
function rejectedPacket(protocol: number, data: Buffer): string {
  const whole = data.length >= CONTROL_HEADER && data.readUInt16BE(2) >= data.length;
  return whole ? `${controlCode(protocol, data[0] as number)} ${data[1]}` : octets(data.length);
}

function describeLcp(code: number, data: Buffer): Body {
  switch (code) {
    case CONTROL.protocolReject: {
      const reader = new Reader(data, 'LCP Protocol-Reject');
      const rejected = pppName(reader.u16('Rejected-Protocol'));
      // Its octets are not shown: they may hold a password that was sent to a peer that does not do PAP.
      const information = field('Rejected-Information', octets(reader.left));
      return { fields: [field('Rejected-Protocol', rejected), information], refuses: true };
    }
    case CONTROL.echoRequest:
    case CONTROL.echoReply:
    case CONTROL.discardRequest:
      return { fields: [...magic(data), ...dataField(data.subarray(4))] };
    case CONTROL.identification:
      return { fields: [...magic(data), ...textField('Message', data.subarray(4))] };
    case CONTROL.timeRemaining:
      return { fields: [...magic(data), ...remaining(data.subarray(4))] };
    default:
      return { fields: dataField(data) };
  }
}

/** Peers that leave the Magic-Number out exist, and are answered. */
function magic(data: Buffer): readonly Field[] {
  return data.length > 0 ? [field('Magic-Number', hex(data.subarray(0, 4)))] : [];
}

function remaining(data: Buffer): readonly Field[] {
  if (data.length < 4) return dataField(data);
  const seconds = data.readUInt32BE();
  const value = seconds === 0xffffffff ? 'forever' : String(seconds);
  return [field('Seconds-Remaining', value), ...textField('Message', data.subarray(4))];
}

function dataField(data: Buffer): readonly Field[] {
  return data.length > 0 ? [field('Data', printable(data) ? text(data) : hex(data))] : [];
}

function printable(data: Buffer): boolean {
  return data.every((octet) => octet >= 0x20 && octet < 0x7f);
}
