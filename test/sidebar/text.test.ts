import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Book } from '../../nodes/editor/sidebar/book.js';
import type { Entry, SessionDetails, SessionSummary } from '../../nodes/editor/sidebar/data.js';
import { cells, cut, duration, hexDump, later, octets, wrapped } from '../../nodes/editor/sidebar/text.js';
import { fill } from '../../nodes/editor/sidebar/words.js';
import { FINDINGS, HINTS } from '../../src/index';
import { flat, TRANSLATIONS, texts } from '../nodes/catalogue';
import { frame } from './records';

test('the width of a text counts characters of East Asia twice', () => {
  assert.equal(cells('abc'), 3);
  assert.equal(cells('接続'), 4);
  assert.equal(cut('接続接続', 5), '接続…');
  assert.equal(cut('abcdef', 6), 'abcdef');
});

test('parts are wrapped whole where they fit, and cut at the last line', () => {
  assert.deepEqual(wrapped(['MRU 1492', 'Magic 0x1234'], 30, 4), ['MRU 1492, Magic 0x1234']);
  assert.deepEqual(wrapped(['MRU 1492', 'Magic 0x1234'], 14, 4), ['MRU 1492,', 'Magic 0x1234']);
  assert.deepEqual(wrapped(['Interface-Identifier 1:2:3:4'], 22, 4), ['Interface-Identifier', '1:2:3:4']);
  assert.deepEqual(wrapped(['a', 'b', 'c'], 2, 2), ['a,', 'b…']);
  assert.deepEqual(wrapped([], 10, 2), []);
});

for (const [count, text] of [
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [123_456, '123 kB'],
  [999_600, '1.0 MB'],
  [5.4e15, '5400 TB'],
] as const) {
  test(`${count} octets are ${text}`, () => assert.equal(octets(count), text));
}

for (const [ms, text] of [
  [0, '00:00:00'],
  [61_000, '00:01:01'],
  [90_061_000, '1 d 01:01:01'],
  [-5, '00:00:00'],
] as const) {
  test(`${ms} ms are ${text}`, () => assert.equal(duration(ms), text));
}

for (const [ms, text] of [
  [-1, '+0 ms'],
  [12, '+12 ms'],
  [3_400, '+3.4 s'],
  [120_000, '+2 min'],
  [7_200_000, '+2 h'],
] as const) {
  test(`${ms} ms later is ${text}`, () => assert.equal(later(ms), text));
}

test('octets are shown with offsets and what is printable', () => {
  assert.deepEqual(hexDump('41420a', 2), ['0000  41 42  AB', '0002  0a     .']);
});

test('what a peer says is not taken for a placeholder', () => {
  assert.equal(fill('{said} {user} {none}', { said: '{user}', user: 'anna' }), '{user} anna {none}');
});

/** The sidebar's texts whose keys begin so, by the rest of the key. */
function said(language: string, group = ''): Record<string, string> {
  const before = `pppoe-sidebar.${group}`;
  const all = [...flat(texts(language, 'pppoe-sidebar'))].filter(([key]) => key.startsWith(before));
  return Object.fromEntries(all.map(([key, text]) => [key.slice(before.length), text]));
}

test('the texts of diagnoses are in the catalog as the library has them', () => {
  assert.deepEqual(said('en-US', 'finding.'), FINDINGS);
  assert.deepEqual(said('en-US', 'hint.'), HINTS);
});

for (const language of TRANSLATIONS) {
  test(`${language}: no text is missing or left over, and each has the same places for values`, () => {
    const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
    const placesOf = (all: Record<string, string>) =>
      Object.fromEntries(Object.entries(all).map(([key, text]) => [key, [text !== '', ...places(text)]]));
    assert.deepEqual(placesOf(said(language)), placesOf(said('en-US')));
  });
}

const SUMMARY: SessionSummary = {
  id: 'a',
  name: 'home',
  interface: 'eth1',
  state: 'up',
  addresses: [],
  octetsReceived: 0,
  octetsSent: 0,
};

function details(entries: readonly Entry[], more: Partial<SessionDetails> = {}): SessionDetails {
  return {
    now: '2026-01-01T00:00:00.000Z',
    epoch: 'one',
    whole: false,
    entries,
    summary: SUMMARY,
    facts: [],
    automata: [],
    machine: { states: [], transitions: [] },
    automatonStates: [],
    ...more,
  };
}

test('the book adds what is new, names what it knows, and begins anew when the session does', () => {
  const book = new Book();
  assert.deepEqual(book.known('a'), { epoch: '', serial: 0 });
  assert.equal(book.tell('a', details([frame(1), frame(2)], { whole: true })), true);
  assert.deepEqual(book.known('a'), { epoch: 'one', serial: 2 });
  assert.deepEqual(book.known('b'), { epoch: '', serial: 0 });
  assert.equal(book.tell('a', details([])), false);
  assert.equal(book.tell('a', details([frame(2), frame(3)])), true);
  assert.deepEqual(
    book.open?.entries.map(({ serial }) => serial),
    [1, 2, 3],
  );
  book.tell('a', details([frame(1)], { whole: true, epoch: 'two' }));
  assert.deepEqual(
    book.open?.entries.map(({ serial }) => serial),
    [1],
  );
});

test('the book is bounded, and forgets sessions that are gone', () => {
  const book = new Book();
  const many = Array.from({ length: 5_000 }, (_, index) => frame(index + 1));
  book.tell('a', details(many, { whole: true }));
  assert.equal(book.open?.entries.length, 2_000);
  assert.equal(book.open?.entries.at(-1)?.serial, 5_000);
  book.list({ now: '2026-01-01T00:00:00.000Z', sessions: [SUMMARY] });
  assert.equal(book.samples('a').length, 1);
  book.list({ now: '2026-01-01T00:00:01.000Z', sessions: [] });
  assert.equal(book.samples('a').length, 0);
});
