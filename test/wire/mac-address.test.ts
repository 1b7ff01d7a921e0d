import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BROADCAST, formatMac, isGroupMac, parseMac } from '../../src/wire/mac-address';
import { octets } from './codec';

const ADDRESS = Buffer.from([0x02, 0x00, 0x5e, 0x10, 0x00, 0x01]);

test('every usual spelling parses', () => {
  for (const text of [
    '02:00:5e:10:00:01',
    '02:00:5E:10:00:01',
    '02-00-5e-10-00-01',
    '0200.5e10.0001',
    '02005e100001',
    ' 02:00:5e:10:00:01\n',
  ]) {
    assert.deepEqual(parseMac(text), ADDRESS, text);
  }
});

test('anything else is refused, with the text and an example', () => {
  for (const text of [
    '',
    '02:00:5e:10:00',
    '02:00:5e:10:00:01:02',
    '02:00:5e:10:00:0g',
    '2:0:5e:10:0:1',
    '02:00-5e:10-00:01',
    '0:2005e100001',
    '02:00:5e:100:001',
    '02005e:100001',
    '02.00.5e.10.00.01',
    ':02005e100001',
    '02:00:5e:10:00:01:',
    'example',
  ]) {
    assert.throws(
      () => parseMac(text),
      { message: `'${text}' is not a MAC address: six octets in hexadecimal, like 02:00:5e:10:00:01` },
      text,
    );
  }
});

test('formatting is lower case with colons', () => {
  assert.equal(formatMac(ADDRESS), '02:00:5e:10:00:01');
  assert.equal(formatMac(BROADCAST), 'ff:ff:ff:ff:ff:ff');
});

test('parse undoes format for every address', () => {
  fc.assert(
    fc.property(octets({ minLength: 6, maxLength: 6 }), (address) => {
      assert.deepEqual(parseMac(formatMac(address)), address);
      assert.deepEqual(parseMac(formatMac(address).toUpperCase().replaceAll(':', '-')), address);
    }),
  );
});

test('parsing any text gives six octets or the one error', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:.-]{11,18}$/)), (text) => {
      let address: Buffer;
      try {
        address = parseMac(text);
      } catch (error) {
        assert.match((error as Error).message, /is not a MAC address/);
        return;
      }
      assert.equal(address.toString('hex'), text.trim().replaceAll(/[:.-]/g, '').toLowerCase());
      assert.equal(address.length, 6);
    }),
  );
});

test('the group bit of the first octet tells broadcast and multicast from unicast', () => {
  assert.equal(isGroupMac(BROADCAST), true);
  assert.equal(isGroupMac(parseMac('01:00:5e:00:00:01')), true);
  assert.equal(isGroupMac(parseMac('33:33:00:00:00:02')), true);
  assert.equal(isGroupMac(ADDRESS), false);
  assert.equal(isGroupMac(parseMac('00:01:01:01:01:01')), false);
});
