import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Dhcpv6Message,
  decodeIa,
  decodeIaPrefix,
  encodeStatus,
  findOption,
  DHCPV6_MESSAGE as MESSAGE,
  DHCPV6_OPTION as OPTION,
  DHCPV6_STATUS as STATUS,
} from '../../../src/wire/dhcpv6';
import { formatIpv6 } from '../../../src/wire/ip';
import { parseIpv6 } from '../../../src/wire/ipv6';
import { INFINITE } from '../../../src/wire/nd-options';
import { octets } from '../../wire/codec';
import { answer, BOTH, DUID, fromServer, IAID, OWN, Rig, type SentMessage, serving, type Terms } from './rig';

const ADDRESS = '2001:db8:0:1::100';
const PREFIX = '2001:db8:1:100::/56';

/** A host with both leases of a server with these terms; RENEW and so on are within reach. */
function bound(terms: Terms = {}): Rig {
  const rig = new Rig(BOTH);
  rig.server = serving(terms);
  rig.up().pass(5_000);
  assert.deepEqual(rig.prefixes.length, 1);
  return rig;
}

const elapsed = ({ options }: Dhcpv6Message) => findOption(options, OPTION.elapsedTime)?.readUInt16BE();
const has = ({ options }: Dhcpv6Message, code: number) => findOption(options, code) !== undefined;
const gaps = (sent: readonly SentMessage[]) => sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));

function assertBetween(value: number | undefined, least: number, most: number): void {
  assert.ok(value !== undefined && value >= least && value <= most, `${value} is not from ${least} to ${most}`);
}

test('Solicit, Advertise, Request, Reply: an address and a prefix', () => {
  const rig = bound();
  assert.deepEqual(rig.types, ['solicit', 'request']);
  assert.deepEqual(rig.addresses, [`${ADDRESS} dhcpv6`]);
  assert.deepEqual(rig.prefixes, [PREFIX]);
  assert.deepEqual(rig.told, [`prefix-delegated ${PREFIX}`, 'changed']);
  const [solicit, request] = rig.dhcpv6 as [SentMessage, SentMessage];
  assertBetween(solicit.at, 0, 1_000);
  for (const message of [solicit, request]) {
    assert.deepEqual(findOption(message.options, OPTION.clientId), DUID);
    assert.deepEqual(findOption(message.options, OPTION.requested), Buffer.from([0, 23, 0, 82]));
    assert.equal(elapsed(message), 0);
    for (const code of [OPTION.iaNa, OPTION.iaPd]) {
      assert.equal(decodeIa(findOption(message.options, code) ?? Buffer.alloc(0)).iaid, IAID);
    }
  }
  assert.ok(has(solicit, OPTION.rapidCommit) && !has(solicit, OPTION.serverId));
  assert.deepEqual(findOption(request.options, OPTION.serverId), Buffer.from('server'));
  assert.notEqual(solicit.transactionId, request.transactionId);
  // Others may answer until the first time-out, which is never shorter than 1 s (RFC 8415 §18.2.1).
  assertBetween(request.at - solicit.at, 1_000, 1_100);
});

test('the Request asks for what was advertised', () => {
  const { options } = bound().dhcpv6[1] as SentMessage;
  const [inner] = decodeIa(findOption(options, OPTION.iaPd) ?? Buffer.alloc(0)).options;
  const { prefix, length } = decodeIaPrefix(inner?.data ?? Buffer.alloc(0));
  assert.equal(`${formatIpv6(prefix)}/${length}`, PREFIX);
});

test('only what is wanted is asked for, with a hint of the length', () => {
  for (const [settings, codes] of [
    [{ addresses: true, prefixDelegation: false }, [OPTION.iaNa]],
    [{ addresses: false, prefixDelegation: true, prefixLengthHint: 60 }, [OPTION.iaPd]],
    [{ addresses: false, prefixDelegation: false }, undefined],
  ] as const) {
    const rig = new Rig(settings).up().pass(1_000);
    const [solicit] = rig.dhcpv6;
    if (!codes) assert.equal(solicit, undefined);
    else {
      const asked = solicit?.options.filter(({ code }) => code === OPTION.iaNa || code === OPTION.iaPd);
      assert.deepEqual(
        asked?.map(({ code }) => code),
        codes,
      );
      if (!('prefixLengthHint' in settings)) continue;
      const [hint] = decodeIa(asked?.[0]?.data ?? Buffer.alloc(0)).options;
      assert.equal(decodeIaPrefix(hint?.data ?? Buffer.alloc(0)).length, 60);
    }
  }
});

