// What the fields of the dialogs accept, and what not.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as rules from '../../nodes/editor/rules';

const LONG = 'x'.repeat(1_001);
const PROTOCOLS = ['ms-chap-v2', 'chap-md5', 'pap'];

const CASES: readonly (readonly [
  name: string,
  rule: rules.Rule,
  right: readonly string[],
  wrong: readonly string[],
])[] = [
  ['isAtMost', rules.isAtMost(1_000), ['', 'home', 'ü'.repeat(500)], [LONG, 'ü'.repeat(501)]],
  ['isOneOf', rules.isOneOf('off', 'fixed'), ['', 'off', 'fixed'], ['on', 'OFF', 'off ']],
  [
    'isWhole',
    rules.isWhole(128, 9_000),
    ['', '128', '9000', '01492'],
    ['127', '9001', '1492.5', '-128', '1e3', 'many', ' '],
  ],
  [
    'isNumber',
    rules.isNumber(0.1, 86_400),
    ['', '0.1', '1', '86400'],
    ['0', '0.05', '86400.1', '-1', '.5', '1.', '1s'],
  ],
  ['isBoolean', rules.isBoolean, ['', 'true', 'false'], ['yes', '1']],
  [
    'isMac',
    rules.isMac,
    ['', '02:00:5e:10:00:01', '02-00-5E-10-00-01', '0200.5e10.0001', '02005e100001'],
    ['01:00:5e:10:00:01', 'ff:ff:ff:ff:ff:ff', '02:00:5e:10:00', '02:00-5e:10:00:01', '02:00:5e:10:00:0g'],
  ],
  [
    'isIpv4',
    rules.isIpv4,
    ['', '192.0.2.1', '0.0.0.0', '255.255.255.255'],
    ['192.0.2', '192.0.2.256', '192.0.2.1.', '::1', 'host'],
  ],
  ['isVlan', rules.isVlan, ['', '0', '7', '4094', '100.7'], ['4095', '7.4095', '1.2.3', '7.', 'seven', '-1']],
  ['isEtherType', rules.isEtherType, ['', '0x8863', '0x600', '0xFFFF'], ['8863', '0x5ff', '0x10000', '0x', '0x88g8']],
  [
    'isIdentifier',
    rules.isIdentifier,
    ['', '::1', '1', '200:5eff:fe00:5301'],
    ['::', '::0', '1:2:3:4:5', '12345', '::g', 'fe80::1'],
  ],
  [
    'isHostUniq',
    rules.isHostUniq,
    ['', 'line 1', '0x0a1b', `0x${'00'.repeat(64)}`, 'x'.repeat(64)],
    ['0x', '0x0', '0xzz', `0x${'00'.repeat(65)}`, 'x'.repeat(65)],
  ],
  [
    'isInterface',
    rules.isInterface,
    ['eth1', 'enp3s0.7', 'virtual:lab'],
    ['', 'eth 1', 'a/b', 'virtual:', 'sixteen-letters-', 'other:lab'],
  ],
  [
    'isListOf, of at most two addresses',
    rules.isListOf(rules.isIpv4, 2),
    ['', '192.0.2.1', '192.0.2.1, 192.0.2.2', '192.0.2.1,', '${DNS}', '${FIRST}, 192.0.2.2'],
    ['192.0.2.1 192.0.2.2', '192.0.2.1, nobody', '192.0.2.1, 192.0.2.2, 192.0.2.3', '${FIRST}${SECOND}'],
  ],
  [
    'areProtocols',
    rules.areProtocols(PROTOCOLS),
    ['', 'any', 'pap', 'pap, chap-md5', '${FIRST},pap'],
    ['none', 'eap', 'pap chap-md5', 'any,pap'],
  ],
];

for (const [name, rule, right, wrong] of CASES) {
  describe(name, () => {
    for (const text of right) test(`accepts '${text.slice(0, 40)}'`, () => assert.equal(rule(text), true));
    for (const text of wrong) test(`refuses '${text.slice(0, 40)}'`, () => assert.equal(rule(text), false));
  });
}

test('an environment variable stands for any value, in the whole field', () => {
  const rule = rules.orVariable(rules.isWhole(1, 7));
  assert.deepEqual(['${MRU}', '${my.MRU-1}'].map(rule), [true, true]);
  assert.deepEqual(['${}', ' ${MRU} ', '${A B}', '$MRU', '1${MRU}', '${A}${B}'].map(rule), [
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});

test('a choice of protocols is all of them for any and for nothing', () => {
  assert.deepEqual(rules.protocolsOf('any', PROTOCOLS), PROTOCOLS);
  assert.deepEqual(rules.protocolsOf('', PROTOCOLS), PROTOCOLS);
  assert.deepEqual(rules.protocolsOf('pap, chap-md5', PROTOCOLS), ['pap', 'chap-md5']);
});

test('numbers, ticks and nothing are read as text', () => {
  assert.deepEqual([1_492, true, undefined, null].map(rules.textOf), ['1492', 'true', '', '']);
});
