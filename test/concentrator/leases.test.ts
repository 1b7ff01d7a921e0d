import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Leases, type LentNumbers } from '../../src/concentrator/leases';
import { formatIpv4, parseIpv4 } from '../../src/wire/ip';

interface Pool {
  readonly size: number;
  readonly reserved?: readonly string[];
  readonly former?: LentNumbers;
}

const number = (address: string) => parseIpv4(address).readUInt32BE();
const text = (lent: number | undefined) =>
  lent === undefined ? undefined : formatIpv4(Buffer.from(lent.toString(16).padStart(8, '0'), 'hex'));

function leasesFrom(start: string, { size, reserved = [], former = [] }: Pool): Leases {
  return new Leases({ start: number(start), size, reserved: reserved.map(number), former });
}

let owners = 0;
/** For somebody who has never been here. */
const take = (leases: Leases, owner = `owner ${owners++}`) => text(leases.take(owner));

test('addresses are lent in order, then those given back longest ago, and never those that are reserved', () => {
  const leases = leasesFrom('10.0.0.254', { size: 5, reserved: ['10.0.1.0', '10.0.1.2'] });
  assert.deepEqual(
    [take(leases), take(leases), take(leases), take(leases)],
    ['10.0.0.254', '10.0.0.255', '10.0.1.1', undefined],
  );
  leases.give(number('10.0.1.1'));
  leases.give(number('10.0.0.254'));
  assert.deepEqual([take(leases), take(leases), take(leases)], ['10.0.1.1', '10.0.0.254', undefined]);
});

test('an owner gets its last address again while it is free, and another when it is not', () => {
  const leases = leasesFrom('10.0.0.1', { size: 2 });
  assert.equal(take(leases, 'anna'), '10.0.0.1');
  leases.give(number('10.0.0.1'));
  assert.equal(take(leases, 'bert'), '10.0.0.2');
  assert.equal(take(leases, 'anna'), '10.0.0.1');
  leases.give(number('10.0.0.1'));
  assert.equal(take(leases, 'carl'), '10.0.0.1');
  leases.give(number('10.0.0.2'));
  assert.equal(take(leases, 'anna'), '10.0.0.2');
});

test('what one concentrator has lent its successor lends to the same owners, also what is in use', () => {
  const before = leasesFrom('10.0.0.1', { size: 8 });
  for (const owner of ['anna', 'bert', 'carl', 'dora']) before.take(owner);
  before.give(number('10.0.0.2'));
  const after = leasesFrom('10.0.0.1', { size: 3, former: before.record });
  assert.deepEqual(
    ['carl', 'anna', 'bert', 'dora'].map((owner) => take(after, owner)),
    ['10.0.0.3', '10.0.0.1', '10.0.0.2', undefined],
  );
});

test('an address that is claimed is nobody else until it is given back, within the pool and outside', () => {
  const leases = leasesFrom('10.0.0.1', { size: 2, reserved: ['192.0.2.7'] });
  for (const address of ['10.0.0.1', '192.0.2.7'].map(number)) {
    assert.equal(leases.claim(address, 'anna'), true);
    assert.equal(leases.claim(address, 'bert'), false);
    assert.equal(leases.claim(address, 'anna'), false);
  }
  assert.deepEqual([take(leases), take(leases)], ['10.0.0.2', undefined]);
  leases.give(number('192.0.2.7'));
  assert.equal(take(leases), undefined, 'an address of an account became one of the pool');
  assert.equal(leases.claim(number('192.0.2.7'), 'bert'), true);
});

test('what was not lent, or is given back twice, is not lent twice', () => {
  const leases = leasesFrom('10.0.0.1', { size: 1 });
  leases.give(number('10.0.0.1'));
  leases.give(number('192.0.2.1'));
  assert.equal(take(leases), '10.0.0.1');
  assert.equal(take(leases), undefined);
  leases.give(number('10.0.0.1'));
  leases.give(number('10.0.0.1'));
  assert.equal(take(leases), '10.0.0.1');
  assert.equal(take(leases), undefined);
});

test('whatever is taken and given, no address is lent to two, and none is lost', () => {
  const step = fc.record({ owner: fc.nat(6), give: fc.option(fc.nat(30)) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 12 }), (steps, size) => {
      const leases = leasesFrom('10.0.0.1', { size, reserved: ['10.0.0.3'] });
      const lent: number[] = [];
      for (const { owner, give } of steps) {
        if (give !== null) {
          const [address] = lent.splice(give % (lent.length || 1), 1);
          if (address !== undefined) leases.give(address);
          continue;
        }
        const address = leases.take(`owner ${owner}`);
        assert.equal(address === undefined, lent.length >= size - (size >= 3 ? 1 : 0));
        if (address === undefined) continue;
        assert.ok(!lent.includes(address));
        assert.notEqual(text(address), '10.0.0.3');
        lent.push(address);
      }
    }),
  );
});
