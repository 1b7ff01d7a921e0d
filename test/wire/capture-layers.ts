import assert from 'node:assert/strict';
import { decodeControl, decodeOptions } from '../../src/wire/control';
import { decodeEthernet } from '../../src/wire/ethernet';
import { decodePpp, protocolName } from '../../src/wire/ppp';
import { decodePppoe, decodeTags, TAG } from '../../src/wire/pppoe';
import { readCapture } from '../fixtures/pcap';

/** The layers of one frame, numbered from 1 as tshark does. The values below are what tshark prints for it. */
export function frameOf(name: string, number: number) {
  const frame = readCapture(name)[number - 1];
  assert.ok(frame);
  const ethernet = decodeEthernet(frame.bytes);
  return { ethernet, pppoe: decodePppoe(ethernet.payload) };
}

export function tagsOf(name: string, number: number) {
  const { pppoe } = frameOf(name, number);
  const names = new Map<number, string>(Object.entries(TAG).map(([key, type]) => [type, key]));
  const tags = decodeTags(pppoe.payload).map(({ type, value }) => [names.get(type), value] as const);
  return { code: pppoe.code, sessionId: pppoe.sessionId, tags };
}

export function pppOf(name: string, number: number) {
  return decodePpp(frameOf(name, number).pppoe.payload);
}

export function controlOf(name: string, number: number, protocol: number) {
  const ppp = pppOf(name, number);
  assert.equal(ppp.protocol, protocol);
  return decodeControl(ppp.information, protocolName(protocol));
}

export function optionsOf(name: string, number: number, protocol: number) {
  const { code, identifier, data } = controlOf(name, number, protocol);
  return { code, identifier, options: decodeOptions(data, protocolName(protocol)) };
}
