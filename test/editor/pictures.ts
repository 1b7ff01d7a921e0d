// npm run pictures: takes the pictures of README and docs anew, from the demo and the examples as they run.
// npm run pictures -- NAME…: those of these examples only.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Demo } from './browser';
import { Dashboard } from './dashboard';
import { Dialog } from './dialog';
import type { EditorPage } from './editor-globals';
import { Workspace } from './workspace';

const ROOT = join(__dirname, '../..');
const DOCS = join(ROOT, 'docs');
/** So long, in ms, until charts have something to show, and nothing slides or fades any more. */
const [CHARTED, SETTLED] = [25_000, 1_500];
/** Of the browser's page, in pixels. */
const SIZE = { width: 1280, height: 860 };
/** Around the nodes of a flow, in pixels. */
const MARGIN = 20;

const picture = (name: string) => ({ path: join(DOCS, `${name}.png`) });

async function takeDemo(demo: Demo): Promise<void> {
  const { page } = demo;
  await page.goto(`${demo.address}/dashboard/session`);
  await new Dashboard(page).shown('State', 'up').waitFor();
  await page.waitForTimeout(CHARTED);
  await page.screenshot(picture('dashboard'));
  await demo.openEditor();
  await page.locator('#red-ui-palette-search input').pressSequentially('pppoe');
  await page.locator('.red-ui-palette-node[data-palette-type="inject"]').waitFor({ state: 'hidden' });
  await showSidebar(demo, 330);
  await page.screenshot(picture('editor'));
}

async function showSidebar({ page }: Demo, width: number): Promise<void> {
  await page.evaluate((pixels) => {
    const { RED, $ } = globalThis as unknown as EditorPage;
    RED.sidebar.show('pppoe');
    $('#red-ui-sidebar').width(pixels);
    RED.events.emit('sidebar:resize');
  }, width);
  await page.locator('.pppoe-ladder svg').waitFor();
  await page.waitForTimeout(SETTLED);
}

/** What the sidebar says of a wrong password. */
async function takeFailure(demo: Demo): Promise<void> {
  const { page } = demo;
  const flows = (await (await fetch(`${demo.address}/flows`)).json()) as { readonly type: string }[];
  const wrong = { credentials: { username: 'demo', password: 'wrong' } };
  await demo.openFlows(flows.map((node) => (node.type === 'pppoe-session' ? { ...node, ...wrong } : node)));
  await showSidebar(demo, 430);
  await page.locator('.pppoe-diagnosis p').waitFor();
  for (const button of await page.locator('.red-ui-notification button').all()) await button.click();
  await page.locator('.rung', { hasText: 'CHAP Failure' }).first().click();
  await page.waitForTimeout(SETTLED);
  await page.locator('#red-ui-sidebar').screenshot(picture('sidebar'));
}

async function takeDialogs(demo: Demo): Promise<void> {
  const { page } = demo;
  await demo.openEditor();
  const session = await Dialog.open(page, 'pppoe-session');
  await session.tray.getByLabel('Kind of interface').selectOption('virtual');
  await session.tray.getByRole('textbox', { name: 'Segment' }).fill('lab');
  await session.tray.getByRole('button', { name: 'Scan' }).click();
  await session.tray.getByRole('button', { name: 'Use demo-isp' }).waitFor();
  await page.waitForTimeout(SETTLED);
  await session.tray.screenshot(picture('session'));
  await session.cancel();
  await page.setViewportSize({ width: 1280, height: 1400 });
  const concentrator = await Dialog.open(page, 'pppoe-concentrator');
  await page.waitForTimeout(SETTLED);
  await concentrator.tray.screenshot(picture('concentrator'));
  await concentrator.cancel();
  await page.setViewportSize(SIZE);
}

/** The flow of an example as the editor draws it. */
async function takeExample(demo: Demo, name: string): Promise<void> {
  const { page } = demo;
  const workspace = new Workspace(page);
  await demo.openFlows([]);
  await workspace.importExample(name);
  await workspace.deploy();
  await page.locator('#red-ui-workspace-tabs .red-ui-tab').last().click();
  // What the editor tells lies over the flow, and what it says of the tab below the mouse.
  await page.mouse.move(0, 0);
  await page.locator('.red-ui-notification').first().waitFor({ state: 'detached' });
  await page.waitForTimeout(SETTLED);
  const chart = page.locator('#red-ui-workspace-chart');
  const [around, nodes] = [await chart.boundingBox(), await chart.locator('.red-ui-flow-node-group').all()];
  const boxes = await Promise.all(nodes.map((node) => node.boundingBox()));
  if (!around) throw new Error('no workspace is shown');
  const right = Math.max(...boxes.map((box) => (box ? box.x + box.width : 0)));
  const bottom = Math.max(...boxes.map((box) => (box ? box.y + box.height : 0)));
  const size = { width: right + MARGIN - around.x, height: bottom + 2 * MARGIN - around.y };
  await page.screenshot({ ...picture(`examples/${name}`), clip: { x: around.x, y: around.y, ...size } });
}

async function main(): Promise<void> {
  mkdirSync(join(DOCS, 'examples'), { recursive: true });
  const demo = await Demo.start();
  try {
    const wanted = process.argv.slice(2);
    if (wanted.length === 0) {
      await demo.page.setViewportSize(SIZE);
      await takeDemo(demo);
      await takeDialogs(demo);
      await takeFailure(demo);
    }
    await demo.page.setViewportSize({ width: 2000, height: 1800 });
    const all = readdirSync(join(ROOT, 'examples')).map((file) => file.replace(/\.json$/, ''));
    for (const name of wanted.length > 0 ? wanted : all) await takeExample(demo, name);
  } finally {
    await demo.stop();
  }
}

void main();
