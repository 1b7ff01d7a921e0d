import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTag, TAG } from '../../src/wire/pppoe';
import { AC1, DiscoveryRig, offerTags, tag } from './discovery-rig';

test('AC wants Service-Name in PADR even when empty: always sent in PADR; an option leaves it out of PADI', () => {
  for (const serviceName of ['', 'isp']) {
    const rig = new DiscoveryRig({ serviceName, omitServiceName: true }).start().offer();
    const [padi, padr] = rig.sent;
    assert.equal(findTag(padi?.tags ?? [], TAG.serviceName), undefined);
    assert.equal(findTag(padr?.tags ?? [], TAG.serviceName)?.toString(), serviceName);
  }
});

test('Vendor-Specific tags, and tags that nobody knows, are tolerated wherever they are, and not echoed', () => {
  const vendor = [
    tag(TAG.vendorSpecific, Buffer.from('00000de9010203', 'hex')),
    tag(TAG.vendorSpecific),
    tag(0x4242, 'x'),
  ];
  const rig = new DiscoveryRig().start().offer(AC1, [...vendor, ...offerTags(), ...vendor]);
  assert.deepEqual(
    rig.sent[1]?.tags.filter(({ type }) => type === TAG.vendorSpecific || type === 0x4242),
    [],
  );
  rig.confirm(AC1, 7, [...vendor, tag(TAG.serviceName)]);
  assert.equal(rig.sessions[0]?.id, 7);
});

test('PADO without AC-Name, or without Service-Name: accepted, noted', () => {
  for (const tags of [[tag(TAG.serviceName)], [tag(TAG.acName, 'ac-1')], []]) {
    const rig = new DiscoveryRig().start().offer(AC1, tags).confirm(AC1, 7);
    assert.equal(rig.sessions[0]?.id, 7);
    assert.ok(rig.progress.some((text) => text.startsWith('Got an offer of')));
  }
});

test('PADO after a failed PADR comes back to unicast: each attempt restarts from broadcast', () => {
  const first = new DiscoveryRig().start().offer().pass(60_000);
  assert.equal(first.failures[0]?.code, 'no-reply');
  const second = new DiscoveryRig({}, [], 2).start();
  assert.ok(second.sent.every(({ destination }) => destination.equals(Buffer.alloc(6, 0xff))));
});
