import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ethernetOptions } from '../../nodes/shared/ethernet-fields';

const tag = (tpid: number, vid: number, pcp = 0) => ({ tpid, vid, pcp, dei: false });

test('an empty form is an untagged session of PPPoE’s own Ethernet types', () => {
  assert.deepEqual(ethernetOptions({}), { vlan: [] });
  assert.deepEqual(ethernetOptions({ vlan: '', vlanPcp: 0, vlanDataPcp: '', vlanTpid: '', discoveryType: '' }), {
    vlan: [],
  });
});

test('one VLAN identifier is a tag of 802.1Q, two are one of 802.1ad around it; the TPID is of the outer', () => {
  assert.deepEqual(ethernetOptions({ vlan: 7 }).vlan, [tag(0x8100, 7)]);
  assert.deepEqual(ethernetOptions({ vlan: ' 4094 ' }).vlan, [tag(0x8100, 4_094)]);
  assert.deepEqual(ethernetOptions({ vlan: '0', vlanPcp: '5' }).vlan, [tag(0x8100, 0, 5)]);
  assert.deepEqual(ethernetOptions({ vlan: '100.7' }).vlan, [tag(0x88a8, 100), tag(0x8100, 7)]);
  assert.deepEqual(ethernetOptions({ vlan: '7', vlanTpid: '0x9100' }).vlan, [tag(0x9100, 7)]);
  assert.deepEqual(ethernetOptions({ vlan: '1.2', vlanTpid: '0x8100', vlanPcp: 3 }).vlan, [
    tag(0x8100, 1, 3),
    tag(0x8100, 2, 3),
  ]);
});

test('the PCP of data and the Ethernet types are there when they are given', () => {
  assert.equal(ethernetOptions({ vlan: '7', vlanDataPcp: 0 }).dataPcp, 0);
  assert.deepEqual(ethernetOptions({ discoveryType: '0x3c12' }).etherTypes, { discovery: 0x3c12, session: 0x8864 });
  assert.deepEqual(ethernetOptions({ sessionType: '0x3C13' }).etherTypes, { discovery: 0x8863, session: 0x3c13 });
});

test('what cannot be is refused, and the field named', () => {
  for (const [config, text] of [
    [{ vlan: '4095' }, /VLAN/],
    [{ vlan: '1.2.3' }, /VLAN/],
    [{ vlan: '7.' }, /VLAN/],
    [{ vlan: '-1' }, /VLAN/],
    [{ vlan: 'x' }, /VLAN/],
    [{ vlanPcp: 8 }, /PCP/],
    [{ vlanDataPcp: '1.5' }, /PCP of data/],
    [{ vlanTpid: '33024' }, /TPID/],
    [{ discoveryType: '0x88630' }, /discovery/],
    [{ sessionType: 'x' }, /sessions/],
  ] as const) {
    assert.throws(
      () => ethernetOptions(config),
      (error) => error instanceof RangeError && text.test(error.message),
      JSON.stringify(config),
    );
  }
});