test('nobody answers: Solicits at growing intervals within the RFC’s jitter, and the elapsed time in each', () => {
  const rig = new Rig(BOTH).up().pass(600_000);
  const sent = rig.dhcpv6;
  assert.ok(rig.types.every((type) => type === 'solicit'));
  const [first = 0, ...rest] = gaps(sent);
  assertBetween(first, 1_000, 1_100);
  let before = first;
  for (const gap of rest) {
    assertBetween(gap, 1.9 * before, 2.1 * before);
    before = gap;
  }
  assert.ok(sent.length >= 8 && sent.length <= 11, `${sent.length} messages`);
  for (const message of sent) {
    assertBetween(elapsed(message), Math.floor((message.at - (sent[0]?.at ?? 0)) / 10) - 1, 0xffff);
    assert.equal(message.transactionId, sent[0]?.transactionId);
  }
  rig.pass(86_400_000);
  assertBetween(gaps(rig.dhcpv6).at(-1), 0.9 * 3_600_000, 1.1 * 3_600_000);
  assert.deepEqual(rig.told, []);
});

test('Rapid Commit: a Reply to the Solicit binds, with the option only', () => {
  for (const isRapid of [true, false]) {
    const rig = new Rig(BOTH);
    const options = isRapid ? [{ code: OPTION.rapidCommit, data: Buffer.alloc(0) }] : [];
    rig.server = (message) => answer(message, MESSAGE.reply, { options });
    rig.up().pass(1_000);
    assert.deepEqual(rig.prefixes, isRapid ? [PREFIX] : []);
    assert.deepEqual(rig.types, ['solicit']);
  }
});

test('the best preference is taken, 255 at once; without one the fuller offer', () => {
  const preference = (value: number) => [{ code: OPTION.preference, data: Buffer.of(value) }];
  const chosen = (...offers: Terms[]) => {
    const rig = new Rig(BOTH).up().pass(1_000);
    const [solicit] = rig.dhcpv6 as [SentMessage];
    for (const terms of offers) rig.reply(answer(solicit, MESSAGE.advertise, terms));
    const immediately = rig.types.includes('request');
    rig.pass(1_100);
    const request = rig.dhcpv6[1] as SentMessage;
    return [findOption(request.options, OPTION.serverId)?.toString(), immediately];
  };
  assert.deepEqual(chosen({ server: 'a' }, { server: 'b' }), ['a', false]);
  assert.deepEqual(chosen({ server: 'a' }, { server: 'b', options: preference(1) }), ['b', false]);
  assert.deepEqual(chosen({ server: 'a', prefixStatus: STATUS.noPrefixAvail }, { server: 'b' }), ['b', false]);
  assert.deepEqual(chosen({ server: 'a' }, { server: 'b', options: preference(255) }), ['b', true]);
});

test('after the first time-out the first usable Advertise is taken at once', () => {
  const rig = new Rig(BOTH).up().pass(3_000);
  const solicit = rig.dhcpv6.at(-1) as SentMessage;
  rig.reply(answer(solicit, MESSAGE.advertise));
  assert.equal(rig.types.at(-1), 'request');
});

test('a Request is sent 10 times, then everything begins anew', () => {
  const rig = new Rig(BOTH);
  rig.server = (message) => (message.type === MESSAGE.solicit ? answer(message, MESSAGE.advertise) : undefined);
  rig.up();
  for (let seconds = 0; seconds < 600 && !rig.types.slice(1).includes('solicit'); seconds++) rig.pass(1_000);
  assert.deepEqual(rig.types, ['solicit', ...Array(10).fill('request'), 'solicit']);
  const [first, ...others] = gaps(rig.dhcpv6.slice(1, 11));
  assertBetween(first, 900, 1_100);
  for (const gap of others) assertBetween(gap, 1_700, 33_000);
});

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

test('a server that can do nothing now (UnspecFail) gets the message again', () => {
  const rig = bound({ preferred: 1_000, valid: 2_000 });
  const options = [{ code: OPTION.statusCode, data: encodeStatus({ code: STATUS.unspecFail, text: 'busy' }) }];
  rig.server = (message) => answer(message, MESSAGE.reply, { options, preferred: 0, valid: 0 });
  rig.pass(520_000);
  assert.deepEqual(rig.types.slice(2), ['renew', 'renew']);
  assert.deepEqual(rig.prefixes, [PREFIX]);
});

test('a prefix alone, when there is no address to be had; and the address alone', () => {
  const prefix = new Rig(BOTH);
  prefix.server = serving({ addressStatus: STATUS.noAddrsAvail });
  prefix.up().pass(5_000);
  assert.deepEqual([prefix.addresses, prefix.prefixes], [[], [PREFIX]]);
  const address = new Rig(BOTH);
  address.server = serving({ prefixStatus: STATUS.noPrefixAvail });
  address.up().pass(5_000);
  assert.deepEqual([address.addresses, address.prefixes], [[`${ADDRESS} dhcpv6`], []]);
});

test('a server that advertises and then refuses is asked again after pauses that grow', () => {
  const rig = new Rig(BOTH);
  const none = { addressStatus: STATUS.noAddrsAvail, prefixStatus: STATUS.noPrefixAvail };
  rig.server = (message) =>
    message.type === MESSAGE.solicit ? answer(message, MESSAGE.advertise) : answer(message, MESSAGE.reply, none);
  rig.up().pass(3_600_000);
  assert.ok(rig.dhcpv6.length < 30, `${rig.dhcpv6.length} messages in an hour`);
  assert.deepEqual(rig.told, []);
});

