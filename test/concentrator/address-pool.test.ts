import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AddressPool } from '../../src/concentrator/address-pool';
import { formatIpv4, parseIpv4 } from '../../src/wire/ip';

const take = (pool: AddressPool) => {
  const address = pool.take();
  return address && formatIpv4(address);
};

test('addresses are lent in order, then those given back longest ago, and never those that are excluded', () => {
  const pool = new AddressPool(parseIpv4('10.0.0.254'), 4, [parseIpv4('10.0.1.0')]);
  assert.deepEqual(
    [take(pool), take(pool), take(pool), take(pool)],
    ['10.0.0.254', '10.0.0.255', '10.0.1.1', undefined],
  );
  pool.give(parseIpv4('10.0.1.1'));
  pool.give(parseIpv4('10.0.0.254'));
  assert.deepEqual([take(pool), take(pool), take(pool)], ['10.0.1.1', '10.0.0.254', undefined]);
});

test('what was not lent, or is given back twice, is not lent twice', () => {
  const pool = new AddressPool(parseIpv4('10.0.0.1'), 1, []);
  pool.give(parseIpv4('10.0.0.1'));
  pool.give(parseIpv4('192.0.2.1'));
  assert.equal(take(pool), '10.0.0.1');
  assert.equal(take(pool), undefined);
  pool.give(parseIpv4('10.0.0.1'));
  pool.give(parseIpv4('10.0.0.1'));
  assert.equal(take(pool), '10.0.0.1');
  assert.equal(take(pool), undefined);
});

test('a pool at the end of the address space ends with it', () => {
  const pool = new AddressPool(parseIpv4('255.255.255.254'), 100, []);
  assert.deepEqual([take(pool), take(pool), take(pool)], ['255.255.255.254', '255.255.255.255', undefined]);
});

test('whatever is taken and given, no address is lent to two', () => {
  const steps = fc.array(fc.oneof(fc.constant('take' as const), fc.nat(30)), { maxLength: 200 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 12 }), (actions, size) => {
      const pool = new AddressPool(parseIpv4('10.0.0.1'), size, [parseIpv4('10.0.0.3')]);
      const lent: Buffer[] = [];
      for (const action of actions) {
        if (action !== 'take') {
          const [address] = lent.splice(action % (lent.length || 1), 1);
          if (address) pool.give(address);
          continue;
        }
        const address = pool.take();
        assert.equal(address === undefined, lent.length >= size - (size >= 3 ? 1 : 0));
        if (!address) continue;
        assert.ok(!lent.some((other) => other.equals(address)));
        assert.notEqual(formatIpv4(address), '10.0.0.3');
        lent.push(address);
      }
    }),
  );
});
