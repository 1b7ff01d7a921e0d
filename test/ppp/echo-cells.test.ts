import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROL, type ControlPacket, decodeControl, encodeOptions, option16 } from '../../src/wire/control';
import { PROTOCOL } from '../../src/wire/ppp';
import { readPage } from './rfc-page';
import { control, End, HOST } from './wire';

/** Closing and Stopping begin from Opened; a connection has no LCP that is Starting, Closed or Stopped. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  Initial: [],
  'Req-Sent': ['open'],
  'Ack-Rcvd': ['open', 'RCA'],
  'Ack-Sent': ['open', 'RCR+'],
  Opened: ['open', 'RCR+', 'RCA'],
  Closing: ['open', 'RCR+', 'RCA', 'close'],
  Stopping: ['open', 'RCR+', 'RCA', 'RTR'],
};

function endIn(state: string): { readonly end: End; readonly sent: ControlPacket[] } {
  const sent: ControlPacket[] = [];
  const end = new End({ ...HOST, credentials: { username: 'u', password: 'p' } }, 1, (protocol, octets) => {
    if (protocol === PROTOCOL.lcp) sent.push(decodeControl(octets, 'LCP'));
  });
  for (const step of PATHS[state] ?? []) bring(end, sent, step);
  return { end, sent };
}

function bring(end: End, sent: readonly ControlPacket[], step: string): void {
  const lcp = (code: number, identifier: number, data?: Buffer) =>
    end.receive(PROTOCOL.lcp, control(code, identifier, data), 0);
  const request = sent.find(({ code }) => code === CONTROL.configureRequest);
  if (step === 'open') end.connection.open(0);
  if (step === 'RCR+') lcp(CONTROL.configureRequest, 9, encodeOptions([option16(1, 1_492)]));
  if (step === 'RCA' && request) lcp(CONTROL.configureAck, request.identifier, request.data);
  if (step === 'RTR') lcp(CONTROL.terminateRequest, 10);
  if (step === 'close') end.connection.close({ code: 'closed', text: 'test' }, 0);
}

const page = readPage();

for (const [state, path] of Object.entries(PATHS)) {
  const cell = page.rows.get('RXR')?.[page.states.indexOf(state)];
  const answered = cell?.actions.includes('ser') === true;
  test(`RXR in ${state}: ${answered ? 'Send-Echo-Reply' : 'no answer'}, as RFC 1661 §4.1 prints it`, () => {
    for (const code of [CONTROL.echoRequest, CONTROL.echoReply, CONTROL.discardRequest]) {
      const { end, sent } = endIn(state);
      const before = sent.length;
      const { phase } = end;
      end.receive(PROTOCOL.lcp, control(code, 77, Buffer.from('00000000ping', 'latin1')), 0);
      const replies = sent.slice(before).map(({ code: sentCode, identifier }) => [sentCode, identifier]);
      const expected = answered && code === CONTROL.echoRequest ? [[CONTROL.echoReply, 77]] : [];
      assert.deepEqual(replies, expected, `${path} ${code}`);
      assert.equal(end.phase, phase);
    }
  });
}
