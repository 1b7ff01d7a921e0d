import { etherTypeAt, pppoeOffset } from '../../src/pppoe/session-frame';
import { ETHERTYPE } from '../../src/wire/ethernet';
import { protocolName } from '../../src/wire/ppp';
import { CODE } from '../../src/wire/pppoe';

const DISCOVERY = new Map<number, string>(Object.entries(CODE).map(([name, code]) => [code, name]));

const CONTROL = [
  '?',
  'Configure-Request',
  'Configure-Ack',
  'Configure-Nak',
  'Configure-Reject',
  'Terminate-Request',
  'Terminate-Ack',
  'Code-Reject',
  'Protocol-Reject',
  'Echo-Request',
  'Echo-Reply',
  'Discard-Request',
  'Identification',
  'Time-Remaining',
];

const AUTHENTICATION: Readonly<Record<string, readonly string[]>> = {
  PAP: ['?', 'Authenticate-Request', 'Authenticate-Ack', 'Authenticate-Nak'],
  CHAP: ['?', 'Challenge', 'Response', 'Success', 'Failure'],
  EAP: ['?', 'Request', 'Response', 'Success', 'Failure'],
};

/** What a frame is, in a few words: `PADI`, `LCP Configure-Request`, `IPv4`; `?` for what is nothing of these. */
export function frameText(frame: Buffer): string {
  const at = pppoeOffset(frame);
  if (at < 0) return '?';
  if (etherTypeAt(frame, at) === ETHERTYPE.discovery) return DISCOVERY.get(frame[at + 1] as number) ?? '?';
  if (etherTypeAt(frame, at) !== ETHERTYPE.session || frame.length < at + 8) return '?';
  const protocol = protocolName(frame.readUInt16BE(at + 6));
  if (protocol === 'IPv4' || protocol === 'IPv6' || frame.length < at + 9) return protocol;
  const code = frame[at + 8] as number;
  return `${protocol} ${(AUTHENTICATION[protocol] ?? CONTROL)[code] ?? code}`;
}
