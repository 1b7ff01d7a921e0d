import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pauseAfter, RECONNECT_DEFAULTS } from '../../src/client/reconnect';
import { SESSION_DEFAULTS, type SessionSettings, sessionSettings } from '../../src/client/settings';

test('what is not said is the default', () => {
  assert.deepEqual(sessionSettings({}), SESSION_DEFAULTS);
  assert.equal(sessionSettings({ mru: 1400 }).mru, 1400);
});

test('settings that no session could work with are a RangeError that names them', () => {
  const keepalive = { mode: 'fixed', interval: 1_000, failures: 3 } as const;
  const tag = { tpid: 0x8100, vid: 7, pcp: 0, dei: false };
  const impossible: readonly [Partial<SessionSettings>, RegExp][] = [
    [{ mru: 127 }, /MRU/],
    [{ mru: Number.NaN }, /MRU/],
    [{ username: 'u'.repeat(256) }, /user name/],
    [{ password: 'é'.repeat(128) }, /password/],
    [{ authentication: ['pap', 'chap' as 'pap'] }, /authentication protocol/],
    [{ hostUniq: Buffer.alloc(0) }, /Host-Uniq/],
    [{ hostUniq: Buffer.alloc(65) }, /Host-Uniq/],
    [{ address: Buffer.alloc(5) }, /address/],
    [{ remoteAddress: Buffer.alloc(3) }, /remote address/],
    [{ vlan: [tag, tag, tag] }, /VLAN tags/],
    [{ vlan: [{ ...tag, vid: 4_095 }] }, /VLAN identifier/],
    [{ vlan: [{ ...tag, pcp: 8 }] }, /PCP/],
    [{ keepalive: { ...keepalive, interval: 0 } }, /keepalive interval/],
    [{ keepalive: { ...keepalive, failures: 0 } }, /keepalive failures/],
    [{ discoveryTimeout: 0 }, /discovery time-out/],
    [{ discoveryAttempts: 0 }, /discovery attempts/],
    [{ offerWindow: -1 }, /offer window/],
    [{ phaseTimeout: Number.POSITIVE_INFINITY }, /phase time-out/],
  ];
  for (const [settings, message] of impossible) {
    assert.throws(
      () => sessionSettings(settings),
      (error) => error instanceof RangeError && message.test(error.message),
    );
  }
});

test('no message about a password quotes it', () => {
  const password = 'Zq7marked'.repeat(40);
  assert.throws(
    () => sessionSettings({ password }),
    (error) => !String(error).includes('Zq7marked'),
  );
});

test('pauses grow with failures, are never more than a fifth beside their maximum, and never vanish', () => {
  const codes = fc.constantFrom('authentication-failed', 'refused', 'no-offer', 'no-reply', 'peer-terminated');
  fc.assert(
    fc.property(
      codes,
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (code, failures, fraction) => {
        const pause = pauseAfter(code as 'refused', failures, RECONNECT_DEFAULTS, fraction);
        const next = pauseAfter(code as 'refused', failures + 1, RECONNECT_DEFAULTS, fraction);
        assert.ok(pause >= 800 && pause <= 900_000 * 1.2);
        assert.ok(next >= pause);
      },
    ),
  );
});

test('a refused authentication pauses longer than a refused PADR, and that longer than a lost session', () => {
  const pause = (code: 'authentication-failed' | 'refused' | 'peer-terminated') =>
    pauseAfter(code, 1, RECONNECT_DEFAULTS, 0.5);
  assert.ok(pause('authentication-failed') > pause('refused'));
  assert.ok(pause('refused') > pause('peer-terminated'));
});
