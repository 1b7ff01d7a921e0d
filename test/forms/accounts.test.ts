// The accounts of an access concentrator: a list in the dialog, one text where they are stored.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areAccounts, formatAccounts, parseAccounts, wrongIn } from '../../nodes/editor/accounts';
import { areFaults, FAULT_NAMES } from '../../nodes/editor/faults';
import { FAULTS } from '../../src/index';

const ANNA = { username: 'anna', password: 'Kn0w-Nobody' };
const BERT = { username: 'bert', password: 'T3ll-Nobody', address: '10.64.0.10' };

test('accounts are stored and read again, without what is empty', () => {
  const text = formatAccounts([ANNA, { username: '', password: '', address: '' }, BERT]);
  assert.deepEqual(parseAccounts(text), [ANNA, BERT]);
  assert.equal(formatAccounts([{ ...ANNA, address: '' }]), JSON.stringify([ANNA]));
  assert.equal(formatAccounts([]), '');
  assert.deepEqual(parseAccounts(''), []);
});

test('text that the dialog could not have made is no list of accounts', () => {
  for (const text of ['${ACCOUNTS}', '{}', 'anna']) assert.equal(parseAccounts(text), undefined);
});

test('the fields that are wrong are named', () => {
  assert.deepEqual(wrongIn(BERT), []);
  assert.deepEqual(wrongIn({}), []);
  assert.deepEqual(wrongIn({ username: 'anna' }), ['password']);
  assert.deepEqual(wrongIn({ address: '10.64.0' }), ['username', 'password', 'address']);
  assert.deepEqual(wrongIn({ username: 'x'.repeat(256), password: 'y' }), ['username']);
  assert.deepEqual(wrongIn({ username: '${USER}', password: '${PASS}', address: '${ADDRESS}' }), []);
});

test('each account needs a name of its own, a password, and no wrong address', () => {
  const right = [[], [ANNA, BERT], [{ ...ANNA, address: '${ADDRESS}' }]];
  const wrong = [[ANNA, ANNA], [{ username: 'anna' }], [{ ...ANNA, address: '10.64.0' }], [{}]];
  for (const accounts of right) assert.equal(areAccounts(JSON.stringify(accounts)), true);
  for (const accounts of wrong) assert.equal(areAccounts(JSON.stringify(accounts)), false);
  assert.equal(areAccounts('anna'), false);
});

test('the dialog knows the faults that the access concentrator has', () => {
  assert.deepEqual([...FAULT_NAMES].sort(), Object.keys(FAULTS).sort());
});

test('faults are names or JSON; those of an account are none of all hosts', () => {
  for (const text of ['', 'no-echo', 'no-echo, pad', '{"name": "drop"}', '["pad", {"name": "vanish"}]', '${FAULTS}']) {
    assert.equal(areFaults(text), true, text);
    assert.deepEqual(wrongIn({ ...ANNA, faults: text }), [], text);
  }
  for (const text of ['noecho', '{"name": 7}', '[', '{}', '[null]']) {
    assert.equal(areFaults(text), false, text);
    assert.deepEqual(wrongIn({ ...ANNA, faults: text }), ['faults'], text);
  }
  for (const text of ['refuse', '["early-lcp"]']) {
    assert.equal(areFaults(text), true, text);
    assert.deepEqual(wrongIn({ ...ANNA, faults: text }), ['faults'], text);
  }
  assert.deepEqual(parseAccounts(formatAccounts([{ ...ANNA, faults: 'pad' }])), [{ ...ANNA, faults: 'pad' }]);
});

test('faults of an account that are no text are shown as JSON', () => {
  const faults = [{ name: 'pad', octets: 4 }];
  assert.deepEqual(parseAccounts(JSON.stringify([{ ...ANNA, faults }])), [{ ...ANNA, faults: JSON.stringify(faults) }]);
  assert.equal(areAccounts(JSON.stringify([{ ...ANNA, faults }])), true);
});
