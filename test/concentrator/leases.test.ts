import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type LeaseRecord, Leases } from '../../src/concentrator/leases';
import { formatIpv4, parseIpv4 } from '../../src/wire/ip';

interface Pool {
  readonly size: number;
  readonly excluded?: readonly string[];
  readonly fixed?: readonly string[];
  readonly former?: LeaseRecord;
}

function leasesFrom(start: string, { size, excluded = [], fixed = [], former = [] }: Pool): Leases {
  const [own, accounts] = [excluded, fixed].map((addresses) => addresses.map((address) => parseIpv4(address)));
  return new Leases({
    poolStart: parseIpv4(start),
    poolSize: size,
    excluded: own ?? [],
    fixed: accounts ?? [],
    former,
  });
}

let owners = 0;
/** For somebody who has never been here. */
const take = (leases: Leases, owner = `owner ${owners++}`) => {
  const address = leases.take(owner);
  return address && formatIpv4(address);
};

test('addresses are lent in order, then those given back longest ago, and never those that are excluded or fixed', () => {
  const leases = leasesFrom('10.0.0.254', { size: 5, excluded: ['10.0.1.0'], fixed: ['10.0.1.2'] });
  assert.deepEqual(
    [take(leases), take(leases), take(leases), take(leases)],
    ['10.0.0.254', '10.0.0.255', '10.0.1.1', undefined],
  );
  leases.give(parseIpv4('10.0.1.1'));
  leases.give(parseIpv4('10.0.0.254'));
  assert.deepEqual([take(leases), take(leases), take(leases)], ['10.0.1.1', '10.0.0.254', undefined]);
});

test('an owner gets its last address again while it is free, and another when it is not', () => {
  const leases = leasesFrom('10.0.0.1', { size: 2 });
  assert.equal(take(leases, 'anna'), '10.0.0.1');
  leases.give(parseIpv4('10.0.0.1'));
  assert.equal(take(leases, 'bert'), '10.0.0.2');
  assert.equal(take(leases, 'anna'), '10.0.0.1');
  leases.give(parseIpv4('10.0.0.1'));
  assert.equal(take(leases, 'carl'), '10.0.0.1');
  leases.give(parseIpv4('10.0.0.2'));
  assert.equal(take(leases, 'anna'), '10.0.0.2');
});

test('what one concentrator has lent its successor lends to the same owners, also what is in use', () => {
  const before = leasesFrom('10.0.0.1', { size: 8 });
  for (const owner of ['anna', 'bert', 'carl', 'dora']) before.take(owner);
  before.give(parseIpv4('10.0.0.2'));
  const after = leasesFrom('10.0.0.1', { size: 3, former: before.record });
  assert.deepEqual(
    ['carl', 'anna', 'bert', 'dora'].map((owner) => take(after, owner)),
    ['10.0.0.3', '10.0.0.1', '10.0.0.2', undefined],
  );
});

test('an address that is claimed is nobody else until it is given back, within the pool and outside', () => {
  const leases = leasesFrom('10.0.0.1', { size: 2, fixed: ['192.0.2.7'] });
  for (const address of ['10.0.0.1', '192.0.2.7'].map((text) => parseIpv4(text))) {
    assert.equal(leases.claim(address, 'anna'), true);
    assert.equal(leases.claim(address, 'bert'), false);
    assert.equal(leases.claim(address, 'anna'), false);
  }
  assert.deepEqual([take(leases), take(leases)], ['10.0.0.2', undefined]);
  leases.give(parseIpv4('192.0.2.7'));
  assert.equal(take(leases), undefined, 'an address of an account became one of the pool');
  assert.equal(leases.claim(parseIpv4('192.0.2.7'), 'bert'), true);
});

test('what was not lent, or is given back twice, is not lent twice', () => {
  const leases = leasesFrom('10.0.0.1', { size: 1 });
  leases.give(parseIpv4('10.0.0.1'));
  leases.give(parseIpv4('192.0.2.1'));
  assert.equal(take(leases), '10.0.0.1');
  assert.equal(take(leases), undefined);
  leases.give(parseIpv4('10.0.0.1'));
  leases.give(parseIpv4('10.0.0.1'));
  assert.equal(take(leases), '10.0.0.1');
  assert.equal(take(leases), undefined);
});

test('a pool at the end of the address space ends with it', () => {
  const leases = leasesFrom('255.255.255.254', { size: 100 });
  assert.deepEqual([take(leases), take(leases), take(leases)], ['255.255.255.254', '255.255.255.255', undefined]);
});

test('whatever is taken and given, no address is lent to two, and none is lost', () => {
  const step = fc.record({ owner: fc.nat(6), give: fc.option(fc.nat(30)) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 12 }), (steps, size) => {
      const leases = leasesFrom('10.0.0.1', { size, excluded: ['10.0.0.3'] });
      const lent: Buffer[] = [];
      for (const { owner, give } of steps) {
        if (give !== null) {
          const [address] = lent.splice(give % (lent.length || 1), 1);
          if (address) leases.give(address);
          continue;
        }
        const address = leases.take(`owner ${owner}`);
        assert.equal(address === undefined, lent.length >= size - (size >= 3 ? 1 : 0));
        if (!address) continue;
        assert.ok(!lent.some((other) => other.equals(address)));
        assert.notEqual(formatIpv4(address), '10.0.0.3');
        lent.push(address);
      }
    }),
  );
});