test('a server that advertises nothing is not asked', () => {
  const rig = new Rig(BOTH);
  const none = { addressStatus: STATUS.noAddrsAvail, prefixStatus: STATUS.noPrefixAvail };
  rig.server = (message) => answer(message, MESSAGE.advertise, none);
  rig.up().pass(60_000);
  assert.ok(rig.types.every((type) => type === 'solicit'));
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

test('name servers of DHCPv6 are told, once even if the router tells them too', () => {
  const data = Buffer.concat([parseIpv6('2001:db8::53'), parseIpv6('2001:db8::54'), parseIpv6('2001:db8::53')]);
  const rig = bound({ options: [{ code: OPTION.dnsServers, data }] });
  assert.deepEqual(rig.snapshot.dns, ['2001:db8::53', '2001:db8::54']);
});

test('SOL_MAX_RT of a server bounds the interval, within what the RFC allows', () => {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(60);
  const none = { addressStatus: STATUS.noAddrsAvail, prefixStatus: STATUS.noPrefixAvail };
  const rig = new Rig(BOTH);
  rig.server = (message) =>
    message.type === MESSAGE.solicit
      ? answer(message, MESSAGE.advertise, { options: [{ code: OPTION.solMaxRt, data }] })
      : answer(message, MESSAGE.reply, none);
  rig.up().pass(3_600_000);
  const longest = Math.max(...gaps(rig.dhcpv6));
  assertBetween(longest, 50_000, 70_000);
});

test('what is not an answer to our message changes nothing', () => {
  const rig = new Rig(BOTH).up().pass(1_000);
  const [solicit] = rig.dhcpv6 as [SentMessage];
  const good = answer(solicit, MESSAGE.advertise, { options: [{ code: OPTION.preference, data: Buffer.of(255) }] });
  const without = (code: number) => ({ ...good, options: good.options.filter((option) => option.code !== code) });
  const bad: readonly (readonly [Dhcpv6Message, boolean | 'malformed'])[] = [
    [{ ...good, transactionId: good.transactionId ^ 1 }, true],
    [{ ...good, type: MESSAGE.reconfigure }, true],
    [{ ...good, type: MESSAGE.solicit }, true],
    [without(OPTION.serverId), 'malformed'],
    [without(OPTION.clientId), 'malformed'],
    [{ ...good, options: [...without(OPTION.clientId).options, { code: 1, data: Buffer.of(1) }] }, 'malformed'],
    [{ ...good, options: [...good.options, { code: OPTION.solMaxRt, data: Buffer.alloc(3) }] }, 'malformed'],
    [
      { ...without(OPTION.iaPd), options: [...without(OPTION.iaPd).options, { code: 25, data: Buffer.alloc(11) }] },
      'malformed',
    ],
  ];
  for (const [message, outcome] of bad) {
    assert.equal(rig.reply(message), outcome);
    assert.deepEqual(rig.types, ['solicit']);
  }
  assert.equal(rig.reply(good), true);
  assert.deepEqual(rig.types, ['solicit', 'request']);
});

test('a datagram to port 546 of another address goes to the flow; one with a wrong checksum goes nowhere', () => {
  const rig = new Rig(BOTH).up().pass(1_000);
  const [solicit] = rig.dhcpv6 as [SentMessage];
  const packet = fromServer(answer(solicit, MESSAGE.advertise));
  const other = Buffer.from(packet);
  parseIpv6('2001:db8::9').copy(other, 24);
  assert.equal(rig.receive(other), false);
  const wrong = Buffer.from(packet);
  wrong[46] = (wrong[46] as number) ^ 1;
  assert.equal(rig.receive(wrong), 'malformed');
  assert.equal(OWN.equals(packet.subarray(24, 40)), true);
});

test('leases that cannot be are not taken', () => {
  for (const terms of [
    { prefix: '::/0' },
    { prefix: 'ff02::/64' },
    { prefix: 'fe80::/64' },
    { preferred: 100, valid: 50 },
    { t1: 100, t2: 50 },
  ]) {
    const rig = new Rig({ addresses: false, prefixDelegation: true });
    rig.server = serving(terms);
    rig.up().pass(5_000);
    assert.deepEqual(rig.prefixes, [], JSON.stringify(terms));
  }
});

test('any octets from the router are taken, passed on or malformed, and the state stays bounded', () => {
  const rig = bound();
  const packet = fc.oneof(
    octets({ maxLength: 120 }),
    fc
      .tuple(fc.constantFrom(fromServer(answer(rig.dhcpv6[0] as SentMessage, MESSAGE.reply))), fc.nat(), fc.nat(255))
      .map(([good, at, value]) => {
        const copy = Buffer.from(good);
        copy[at % copy.length] = value;
        return copy;
      }),
  );
  fc.assert(
    fc.property(packet, (bytes) => {
      rig.receive(bytes);
      assert.ok(rig.snapshot.addresses.length <= 24 && rig.snapshot.prefixes.length <= 8);
    }),
    { numRuns: 500 },
  );
});
