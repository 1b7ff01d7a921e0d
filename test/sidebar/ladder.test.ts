import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../nodes/editor/sidebar/data.js';
import { type Ladder, ladders } from '../../nodes/editor/sidebar/ladder.js';
import { drawLadder } from '../../nodes/editor/sidebar/ladder-picture.js';
import { coloursOn } from '../../nodes/editor/sidebar/palette.js';
import { svgFile } from '../../nodes/editor/sidebar/picture.js';
import { AC, discovery, frame, state, textOf, words } from './records';

/** What is used of jsdom, which has no types of its own. */
interface Jsdom {
  readonly JSDOM: new (
    text: string,
    options: { readonly contentType: string },
  ) => { readonly window: { readonly document: Document } };
}

const { JSDOM }: Jsdom = require('jsdom');

function only(entries: readonly Entry[]): Ladder {
  const [ladder, ...others] = ladders(entries);
  assert.ok(ladder);
  assert.deepEqual(others, []);
  return ladder;
}

/** The SVG as a browser would read it. */
function parsed(text: string): Document {
  const { document } = new JSDOM(text, { contentType: 'image/svg+xml' }).window;
  assert.equal(document.querySelector('parsererror'), null);
  return document;
}

function drawn(entries: readonly Entry[], width = 300): Document {
  return parsed(
    textOf(drawLadder(only(entries), words, width)).replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"'),
  );
}

const textsOf = (document: Document, selector: string) =>
  [...document.querySelectorAll(selector)].map(({ textContent }) => textContent);

test('each attempt is a ladder of its own, with its beginning and its outcome', () => {
  const entries = [
    ...discovery('isp', 1),
    state(7, 'waiting'),
    ...discovery('isp', 2).map((one) => ({ ...one, serial: one.serial + 10 })),
  ];
  const all = ladders(entries);
  assert.deepEqual(
    all.map(({ attempt, outcome }) => ({ attempt, outcome })),
    [
      { attempt: 1, outcome: 'waiting' },
      { attempt: 2, outcome: 'requesting' },
    ],
  );
  assert.equal(all[0]?.began, entries[0]?.at);
});

test('frames and states stand in order, an arrow for each frame, towards the side that gets it', () => {
  const document = drawn(discovery());
  assert.deepEqual(textsOf(document, '.rung .title'), ['discovering', 'PADI', 'PADO', 'requesting', 'PADR', 'PADS']);
  const heads = [...document.querySelectorAll('.rung .head')].map((head) => {
    const [, tip, back] = /^M(\S+) \S+L(\S+) /.exec(head.getAttribute('d') ?? '') ?? [];
    return Number(tip) > Number(back) ? 'right' : 'left';
  });
  assert.deepEqual(heads, ['right', 'left', 'right', 'left']);
});

test('host and access concentrator are named above, the latter as it told', () => {
  const document = drawn(discovery('my-bras'));
  assert.deepEqual(textsOf(document, 'svg > text'), ['ladder.host', 'ladder.concentrator', 'my-bras']);
});

for (const [mark, sign] of [
  ['refused', '✕'],
  ['repeated', '↻'],
  ['malformed', '!'],
  ['ignored', '∅'],
] as const) {
  test(`a ${mark} frame has a sign and a word beside its colour, also for those who hear it`, () => {
    const document = drawn([frame(1, { mark })]);
    const [rung] = document.querySelectorAll('.rung');
    assert.ok(rung?.classList.contains(mark));
    assert.deepEqual(textsOf(document, '.mark'), [`${sign} mark.${mark}`]);
    assert.match(rung?.getAttribute('aria-label') ?? '', new RegExp(`mark\\.${mark}`));
  });
}

test('options are told below the arrow, but not those that only their sender understands', () => {
  const options = [
    { name: 'MRU', value: '1492' },
    { name: 'Host-Uniq', value: '0x1234' },
    { name: 'Service-Name', value: '' },
  ];
  assert.deepEqual(textsOf(drawn([frame(1, { options })]), '.rung .small'), ['MRU 1492, Service-Name']);
});

