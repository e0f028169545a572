import { join } from 'node:path';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StatefulSet } from '../../services/app/test/support/stateful-set.ts';
import { openConsolePage, part, startBrowser } from './support/console-page.ts';
import { spawnApp } from './support/spawn-app.ts';

/** Where screenshots go, when they are asked for. */
const pictures = process.env.PODKIT_PICTURES;

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
});

afterAll(() => browser?.close());

/** At 390 and 1440 pixels, in both colours. */
async function take(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  for (const width of [390, 1440]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`) });
    }
  }
}

test('a drain counts down to the close, and its end is said', async () => {
  const app = await spawnApp({ DRAIN_DELAY: '50s', SHUTDOWN_TIMEOUT: '10s', GRACE_PERIOD: '70s' });
  const { page, errors } = await openConsolePage(browser, `${app.admin}/console/`);
  app.service.child.kill('SIGTERM');
  const text = await page.getByText(/^Draining: still answering, closes in \d+ s; \d+ in flight$/).innerText();
  await waitFor('the countdown', async () => (await page.getByText(/^Draining:/).innerText()) !== text);
  await part(page, 'Timeline').getByText('draining, SIGTERM').waitFor();
  await take(page, 'drain');
  app.service.child.kill('SIGTERM');
  await page.getByText(/^stale since/).waitFor();
  expect((await app.service.exited).code).toBe(143);
  expect(errors.filter((error) => !/Failed to load|ERR_|503/.test(error))).toEqual([]);
});

test('an app that hangs is stale after 5 s, and live again when it goes on', async () => {
  const app = await spawnApp();
  const { page } = await openConsolePage(browser, `${app.admin}/console/`);
  app.service.child.kill('SIGSTOP');
  await page.getByText(/^stale since \d\d:\d\d:\d\d$/).waitFor();
  await page.getByText(/^No event for \d+ s\. This page shows the state of/).waitFor();
  await take(page, 'stale');
  app.service.child.kill('SIGCONT');
  await page.getByText('live', { exact: true }).waitFor();
  expect(await page.getByText(/^No event for/).count()).toBe(0);
});

test('a container that fails is red in the diagram and says why in its details', async () => {
  const app = await spawnApp();
  const { page } = await openConsolePage(browser, `${app.admin}/console/`);
  await page.getByRole('button', { name: /^ambassador unreachable/ }).click();
  const details = page.getByRole('dialog', { name: 'ambassador' });
  expect(await details.locator('pre').innerText()).toContain('127.0.0.1:3501');
});

test('the Pods of a set are side by side, and each leads to its own console through the first', async () => {
  const set = await StatefulSet.create();
  for (const ordinal of [0, 1, 2]) await set.start(ordinal);
  const { page, errors } = await openConsolePage(browser, `${set.pod(0).admin}/console/`);
  const members = part(page, 'Members');
  await waitFor('three members', async () => (await members.getByRole('listitem').count()) === 3);
  await waitFor('readiness', async () => (await members.getByText('ready', { exact: true }).count()) === 3);
  await take(page, 'members');
  await members.getByRole('link', { name: /^1/ }).click();
  await page.waitForURL(/\/console\/\?pod=1$/);
  await page.getByRole('heading', { level: 1, name: 'app-1' }).waitFor();
  await page.getByText('live', { exact: true }).waitFor();
  await members.getByRole('link', { name: /^0/ }).click();
  await page.waitForURL(/\/console\/$/);
  await page.getByRole('heading', { level: 1, name: 'app-0' }).waitFor();
  // An answer that DNS held back for too long is asked for again.
  expect(errors.filter((error) => !/503/.test(error))).toEqual([]);
});

test('a Pod that was killed shows its life before, and how it ended', async () => {
  const set = await StatefulSet.create();
  await set.start(0);
  await set.kill(0);
  await set.start(0);
  const { page } = await openConsolePage(browser, `${set.pod(0).admin}/console/`);
  await page.getByRole('button', { name: /^app/ }).click();
  await page
    .getByRole('dialog')
    .getByText(/SIGKILL/)
    .waitFor();
  await page.keyboard.press('Escape');
  const timeline = part(page, 'Timeline');
  await timeline.locator('.band[data-meaning="bad"]').first().waitFor();
  expect(await part(page, 'Members').getByText('Starts').locator('xpath=..').innerText()).toMatch(/2$/);
});
