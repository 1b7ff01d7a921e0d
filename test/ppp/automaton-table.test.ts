import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS, lookUp, parseTable, STATES } from '../../src/ppp/automaton-table';
import { readPage } from './rfc-page';

const page = readPage();

test("the page has the RFC's 16 events and 10 states, and no cell is missing", () => {
  assert.equal(page.rows.size, 16);
  assert.equal(page.states.length, 10);
  for (const [event, cells] of page.rows) assert.equal(cells.length, 10, event);
});

test("the table's events and states are the page's, in its order", () => {
  assert.deepEqual([...STATES], page.states);
  assert.deepEqual([...EVENTS], [...page.rows.keys()]);
});

for (const event of EVENTS) {
  test(`each cell of ${event} is the page's`, () => {
    for (const [index, state] of STATES.entries()) {
      const printed = page.rows.get(event)?.[index];
      const cell = lookUp(event, state);
      const where = `${event} in ${state}`;
      assert.equal(cell === undefined, printed === undefined, where);
      if (!cell || !printed) continue;
      assert.deepEqual(cell.actions, printed.actions, where);
      assert.equal(cell.next, page.states[printed.next], where);
      assert.equal(cell.note ?? '', printed.note, where);
    }
  });
}

test('a table that is none is refused', () => {
  const dashes = '- '.repeat(9);
  assert.throws(() => parseTable(`Up ${dashes}`), /not a row of the table/);
  assert.throws(() => parseTable(`Upp - ${dashes}`), /not a row of the table/);
  assert.throws(() => parseTable(`Up xyz/1 ${dashes}`), /not a cell: xyz\/1/);
  assert.throws(() => parseTable(`Up sta ${dashes}`), /not a cell: sta/);
});
