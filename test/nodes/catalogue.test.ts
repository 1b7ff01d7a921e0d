// The words of the editor: whole in every language, and a help that describes every field.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fieldsOf, flat, help, html, TRANSLATIONS, TYPES, texts } from './catalogue';

const ENGLISH = 'en-US';

/** The label of a field, up to what tells two inputs of one line apart. */
function labelOf(language: string, type: string, field: string): string | undefined {
  return flat(texts(language, type)).get(`${type}.label.${field}`)?.split(':')[0];
}

/** Fields that a help has to describe: not the type that belongs to a typed input. */
function describedFields(type: string): readonly string[] {
  const fields = fieldsOf(type);
  return fields.filter((field) => !(field.endsWith('Type') && fields.includes(field.slice(0, -'Type'.length))));
}

/** What stands in a text for a value: `__name__`. */
function places(text: string): readonly string[] {
  return [...text.matchAll(/__\w+__/g)].map(([place]) => place).sort();
}

/** What must be the same in the help of every language. */
function shape(markdown: string) {
  return {
    headings: [...markdown.matchAll(/^(#+) /gm)].map(([, level]) => level),
    code: [...new Set([...markdown.matchAll(/`[^`\n]+`/g)].map(([code]) => code))].sort(),
    rows: [...markdown.matchAll(/^\|/gm)].length,
    items: [...markdown.matchAll(/^ *(?:-|\d+\.|:) /gm)].length,
    links: [...markdown.matchAll(/\]\((\S+)\)/g)].map(([, link]) => link),
  };
}

for (const type of TYPES) {
  describe(`the words of ${type}`, () => {
    test('has fields to describe', () => assert.ok(describedFields(type).length > 0));

    for (const language of [ENGLISH, ...TRANSLATIONS]) {
      test(`${language}: each field has a label, and the help describes it under that`, () => {
        const markdown = help(language, type);
        for (const field of describedFields(type)) {
          const label = labelOf(language, type, field);
          assert.ok(label, `no label for ${field}`);
          // Every node of Node-RED has a name.
          if (field !== 'name') assert.ok(markdown.includes(`**${label}**`), `${field}: no **${label}**`);
        }
      });
    }

    test('every text that the dialog asks for is there', () => {
      const there = flat(texts(ENGLISH, type));
      const asked = [...html(type).matchAll(/data-i18n="(?:\[[\w-]+\])?([^"]+)"|_\('([^'$]+)'\)/g)];
      for (const [, attribute, call] of asked) {
        const key = attribute ?? call ?? '';
        assert.ok(there.has(key), key);
      }
      for (const [, message] of html(type).matchAll(/\bwants(?:Beside)?\('(\w+)'/g)) {
        assert.ok(there.has(`${type}.errors.${message}`), message);
      }
    });

    for (const language of TRANSLATIONS) {
      test(`${language}: no text is missing, empty or left over, and each has the same places for values`, () => {
        const [english, translated] = [flat(texts(ENGLISH, type)), flat(texts(language, type))];
        assert.deepEqual([...translated.keys()], [...english.keys()]);
        for (const [key, text] of english) {
          const translation = translated.get(key) ?? '';
          assert.equal(translation === '', text === '', key);
          assert.deepEqual(places(translation), places(text), key);
        }
      });

      test(`${language}: the help has the parts, the tables, the code and the links of the English one`, () => {
        assert.deepEqual(shape(help(language, type)), shape(help(ENGLISH, type)));
      });
    }
  });
}

test('there are German and Japanese', () => {
  assert.deepEqual([...TRANSLATIONS].sort(), ['de', 'ja']);
});
