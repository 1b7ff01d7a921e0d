import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concentratorSettings } from '../../src/concentrator/settings';
import { decodeControl, decodeOptions, option16 } from '../../src/wire/control';
import { LCP_OPTION } from '../../src/wire/lcp';
import { findTag, TAG, type Tag } from '../../src/wire/pppoe';
import { ANY_SERVICE, Bench, hostUniq, UNIQ } from './bench';

const payload = (octets: number): Tag => ({ type: TAG.pppMaxPayload, value: option16(0, octets).data });
const ASK = [ANY_SERVICE, hostUniq(UNIQ)];

/** What PADO and PADS echo of a tag, and the MRU that LCP then asks for. */
function agreed(bench: Bench, tags: readonly Tag[]) {
  const [pado] = bench.padi([...ASK, ...tags]);
  const [pads] = bench.padr([...ASK, ...tags, bench.cookie()]);
  const lcp = bench.sent.map((frame) => frame.subarray(20)).find((octets) => octets.readUInt16BE(0) === 0xc021);
  const options = decodeOptions(decodeControl(lcp?.subarray(2) ?? Buffer.alloc(0), 'LCP').data, 'LCP');
  const echoed = [pado, pads].map((packet) => findTag(packet?.tags ?? [], TAG.pppMaxPayload)?.readUInt16BE());
  return [...echoed, options.find(({ type }) => type === LCP_OPTION.mru)?.data.readUInt16BE()];
}

test('PPP-Max-Payload is echoed where the segment has room, and the MRU goes up to the smaller of both', () => {
  const make = (mtu: number) => new Bench({ mru: 9_000 }, 1, mtu);
  assert.deepEqual(agreed(make(1_508), [payload(1_500)]), [1_500, 1_500, 1_500]);
  assert.deepEqual(agreed(make(1_508), [payload(9_000)]), [9_000, 9_000, 1_500]);
  assert.deepEqual(agreed(make(9_216), [payload(1_500)]), [1_500, 1_500, 1_500]);
  assert.deepEqual(agreed(make(9_216), [payload(9_100)]), [9_100, 9_100, 9_000]);
});

test('PPP-Max-Payload is not echoed on a segment without room, when it is 1492 or less, or when it is none', () => {
  const make = (mtu: number) => new Bench({ mru: 9_000 }, 1, mtu);
  assert.deepEqual(agreed(make(1_500), [payload(1_500)]), [undefined, undefined, 1_492]);
  assert.deepEqual(agreed(make(1_508), [payload(1_492)]), [undefined, undefined, 1_492]);
  assert.deepEqual(agreed(make(1_508), [payload(0)]), [undefined, undefined, 1_492]);
  assert.deepEqual(agreed(make(1_508), []), [undefined, undefined, 1_492]);
  const odd = { type: TAG.pppMaxPayload, value: Buffer.from('05dc00', 'hex') };
  assert.deepEqual(agreed(make(1_508), [odd]), [undefined, undefined, 1_492]);
});

test('an MRU below what was agreed stays', () => {
  assert.deepEqual(agreed(new Bench({ mru: 1_400 }, 1, 1_508), [payload(1_500)]), [1_500, 1_500, 1_400]);
  assert.throws(() => concentratorSettings({ mru: 100 }), RangeError);
});
