// What a screen reader and people with weak eyes would stumble over, as axe-core finds it.
import type { Page } from 'playwright-core';
import type { EditorPage } from './editor-globals';

const AXE = require.resolve('axe-core/axe.min.js');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'];

/** What is wrong in a part of the page as it is shown now; a line for each rule, with the elements. */
export async function violations(page: Page, selector: string): Promise<readonly string[]> {
  if (await page.evaluate(() => !('axe' in globalThis))) await page.addScriptTag({ path: AXE });
  return page.evaluate(
    async ([part, runOnly]) => {
      const { axe } = globalThis as unknown as EditorPage;
      const found = await axe.run(part, { runOnly });
      return found.violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
      );
    },
    [selector, RULES] as const,
  );
}
