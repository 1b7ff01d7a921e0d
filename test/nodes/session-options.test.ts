import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SessionConfig, sessionOptions } from '../../nodes/shared/session-options';
import { SESSION_DEFAULTS } from '../../src/index';

function options(config: Partial<SessionConfig>) {
  return sessionOptions({ id: 'a', type: 'pppoe-session', name: '', z: '', interface: 'eth1', ...config }, {});
}

test('a form that was left alone gives the defaults', () => {
  const { reconnect, keepalive, mru, dns, authentication, hostUniq, acName } = options({});
  assert.deepEqual(reconnect, SESSION_DEFAULTS.reconnect);
  assert.deepEqual(keepalive, SESSION_DEFAULTS.keepalive);
  assert.deepEqual([mru, dns, authentication], [1_492, true, SESSION_DEFAULTS.authentication]);
  assert.deepEqual([hostUniq, acName], [undefined, undefined]);
});

test('NetBIOS name servers are asked for only where the form says so', () => {
  assert.deepEqual([options({}).nbns, options({ nbns: true }).nbns], [false, true]);
});

test('the pauses of the form are seconds, and each kind has its own', () => {
  const { reconnect } = options({
    pauseLost: '5',
    pauseLostMax: '50',
    pauseAuthentication: 60,
    pauseAuthenticationMax: 600,
  });
  assert.deepEqual(reconnect?.lost, { first: 5_000, max: 50_000 });
  assert.deepEqual(reconnect?.authentication, { first: 60_000, max: 600_000 });
  assert.deepEqual(reconnect?.refused, SESSION_DEFAULTS.reconnect.refused);
});

test('Host-Uniq is text, or octets after 0x', () => {
  assert.deepEqual(options({ hostUniq: 'home' }).hostUniq, Buffer.from('home'));
  assert.deepEqual(options({ hostUniq: '0x00ff' }).hostUniq, Buffer.of(0, 255));
  assert.throws(() => options({ hostUniq: '0xabc' }), RangeError);
});

for (const [field, value] of Object.entries({
  interface: ' ',
  mru: 'many',
  acMac: '02:00:5e',
  mac: 'home',
  address: '10.0.0',
  remoteAddress: 'theirs',
  pauseLost: 'soon',
})) {
  test(`a wrong ${field} is refused with a RangeError that says what is wanted`, () => {
    assert.throws(() => options({ [field]: value }), RangeError);
  });
}
