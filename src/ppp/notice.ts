import { CONTROL, type ControlPacket } from '../wire/control';
import { peerText } from './authentication';

const FOREVER = 0xffffffff;

/** What an Identification or a Time-Remaining of LCP says (RFC 1570 §2.1, §2.2), as a line for people; other packets none. */
export function noticeOf({ code, data }: ControlPacket): string | undefined {
  if (code === CONTROL.identification && data.length > 4) {
    return `Peer identifies itself as ${peerText(data.subarray(4))}`;
  }
  if (code !== CONTROL.timeRemaining || data.length < 8) return undefined;
  const seconds = data.readUInt32BE(4);
  const text = peerText(data.subarray(8));
  const left = seconds === FOREVER ? 'without end' : `for ${seconds} s more`;
  return `Peer lets this session go on ${left}${text ? `: ${text}` : ''}`;
}
