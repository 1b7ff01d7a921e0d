import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressPlan, routerAddress } from '../../src/concentrator/address-plan';
import { type ConcentratorIpv6Settings, concentratorSettings } from '../../src/concentrator/settings';
import { formatIpv4, formatIpv6 } from '../../src/wire/ip';
import { parseIpv6 } from '../../src/wire/ipv6';
import { IPV6 } from './ipv6-settings';

const all = <T>(take: () => T | undefined) => {
  const taken: T[] = [];
  for (let one = take(); one !== undefined; one = take()) taken.push(one);
  return taken;
};

test('a pool at the end of the address space ends with it', () => {
  const plan = new AddressPlan(concentratorSettings({ poolStart: Buffer.of(255, 255, 255, 254), poolSize: 100 }));
  let owner = 0;
  assert.deepEqual(all(() => plan.takeIpv4(`${owner++}`)).map(formatIpv4), ['255.255.255.254', '255.255.255.255']);
});

test('sessions get prefixes of 64 bits after the first, which is our own', () => {
  const plan = new AddressPlan(concentratorSettings({ ipv6: IPV6 }));
  let owner = 0;
  assert.deepEqual(all(() => plan.takePrefix(`${owner++}`)).map(formatIpv6), [
    '2001:db8:aa:1::',
    '2001:db8:aa:2::',
    '2001:db8:aa:3::',
  ]);
  assert.equal(formatIpv6(routerAddress(IPV6)), '2001:db8:aa::1');
});

test('prefixes to delegate have their length, and an owner gets its own again', () => {
  const settings = concentratorSettings({ ipv6: IPV6 });
  const plan = new AddressPlan(settings);
  const first = plan.takeDelegated('anna');
  assert.equal(first && formatIpv6(first), '2001:db8:f000::');
  assert.deepEqual(all(() => plan.takeDelegated('others')).map(formatIpv6), [
    '2001:db8:f001::',
    '2001:db8:f002::',
    '2001:db8:f003::',
  ]);
  const successor = new AddressPlan(settings, plan.record);
  assert.equal(formatIpv6(successor.takeDelegated('anna') ?? Buffer.alloc(16)), '2001:db8:f000::');
  assert.equal(successor.takeIpv4('anna')?.length, 4);
});

test('prefixes that cannot be are refused with what is wanted', () => {
  const ipv6 = (changes: Partial<ConcentratorIpv6Settings>) => concentratorSettings({ ipv6: { ...IPV6, ...changes } });
  const prefix = { address: parseIpv6('2001:db8::'), length: 64 };
  assert.throws(() => ipv6({ prefix }), /from 1 to 63 bits/);
  assert.throws(() => ipv6({ delegation: { ...prefix, length: 56, delegatedLength: 48 } }), /must not be longer/);
  assert.throws(() => ipv6({ delegation: { ...prefix, length: 64, delegatedLength: 72 } }), /at most 64 bits/);
  assert.throws(() => ipv6({ lifetime: 1 }), /at least 60 s/);
});
