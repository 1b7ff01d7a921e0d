import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeIa,
  decodeIaPrefix,
  findOption,
  DHCPV6_MESSAGE as MESSAGE,
  DHCPV6_OPTION as OPTION,
  DHCPV6_STATUS as STATUS,
} from '../../../src/wire/dhcpv6';
import { formatIpv6 } from '../../../src/wire/ip';
import { INFINITE } from '../../../src/wire/nd-options';
import { assertBetween, bound, gaps, has, PREFIX } from './dhcpv6-bound';
import { answer, BOTH, Rig, type SentMessage, serving } from './rig';

test('at T1 it is renewed with its server, and lives on', () => {
  const rig = bound({ t1: 1_000, t2: 1_600 });
  const boundAt = (rig.dhcpv6[1] as SentMessage).at;
  rig.pass(1_000_000);
  assert.deepEqual(rig.types, ['solicit', 'request', 'renew']);
  const renew = rig.dhcpv6[2] as SentMessage;
  assert.equal(renew.at, boundAt + 1_000_000);
  assert.ok(has(renew, OPTION.serverId) && !has(renew, OPTION.rapidCommit));
  assert.equal(rig.snapshot.prefixes[0]?.validUntil, renew.at + 7_200_000);
  rig.pass(10_000_000);
  assert.equal(rig.types.filter((type) => type === 'renew').length, 11);
  assert.deepEqual(rig.told, [`prefix-delegated ${PREFIX}`, 'changed'], 'a renewal is no change');
});

test('T1 and T2 that the server leaves to us are 0.5 and 0.8 of the preferred lifetime', () => {
  const rig = bound({ preferred: 1_000, valid: 2_000 });
  const boundAt = (rig.dhcpv6[1] as SentMessage).at;
  rig.server = () => undefined;
  rig.pass(1_000_000);
  const at = (type: string) => (rig.dhcpv6[rig.types.indexOf(type)]?.at ?? 0) - boundAt;
  assert.equal(at('renew'), 500_000);
  assert.equal(at('rebind'), 800_000);
  const renews = rig.dhcpv6.filter((_, index) => rig.types[index] === 'renew');
  assertBetween(gaps(renews)[0], 9_000, 11_000);
});

test('expiry: renewed and rebound in vain, the prefix is lost, and asked for anew', () => {
  const rig = bound({ preferred: 1_000, valid: 2_000 });
  const boundAt = (rig.dhcpv6[1] as SentMessage).at;
  rig.server = () => undefined;
  rig.pass(boundAt + 1_999_999 - rig.now);
  assert.deepEqual(rig.prefixes, [PREFIX]);
  rig.pass(1);
  assert.deepEqual(rig.prefixes, []);
  assert.deepEqual(rig.addresses, []);
  assert.deepEqual(rig.told.slice(2), [`prefix-lost ${PREFIX}`, 'changed']);
  assert.equal(rig.types.at(-1), 'solicit');
  rig.server = serving();
  rig.pass(600_000);
  assert.deepEqual(rig.prefixes, [PREFIX]);
});

test('server change: the Rebind is answered by another, with which all goes on', () => {
  const rig = bound({ preferred: 1_000, valid: 2_000 });
  const other = serving({ server: 'other', preferred: 1_000, valid: 2_000 });
  rig.server = (message) => (message.type === MESSAGE.rebind ? other(message) : undefined);
  rig.pass(1_000_000);
  assert.deepEqual(rig.prefixes, [PREFIX]);
  rig.server = other;
  rig.pass(1_000_000);
  const renew = rig.dhcpv6.at(-1) as SentMessage;
  assert.equal(rig.types.at(-1), 'renew');
  assert.deepEqual(findOption(renew.options, OPTION.serverId), Buffer.from('other'));
  const rebind = rig.dhcpv6[rig.types.indexOf('rebind')] as SentMessage;
  assert.equal(has(rebind, OPTION.serverId), false);
});