test('no text is wider than the room between the lines', () => {
  const options = Array.from({ length: 30 }, (_, index) => ({ name: `Option-${index}`, value: 'x'.repeat(index * 9) }));
  for (const width of [250, 300, 560]) {
    const document = drawn([...discovery('a'.repeat(300)), frame(9, { options, code: 'C'.repeat(80) })], width);
    for (const text of document.querySelectorAll('text')) {
      const small = /small/.test(text.getAttribute('class') ?? '') ? 10.5 : 11.5;
      const size = /tiny/.test(text.getAttribute('class') ?? '') ? 10 : small;
      const long = (text.textContent?.length ?? 0) * size * 0.605;
      const x = Number(text.getAttribute('x'));
      const [, place] = /(end|middle)/.exec(text.getAttribute('class') ?? '') ?? [];
      const left = place === 'end' ? x - long : place === 'middle' ? x - long / 2 : x;
      assert.ok(left >= 0 && left + long <= width, `${text.textContent} at ${left} of ${width}`);
    }
  }
});

test('rungs do not overlap, and the picture is as high as they are', () => {
  const options = [{ name: 'MRU', value: '1492' }];
  const entries = [
    ...discovery(),
    frame(7, { options, mark: 'refused' }),
    state(8, 'waiting', { reason: { code: 'no-reply', text: 'why '.repeat(60) } }),
    frame(9),
  ];
  const picture = drawLadder(only(entries), words, 300);
  const grounds = [
    ...parsed(textOf(picture).replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"')).querySelectorAll('.ground'),
  ].map((ground) => ({
    top: Number(ground.getAttribute('y')),
    height: Number(ground.getAttribute('height')),
  }));
  grounds.slice(1).forEach(({ top }, index) => {
    const before = grounds[index];
    assert.equal(top, (before?.top ?? 0) + (before?.height ?? 0));
  });
  const last = grounds.at(-1);
  assert.ok(picture.height >= (last?.top ?? 0) + (last?.height ?? 0));
});

test('many Echo packets are one note, few are drawn', () => {
  const echoes = (count: number) =>
    Array.from({ length: count }, (_, index) => frame(index + 1, { code: index % 2 ? 'Echo-Reply' : 'Echo-Request' }));
  assert.deepEqual(
    only(echoes(4)).rungs.map(({ type }) => type),
    ['frame', 'frame', 'frame', 'frame'],
  );
  const [run, ...rest] = only([...echoes(96), frame(97)]).rungs;
  assert.deepEqual(run, { type: 'echoes', key: 'echoes-1', count: 96 });
  assert.equal(rest.length, 1);
});

test('what is no longer kept is counted', () => {
  const rungs = only([frame(1), frame(40)]).rungs;
  assert.deepEqual(rungs[1], { type: 'gap', key: 'gap-40', count: 38 });
});

test('a frame of another access concentrator than the first says whose it is', () => {
  const other = '02:00:00:00:00:02';
  const document = drawn([
    ...discovery('first'),
    frame(9, { direction: 'received', peer: other, code: 'Configure-Ack' }),
  ]);
  assert.ok(textsOf(document, '.small').includes(other));
  assert.notEqual(other, AC);
});

for (const name of [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  `' onload='alert(1)`,
  ']]>&amp;\u0000\u202e\ufffe',
]) {
  test(`an AC-Name like ${JSON.stringify(name)} stays text, in the page and in the file`, () => {
    const entries = [...discovery(name), state(9, 'waiting', { reason: { code: 'refused', text: name } })];
    const picture = drawLadder(only(entries), words, 560);
    const document = parsed(svgFile(picture, coloursOn('#ffffff', '#333333')));
    assert.deepEqual([...new Set([...document.querySelectorAll('*')].map(({ tagName }) => tagName))].sort(), [
      'circle',
      'g',
      'path',
      'rect',
      'style',
      'svg',
      'text',
    ]);
    for (const element of document.querySelectorAll('*')) {
      assert.deepEqual(
        [...element.attributes].filter(({ name: attribute }) => attribute.startsWith('on')),
        [],
      );
    }
    const shown = [...name].filter((character) => character !== '\u0000' && character !== '\ufffe').join('');
    assert.ok(textsOf(document, 'text').some((text) => text?.includes(shown)));
  });
}
