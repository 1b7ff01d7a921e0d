// Each example as its user has it: chosen from the editor's list, imported, deployed.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Demo, skip } from './browser';
import { Workspace } from './workspace';

const LIMIT = { timeout: 60_000 };
const EXAMPLES = readdirSync(join(__dirname, '../../examples')).map((file) => file.replace(/\.json$/, ''));

describe('each example in the editor', { skip: skip() }, () => {
  let demo: Demo;
  before(async () => {
    demo = await Demo.start();
  });
  after(() => demo?.stop());

  for (const name of EXAMPLES) {
    test(`${name} is imported and deployed without an error, with every node valid`, LIMIT, async () => {
      const workspace = new Workspace(demo.page);
      await demo.openFlows([]);
      const before = demo.log.length;
      await workspace.importExample(name);
      await workspace.deploy();
      assert.deepEqual(await workspace.invalid(), []);
      assert.deepEqual(await demo.page.locator('.red-ui-notification-error').allTextContents(), []);
      assert.doesNotMatch(demo.log.slice(before), /\[error\]/);
    });
  }
});
