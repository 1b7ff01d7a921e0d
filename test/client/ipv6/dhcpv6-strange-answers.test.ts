import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Dhcpv6Message, DHCPV6_MESSAGE as MESSAGE, DHCPV6_OPTION as OPTION } from '../../../src/wire/dhcpv6';
import { parseIpv6 } from '../../../src/wire/ipv6';
import { octets } from '../../wire/codec';
import { bound } from './dhcpv6-bound';
import { answer, BOTH, fromServer, OWN, Rig, type SentMessage, serving } from './rig';

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
