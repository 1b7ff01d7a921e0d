import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Deadlines } from '../../src/concentrator/deadlines';

interface Sleeper {
  readonly name: number;
  deadline: number | undefined;
}

test('those that are due are given in their order, each once, and the others later', () => {
  const deadlines = new Deadlines<Sleeper>();
  const [late, early, never] = [30, 10, undefined].map((deadline, name) => ({ name, deadline })) as [
    Sleeper,
    Sleeper,
    Sleeper,
  ];
  for (const sleeper of [late, early, never]) deadlines.touch(sleeper);
  assert.equal(deadlines.next, 10);
  assert.deepEqual(deadlines.take(9), []);
  assert.deepEqual(deadlines.take(10), [early]);
  assert.deepEqual(deadlines.take(29), []);
  assert.deepEqual(deadlines.take(40), [late]);
  assert.equal(deadlines.next, undefined);
});

test('who has gone is not held on to, however far its deadline was', () => {
  const deadlines = new Deadlines<Sleeper>();
  for (let name = 0; name < 10_000; name++) {
    const sleeper = { name, deadline: 1e9 - name };
    deadlines.touch(sleeper);
    deadlines.forget(sleeper);
  }
  assert.ok(deadlines.size < 100, `${deadlines.size} entries of nobody`);
  const sleeper = { name: 1, deadline: 1e9 };
  for (let deadline = 1e9; deadline > 1e9 - 10_000; deadline--) {
    sleeper.deadline = deadline;
    deadlines.touch(sleeper);
  }
  assert.ok(deadlines.size < 100, `${deadlines.size} entries of one`);
  assert.deepEqual(deadlines.take(1e9), [sleeper]);
});

test('whatever deadlines do, each is met at its time and none before', () => {
  const step = fc.record({ who: fc.nat(5), deadline: fc.option(fc.nat(50), { nil: undefined }), go: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const deadlines = new Deadlines<Sleeper>();
      const sleepers = Array.from({ length: 6 }, (_, name): Sleeper => ({ name, deadline: undefined }));
      let now = 0;
      for (const { who, deadline, go } of steps) {
        const sleeper = sleepers[who] as Sleeper;
        sleeper.deadline = deadline === undefined ? undefined : now + deadline;
        deadlines.touch(sleeper);
        now += go;
        const expected = sleepers.filter((one) => one.deadline !== undefined && one.deadline <= now);
        const due = deadlines.take(now);
        assert.deepEqual(
          due.map(({ name }) => name).toSorted((one, other) => one - other),
          expected.map(({ name }) => name),
        );
        for (const one of due) one.deadline = undefined;
      }
    }),
  );
});
