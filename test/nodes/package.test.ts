import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { CORE, DASHBOARD, EXAMPLES, readExample } from './examples/example';
import { helper, load } from './world';

const ROOT = join(__dirname, '../..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const NODES: Record<string, string> = manifest['node-red'].nodes;
const CONFIG = ['pppoe-session', 'pppoe-concentrator'];

for (const [type, path] of Object.entries(NODES)) {
  describe(`${type}, as it is built`, () => {
    const built = join(ROOT, path);
    const text = (file: string) => readFileSync(file, 'utf8');

    test('registers its type by a literal name, in code and in HTML', () => {
      assert.match(text(built), new RegExp(`registerType\\('${type}'`));
      assert.match(text(built.replace(/\.js$/, '.html')), new RegExp(`registerType\\('${type}', *\\{`));
    });

    test('has its words and its help in en-US', () => {
      const locale = join(built, '../locales/en-US', `${type}`);
      assert.ok(Object.keys(JSON.parse(text(`${locale}.json`))).length > 0);
      assert.match(text(`${locale}.html`), new RegExp(`type="text/markdown" data-help-name="${type}"`));
    });

    test('has the icon that it names', () => {
      const icon = /icon: *'([^']+)'/.exec(text(built.replace(/\.js$/, '.html')))?.[1] ?? '';
      assert.ok(existsSync(join(built, '../icons', icon)), icon);
    });

    if (!CONFIG.includes(type)) {
      test('is shown in an example', () => {
        assert.ok(EXAMPLES.some((name) => readExample(name).some((node) => node.type === type)));
      });
    }
  });
}

for (const [name, path] of Object.entries<string>(manifest['node-red'].plugins)) {
  test(`the plugin ${name} is built, with its words and what it loads`, () => {
    const built = join(ROOT, path);
    assert.ok(existsSync(built));
    const html = readFileSync(built.replace(/\.js$/, '.html'), 'utf8');
    const [, script] = /src="resources\/@pppoe\/node-red-pppoe\/([^"]+)"/.exec(html) ?? [];
    assert.ok(script && existsSync(join(ROOT, 'resources', script)), script);
    const locale = join(built, '../locales/en-US', `${name}.json`);
    assert.ok(Object.keys(JSON.parse(readFileSync(locale, 'utf8'))[name]).length > 0);
  });
}

describe('each example', () => {
  const list = readFileSync(join(ROOT, 'docs/examples.md'), 'utf8');

  before(() => helper.startServer());
  after(() => helper.stopServer());
  afterEach(() => helper.unload());

  for (const name of EXAMPLES) {
    test(`${name} has its row and its picture in the list of examples`, () => {
      const title = name.replace(/\.json$/, '');
      assert.match(list, new RegExp(`^\\| \\[${title}\\]\\(\\.\\./examples/${name}\\) \\| .+ \\| .+ \\|$`, 'm'));
      assert.ok(list.includes(`](examples/${title}.png)`), title);
      assert.ok(existsSync(join(ROOT, `docs/examples/${title}.png`)), title);
    });

    test(`${name} starts, with all its nodes and without an error`, async () => {
      const flow = readExample(name);
      await load(flow, {}, [...CORE, ...DASHBOARD]);
      const missing = flow.filter(({ id, type }) => type !== 'tab' && type !== 'group' && !helper.getNode(id));
      assert.deepEqual(missing, []);
      const errors = helper
        .log()
        .args.flat()
        .filter((entry) => ((entry as { level?: number }).level ?? 100) <= 20);
      assert.deepEqual(errors, []);
    });
  }
});
