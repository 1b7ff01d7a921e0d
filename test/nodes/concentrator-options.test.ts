import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConcentratorConfig, concentratorOptions } from '../../nodes/shared/concentrator-options';
import { CONCENTRATOR_DEFAULTS, formatIpv4, parseIpv6 } from '../../src/index';

function options(config: Partial<ConcentratorConfig>) {
  return concentratorOptions({ interface: 'virtual:lab', ...config }, {});
}

test('an empty form is the defaults', () => {
  const {
    interface: name,
    queueLimit,
    ...settings
  } = options({
    vlan: '',
    admission: '',
    decisionTimeout: '',
    discoveryRate: '',
    maxSessions: '',
    ipv6Prefix: '',
  });
  assert.deepEqual([name, queueLimit], ['virtual:lab', 1_000]);
  for (const [key, value] of Object.entries(settings)) {
    assert.deepEqual(value, CONCENTRATOR_DEFAULTS[key as keyof typeof CONCENTRATOR_DEFAULTS], key);
  }
});

test('the VLAN is a tag, two, or any', () => {
  const tagged = options({ vlan: '7', vlanPcp: '5' });
  assert.deepEqual([tagged.vlan, tagged.anyVlan], [[{ tpid: 0x8100, vid: 7, pcp: 5, dei: false }], false]);
  assert.deepEqual(
    options({ vlan: '100.5' }).vlan?.map(({ vid }) => vid),
    [100, 5],
  );
  const any = options({ vlan: 'any' });
  assert.deepEqual([any.vlan, any.anyVlan], [[], true]);
  const other = options({ vlan: 'any', vlanTpid: '0x9100' });
  assert.deepEqual([other.vlan?.[0]?.tpid, other.anyVlan], [0x9100, true]);
});

test('Ethernet types, delay, limits, admission and its time come from the form', () => {
  const made = options({
    discoveryType: '0x8862',
    padoDelay: '250',
    maxSessions: 3,
    maxSessionsPerHost: '2',
    discoveryBurst: '5',
    discoveryRate: '0.5',
    admission: 'accounts-then-ask',
    decisionTimeout: '2.5',
    authentication: 'pap, chap-md5',
    checkSource: 'false',
    queue: '10',
    nbns: '192.0.2.1, 192.0.2.2',
  });
  assert.deepEqual(made.etherTypes, { discovery: 0x8862, session: 0x8864 });
  assert.deepEqual([made.padoDelay, made.maxSessions, made.maxSessionsPerHost], [250, 3, 2]);
  assert.deepEqual(made.discoveryLimit, { burst: 5, perSecond: 0.5 });
  assert.deepEqual([made.admission, made.decisionTimeout], ['accounts-then-ask', 2_500]);
  assert.deepEqual(made.authentication, ['pap', 'chap-md5'], 'in this order');
  assert.deepEqual(made.nbns?.map(formatIpv4), ['192.0.2.1', '192.0.2.2']);
  assert.deepEqual([made.checkSource, made.queueLimit], [false, 10]);
});

test('IPv6 is a prefix for sessions, and one to delegate from', () => {
  const { ipv6 } = options({
    ipv6Prefix: '2001:db8::/48',
    delegationPrefix: '2001:db8:8000::/40',
    delegatedLength: '60',
    ipv6Dns: '2001:db8::53',
    ipv6Lifetime: '600',
  });
  assert.deepEqual(ipv6, {
    prefix: { address: parseIpv6('2001:db8::'), length: 48 },
    delegation: { address: parseIpv6('2001:db8:8000::'), length: 40, delegatedLength: 60 },
    dns: [parseIpv6('2001:db8::53')],
    lifetime: 600,
  });
  assert.equal(options({}).ipv6, undefined);
});

test('RADIUS servers decide about logins where the form says so, and are told about sessions unless it does not', () => {
  const radiusServers = '192.0.2.1, [2001:db8::1]:2812';
  const of = (config: Partial<ConcentratorConfig>) =>
    concentratorOptions({ interface: 'virtual:lab', radiusServers, ...config }, { radiusSecret: 'hidden' });
  const made = of({ admission: 'accounts-then-radius', radiusTimeout: '0.5', radiusTries: '2', radiusInterim: 60 });
  assert.equal(made.admission, 'accounts-then-ask');
  assert.deepEqual(made.radius, {
    authentication: [
      { host: '192.0.2.1', port: 1812, secret: 'hidden' },
      { host: '2001:db8::1', port: 2812, secret: 'hidden' },
    ],
    accounting: [
      { host: '192.0.2.1', port: 1813, secret: 'hidden' },
      { host: '2001:db8::1', port: 2813, secret: 'hidden' },
    ],
    timeout: 500,
    tries: 2,
    interimInterval: 60_000,
  });
  const told = of({ radiusIdentifier: 'here' }).radius;
  assert.deepEqual([told?.authentication, told?.accounting?.length, told?.nasIdentifier], [[], 2, 'here']);
  const asked = of({ admission: 'radius', radiusAccounting: false });
  assert.deepEqual([asked.admission, asked.radius?.accounting], ['ask', []]);
  assert.equal(options({}).radius, undefined);
});

for (const [what, config, message] of [
  ['a VLAN beyond 4094', { vlan: '4095' }, /VLAN must be/],
  ['a prefix without a length', { ipv6Prefix: '2001:db8::' }, /IPv6 prefix must be a prefix/],
  ['a prefix to delegate from without one for sessions', { delegationPrefix: '2001:db8::/40' }, /only where/],
  ['another way to decide', { admission: 'oracle' }, /must be decided by one of accounts/],
  ['RADIUS without a server', { admission: 'radius' }, /at least one server/],
  ['RADIUS servers without a secret', { radiusServers: '192.0.2.1' }, /need their secret/],
  ['no sessions at all', { maxSessions: '0' }, /most sessions must be a whole number/],
  ['half a session', { maxSessionsPerHost: '0.5' }, /per host must be a whole number/],
] as const) {
  test(`${what} is an error that names the field`, () => {
    assert.throws(
      () => options(config),
      (error) => error instanceof RangeError && message.test(error.message),
    );
  });
}
