import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openConsolePage, part, startBrowser } from './support/console-page.ts';
import { makeBusy } from './support/make-busy.ts';
import { type Suite, startSuite } from './support/start-suite.ts';

/** Where the screenshots of the README go (docs); only written when asked, since each run's differ. */
const pictures = process.env.PODKIT_PICTURES;

let tmp: string;
let suite: Suite;
let browser: Browser;

beforeAll(async () => {
  tmp = mkdtempSync(join(tmpdir(), 'podkit-console-'));
  [suite, browser] = await Promise.all([startSuite(tmp, ['--chaos-token=let-me']), startBrowser()]);
  // Without a request there is no series of requests.
  await fetch(suite.url('app', '/'));
});

afterAll(async () => {
  await browser?.close();
  suite?.kill('SIGTERM');
  await suite?.exited;
  rmSync(tmp, { recursive: true, force: true });
});

/** The page with all of its parts filled. */
async function open(options = {}): Promise<Page> {
  const { page } = await openConsolePage(browser, suite.url('app-admin', '/console/'), options);
  await part(page, 'Adapted metrics').getByText('app_requests_total').first().waitFor();
  await page.locator('.plot canvas').nth(5).waitFor();
  return page;
}

test.each([390, 768, 1440, 2560])('nothing is wider than a window of %d pixels', async (width) => {
  const page = await open({ width });
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
  const outside = await page.evaluate<string[]>(`[...document.querySelectorAll('.edge span, .node span, .outside span')]
    .filter((element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline')
    .map((element) => element.textContent)`);
  expect(outside).toEqual([]);
});

test('the diagram, the timeline and the usage are seen at 1440 × 900 without scrolling', async () => {
  const page = await open();
  const box = await part(page, 'Usage and limits').boundingBox();
  expect((box?.y ?? 900) + (box?.height ?? 900)).toBeLessThanOrEqual(900);
});

test.each(['light', 'dark'] as const)('axe finds nothing to complain about in %s colours', async (colorScheme) => {
  for (const width of [390, 1440]) {
    const page = await open({ width, colorScheme });
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: /^app/ }).click();
    expect(await violations(page)).toEqual([]);
  }
  if (pictures === undefined) return;
  const page = await open({ colorScheme });
  await makeBusy({ app: suite.url('app', '/'), console: page.url(), token: 'let-me' });
  await page.screenshot({ path: join(pictures, `console-${colorScheme}.png`) });
});

test('nothing moves when new values come', async () => {
  const page = await open();
  const shift = await page.evaluate<number>(`new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; }).observe({ type: 'layout-shift' });
    let updates = 0;
    const source = new EventSource('../api/console/events');
    source.addEventListener('update', () => { updates += 1; if (updates === 5) { source.close(); resolve(sum); } });
  })`);
  expect(shift).toBeLessThan(0.001);
});

test('the page is printed on one sheet', async () => {
  const page = await open();
  await page.emulateMedia({ media: 'print', colorScheme: 'light' });
  const pdf = await page.pdf({ preferCSSPageSize: true });
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
});

/** What axe finds (https://www.deque.com/axe/), as one line for each rule. The page's policy allows no script from a test, so it is evaluated. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(`axe.run().then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' ')))`);
}
