import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openConsolePage, part, startBrowser } from './support/console-page.ts';
import { type Suite, startSuite } from './support/start-suite.ts';

let tmp: string;
let suite: Suite;
let browser: Browser;

beforeAll(async () => {
  tmp = mkdtempSync(join(tmpdir(), 'podkit-console-'));
  [suite, browser] = await Promise.all([startSuite(tmp, ['--chaos-token=let-me']), startBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  suite?.kill('SIGTERM');
  await suite?.exited;
  rmSync(tmp, { recursive: true, force: true });
});

const open = (options = {}) => openConsolePage(browser, suite.url('app-admin', '/console/'), options);

test('the diagram shows every container ready, the commit, the stores and the volumes', async () => {
  const { page, errors } = await open();
  const diagram = part(page, 'Pod');
  for (const name of ['app', 'git-sync', 'ambassador', 'metrics-adapter', 'downward-reader'])
    await diagram.getByRole('button', { name: new RegExp(`^${name}.*ready`) }).waitFor();
  for (const text of ['notes', 'cache', 'site', 'podinfo']) await diagram.getByText(text, { exact: true }).waitFor();
  await diagram.getByText(/^[0-9a-f]{8}$/).waitFor();
  expect(errors).toEqual([]);
});

test('a container opens its details by keyboard, and closes them', async () => {
  const { page } = await open();
  await page.getByRole('button', { name: /^ambassador/ }).focus();
  await page.keyboard.press('Enter');
  const details = page.getByRole('dialog', { name: 'ambassador' });
  await details.getByText('Version').waitFor();
  await page.keyboard.press('Escape');
  await details.waitFor({ state: 'hidden' });
  expect(await page.getByRole('dialog').count()).toBe(0);
});

test('a probe is a tick on the timeline, and the keys read it', async () => {
  const { page } = await open();
  await fetch(suite.url('app-admin', '/livez'), { headers: { 'user-agent': 'kube-probe/9.99' } });
  const timeline = part(page, 'Timeline');
  await timeline
    .getByText(/200 in .*, kubelet/)
    .first()
    .waitFor();
  await timeline.getByRole('slider').focus();
  await page.keyboard.press('PageUp');
  await page.keyboard.press('ArrowLeft');
  await waitFor('the moment', async () => /\d\d:\d\d:\d\d/.test(await timeline.locator('.ruler-now').innerText()));
});

test('a piece of time is chosen with the pointer and left with Escape', async () => {
  const { page } = await open();
  const track = part(page, 'Timeline').getByRole('slider');
  const box = await track.boundingBox();
  if (box === null) throw new Error('the track has no size');
  await page.mouse.move(box.x + 100, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + 300, box.y + 20);
  await page.mouse.up();
  await part(page, 'Timeline')
    .getByText(/\d to \d/)
    .waitFor();
  await track.focus();
  await page.keyboard.press('Escape');
  await part(page, 'Timeline').getByRole('button', { name: '5 min', pressed: true }).waitFor();
  expect(
    await part(page, 'Timeline')
      .getByText(/\d to \d/)
      .count(),
  ).toBe(0);
});

test('adapted metrics have a type, a unit and a value, and can be filtered', async () => {
  const { page } = await open();
  const metrics = part(page, 'Adapted metrics');
  await metrics.getByLabel('Filter the metrics').fill('app_resident_bytes');
  const row = metrics.getByRole('row', { name: /app_resident_bytes gauge bytes [\d.]+ MiB/ });
  await row.waitFor();
  expect(await metrics.getByRole('row').count()).toBe(2);
  expect(Number(await row.locator('data').first().getAttribute('title'))).toBeGreaterThan(1e6);
});

test('chaos is refused without the token, and in force with it', async () => {
  const { page } = await open();
  const chaos = part(page, 'Chaos');
  const late = chaos.getByRole('button', { name: /Fail 3 readiness/ });
  await late.click();
  await chaos.getByText(/^401/).waitFor();
  await chaos.getByLabel('Token').fill('let-me');
  await late.click();
  await chaos.getByText('done').waitFor();
  await chaos.getByRole('listitem').filter({ hasText: 'readyz' }).first().waitFor();
  await chaos.getByRole('button', { name: 'End all' }).click();
  await waitFor('the end', async () => (await chaos.getByRole('listitem').count()) === 0);
  expect(await chaos.getByText('done').count()).toBe(1);
});

test('the page takes less than 250 kB and nothing from elsewhere', async () => {
  const { page, requested, bytes } = await open();
  const hosts = new Set(requested.map((url) => new URL(url).host));
  expect([...hosts]).toEqual([new URL(page.url()).host]);
  expect(bytes()).toBeGreaterThan(10_000);
  expect(bytes()).toBeLessThan(250_000);
});
