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

test('a longest pause is not shorter than the first, an empty one stands for the default', () => {
  const rule = rules.isLongestPause(30, 900);
  for (const [longest, first] of [
    ['', ''],
    ['60', '60'],
    ['${LONGEST}', '60'],
    ['60', '${FIRST}'],
    ['30', ''],
  ] as const) {
    assert.equal(rule(longest, first), true, `${first} to ${longest}`);
  }
  for (const [longest, first] of [
    ['59', '60'],
    ['', '901'],
    ['29', ''],
    ['soon', ''],
  ] as const) {
    assert.equal(rule(longest, first), false, `${first} to ${longest}`);
  }
});

test('of two ticks one is needed', () => {
  assert.deepEqual(
    [
      ['false', 'true'],
      ['true', 'false'],
      ['${SIX}', 'false'],
      ['false', '${FOUR}'],
    ].map(([text = '', beside = '']) => rules.isNotNeither(text, beside)),
    [true, true, true, true],
  );
  assert.equal(rules.isNotNeither('false', 'false'), false);
  assert.equal(rules.isNotNeither('maybe', 'true'), false);
});

test('an action is one of those there are, what the message says, or a place where to find it', () => {
  const rule = rules.isAction(['connect', 'status']);
  for (const [text, type] of [
    ['message', ''],
    ['connect', ''],
    ['${ACTION}', ''],
    ['', 'message'],
    ['status', 'action'],
    ['do.this', 'msg'],
    ['ACTION', 'env'],
  ] as const) {
    assert.equal(rule(text, type), true, `${type} ${text}`);
  }
  for (const [text, type] of [
    ['dance', ''],
    ['dance', 'action'],
    ['', 'action'],
    ['', 'msg'],
    ['', 'jsonata'],
  ] as const) {
    assert.equal(rule(text, type), false, `${type} ${text}`);
  }
});

test('a VLAN of an access concentrator may be any', () => {
  for (const text of ['', '7', '100.7', 'any']) assert.equal(rules.isVlanOrAny(text), true, text);
  for (const text of ['4095', '1.2.3', 'all']) assert.equal(rules.isVlanOrAny(text), false, text);
});

test('an IPv6 prefix has an address and a length', () => {
  const rule = rules.isIpv6Prefix(1, 63);
  for (const text of ['', '2001:db8::/48', 'fd00::/8', '2001:DB8:0:0::1/63']) assert.equal(rule(text), true, text);
  for (const text of [
    '2001:db8::',
    '/48',
    '2001:db8::/0',
    '2001:db8::/64',
    '192.0.2.0/24',
    '2001:db8::/4 8',
    'x::/48',
  ]) {
    assert.equal(rule(text), false, text);
  }
  assert.equal(rules.isDelegationPrefix('2001:db8::/40', '2001:db8::/48'), true);
  assert.equal(rules.isDelegationPrefix('2001:db8::/40', ''), false, 'only beside a prefix for sessions');
});

test('an order of protocols is stored as any, none, or their names', () => {
  const possible = ['ms-chap-v2', 'chap-md5', 'pap'];
  assert.deepEqual(
    [possible, [], ['pap'], ['pap', 'chap-md5', 'ms-chap-v2']].map((chosen) => rules.protocolsText(chosen, possible)),
    ['any', 'none', 'pap', 'pap,chap-md5,ms-chap-v2'],
  );
});

test('RADIUS servers are addresses or names with ports, and there is one where RADIUS decides', () => {
  for (const text of [
    '192.0.2.1',
    'radius.example:1812',
    '[2001:db8::1]:1812',
    '[2001:db8::1], 192.0.2.1:1',
    '${SERVERS}',
  ]) {
    assert.equal(rules.areRadiusServers(text, 'radius'), true, text);
  }
  for (const text of ['2001:db8::1', '192.0.2.1:0', '192.0.2.1:65535', 'a b', '[nonsense]:1812', 'host:']) {
    assert.equal(rules.areRadiusServers(text, 'accounts'), false, text);
  }
  assert.equal(rules.areRadiusServers('', 'accounts'), true);
  assert.equal(rules.areRadiusServers('', 'radius'), false);
  assert.equal(rules.areRadiusServers('', 'accounts-then-radius'), false);
});

test('what is found somewhere is named, and as JSON it is an object or array', () => {
  for (const [text, type] of [
    ['payload', 'msg'],
    ['', ''],
    ['{"destination": "192.0.2.1"}', 'json'],
    ['[]', 'json'],
    ['[1, 2]', 'bin'],
  ] as const) {
    assert.equal(rules.isFound(text, type), true, `${type} ${text}`);
  }
  for (const [text, type] of [
    ['', 'msg'],
    ['', 'jsonata'],
    ['', 'json'],
    ['{', 'json'],
    ['null', 'json'],
    ['"text"', 'json'],
  ] as const) {
    assert.equal(rules.isFound(text, type), false, `${type} ${text}`);
  }
});

test('what differs for one connect is named, or JSON of an object without a password', () => {
  for (const [text, type] of [
    ['override', 'msg'],
    ['', 'json'],
    ['{"username": "ben"}', 'json'],
  ] as const) {
    assert.equal(rules.isOverride(text, type), true, `${type} ${text}`);
  }
  for (const text of ['{', '[]', 'null', '7', '{"password": "x"}']) {
    assert.equal(rules.isOverride(text, 'json'), false, text);
  }
});