test('another prefix at renewal is told, and the old one is lost when its time is over', () => {
  const rig = bound({ preferred: 1_000, valid: 2_000 });
  rig.server = serving({ preferred: 1_000, valid: 2_000, prefix: '2001:db8:2::/48' });
  rig.pass(600_000);
  assert.deepEqual(rig.prefixes, [PREFIX, '2001:db8:2::/48']);
  rig.pass(1_600_000);
  assert.deepEqual(rig.prefixes, ['2001:db8:2::/48']);
  const told = rig.told.filter((text) => text.startsWith('prefix'));
  assert.deepEqual(told, [`prefix-delegated ${PREFIX}`, 'prefix-delegated 2001:db8:2::/48', `prefix-lost ${PREFIX}`]);
});

test('a valid lifetime of 0 takes the prefix back at once', () => {
  const rig = bound({ preferred: 1_000, valid: 2_000 });
  rig.server = serving({ preferred: 0, valid: 0 });
  rig.pass(500_000);
  assert.deepEqual(rig.prefixes, []);
  assert.ok(rig.told.includes(`prefix-lost ${PREFIX}`));
});

test('a server that no longer knows us (NoBinding) is asked again, and nothing is lost', () => {
  const rig = bound({ preferred: 1_000, valid: 2_000 });
  const usual = serving({ preferred: 1_000, valid: 2_000 });
  const forgetful = { addressStatus: STATUS.noBinding, prefixStatus: STATUS.noBinding };
  rig.server = (message) =>
    message.type === MESSAGE.renew ? answer(message, MESSAGE.reply, forgetful) : usual(message);
  rig.pass(500_000);
  assert.deepEqual(rig.types.slice(2), ['renew', 'request']);
  assert.deepEqual(rig.told.length, 2);
});

test('release: what was leased is given back, and no longer ours from then on', () => {
  const rig = bound();
  assert.equal(rig.host.release(rig.now), true);
  assert.equal(rig.types.at(-1), 'release');
  const release = rig.dhcpv6.at(-1) as SentMessage;
  assert.deepEqual(findOption(release.options, OPTION.serverId), Buffer.from('server'));
  for (const code of [OPTION.iaNa, OPTION.iaPd]) {
    assert.equal(decodeIa(findOption(release.options, code) ?? Buffer.alloc(0)).options.length, 1);
  }
  assert.deepEqual(rig.prefixes, []);
  assert.equal(rig.told.at(-1), `prefix-lost ${PREFIX}`);
  rig.pass(0);
  rig.reply(answer(release, MESSAGE.reply));
  assert.equal(rig.host.isReleasing, false);
});

test('a Release that is not answered is given up after its time-out', () => {
  const rig = bound();
  rig.server = () => undefined;
  rig.host.release(rig.now);
  rig.pass(899);
  assert.equal(rig.host.isReleasing, true);
  rig.pass(300);
  assert.equal(rig.host.isReleasing, false);
  assert.equal(rig.types.filter((type) => type === 'release').length, 1);
});

test('there is nothing to release before anything was leased', () => {
  const rig = new Rig(BOTH).up().pass(1_000);
  assert.equal(rig.host.release(rig.now), false);
  rig.pass(600_000);
  assert.deepEqual(rig.types, ['solicit']);
});

test('a line that is lost loses the prefix, and the next Solicit asks for it', () => {
  const rig = bound();
  rig.host.down();
  assert.equal(rig.told.at(-1), `prefix-lost ${PREFIX}`);
  const before = rig.dhcpv6.length;
  rig.up().pass(1_000);
  const { options } = rig.dhcpv6[before] as SentMessage;
  const [hint] = decodeIa(findOption(options, OPTION.iaPd) ?? Buffer.alloc(0)).options;
  const { prefix, length } = decodeIaPrefix(hint?.data ?? Buffer.alloc(0));
  assert.equal(`${formatIpv6(prefix)}/${length}`, PREFIX);
});

test('infinite lifetimes are never renewed', () => {
  const rig = bound({ preferred: INFINITE, valid: INFINITE, t1: INFINITE, t2: INFINITE });
  assert.deepEqual(rig.snapshot.prefixes, [{ prefix: '2001:db8:1:100::', length: 56 }]);
  const rest = rig.dhcpv6.length;
  rig.pass(10 * 365 * 86_400_000);
  assert.equal(rig.dhcpv6.length, rest);
});
