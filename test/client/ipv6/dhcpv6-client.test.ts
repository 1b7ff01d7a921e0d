import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
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
import { ADDRESS, assertBetween, bound, elapsed, gaps, has, PREFIX } from './dhcpv6-bound';
import { answer, BOTH, DUID, IAID, Rig, type SentMessage, serving, type Terms } from './rig';

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
