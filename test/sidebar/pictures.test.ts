import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { coloursOn, contrast, ENOUGH_CONTRAST } from '../../nodes/editor/sidebar/palette.js';
import { drawSparkline, extended, MOST_SAMPLES, ratesOf, type Sample } from '../../nodes/editor/sidebar/sparkline.js';
import { drawStates, waysOut } from '../../nodes/editor/sidebar/state-picture.js';
import { AUTOMATON_STATES, SESSION_MACHINE } from '../../src/index';
import { textOf } from './records';

describe('the state diagram', () => {
  for (const present of SESSION_MACHINE.states) {
    test(`of a session that is ${present} has each state within the picture, and lights that one alone`, () => {
      const picture = drawStates(SESSION_MACHINE, present, 290, 'title');
      const text = textOf(picture);
      assert.deepEqual(
        [...text.matchAll(/class="lit \w+" data-state="(\w+)"/g)].map(([, state]) => state),
        [present],
      );
      const boxes = [...text.matchAll(/class="box" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map(
        ([, ...numbers]) => numbers.map(Number) as [number, number, number, number],
      );
      assert.equal(boxes.length, SESSION_MACHINE.states.length);
      for (const [x, y, width, height] of boxes) {
        assert.ok(x + width <= picture.width && y + height <= picture.height);
        const over = boxes.filter(
          ([x2, y2, w2, h2]) => x2 < x + width && x < x2 + w2 && y2 < y + height && y < y2 + h2,
        );
        assert.equal(over.length, 1, 'boxes do not overlap');
      }
      const lines = [...text.matchAll(/class="next edge"/g)].length;
      const leading = waysOut(SESSION_MACHINE, present).filter(({ to }) => to !== present);
      assert.equal(lines, leading.length, 'each way out is lit');
      assert.ok(!/NaN|undefined/.test(text));
    });
  }

  test('the automatons have the ten states of RFC 1661', () => {
    assert.equal(AUTOMATON_STATES.length, 10);
  });
});

describe('the sparkline', () => {
  const samples = (count: number): readonly Sample[] =>
    Array.from({ length: count }, (_, second) => ({ at: 1_000 * second, received: 500 * second, sent: 100 * second }));

  test('rates are octets in a second, however far apart the samples are', () => {
    assert.deepEqual(
      ratesOf([
        { at: 0, received: 0, sent: 0 },
        { at: 4_000, received: 8_000, sent: 400 },
      ]),
      [{ received: 2_000, sent: 100 }],
    );
  });

  test('old samples go, and a repeated one is no sample', () => {
    let kept: readonly Sample[] = [];
    for (const sample of samples(500)) kept = extended(kept, sample);
    assert.equal(kept.length, MOST_SAMPLES);
    assert.equal(extended(kept, kept.at(-1) as Sample), kept);
  });

  test('counters that begin anew begin a new line: no rate is negative', () => {
    const anew = extended(samples(5), { at: 5_000, received: 10, sent: 0 });
    assert.deepEqual(ratesOf(anew), []);
  });

  test('it stays within its picture, and silence is a line at the bottom', () => {
    const text = textOf(drawSparkline(ratesOf(samples(MOST_SAMPLES)), 96, 22, 'title'));
    const numbers = [...text.matchAll(/d="([^"]+)"/g)].flatMap(([, d]) => (d ?? '').match(/[\d.-]+ [\d.-]+/g) ?? []);
    assert.ok(numbers.length > MOST_SAMPLES);
    for (const pair of numbers) {
      const [x = -1, y = -1] = pair.split(' ').map(Number);
      assert.ok(x >= 0 && x <= 96 && y >= 0 && y <= 22, pair);
    }
    const silence = [
      { received: 0, sent: 0 },
      { received: 0, sent: 0 },
    ];
    assert.match(textOf(drawSparkline(silence, 96, 22, 'title')), /spark-sent" d="M[\d.]+ 21L96 21"/);
  });
});

describe('the colours', () => {
  for (const [paper, ink] of [
    ['rgb(255, 255, 255)', 'rgb(85, 85, 85)'],
    ['rgb(243, 243, 243)', 'rgb(51, 51, 51)'],
    ['rgb(34, 34, 34)', 'rgb(222, 222, 222)'],
    ['rgb(40, 44, 52)', 'rgb(171, 178, 191)'],
    ['#002b36', '#839496'],
    ['#808080', '#777777'],
    ['#000000', '#000000'],
  ] as const) {
    test(`can be read on ${paper} with ${ink}`, () => {
      const colours = coloursOn(paper, ink);
      for (const name of ['ink', 'muted', 'sent', 'received', 'refused', 'repeated', 'good'] as const) {
        for (const ground of ['paper', 'chosen'] as const) {
          const found = contrast(colours[name], colours[ground]);
          assert.ok(found >= ENOUGH_CONTRAST, `${name} on ${ground}: ${found.toFixed(2)}`);
        }
      }
      assert.ok(contrast(colours.onLit, colours.lit) >= ENOUGH_CONTRAST);
    });
  }

  test('contrast is that of WCAG', () => {
    assert.equal(contrast('#000000', '#ffffff').toFixed(1), '21.0');
    assert.equal(contrast('rgb(119, 119, 119)', '#ffffff').toFixed(2), '4.48');
  });
});
