import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadline } from '@podkit/chassis/testing/deadline';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from './support/console-page.ts';
import { describedServices, startDescribed, startListening } from './support/described-services.ts';

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser.close());

const lastOrigin = (servers: readonly { port: number }[]) => `http://127.0.0.1:${servers.at(-1)?.port}`;

test.each(describedServices)('%s serves the page and its documents at /docs', async (name) => {
  const servers = await startListening(name, { SWAGGER_UI: 'true' });
  const docs = `${lastOrigin(servers)}/docs`;
  const page = await fetch(docs);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  for (const [index, { port, path }] of servers.toReversed().entries()) {
    const document: unknown = await (await fetch(`http://127.0.0.1:${port}${path}`)).json();
    expect(await (await fetch(`${docs}/json?document=${index}`)).json()).toEqual(document);
  }
});

test.each([
  ['downward-reader', ['downward-reader']],
  ['app', ['app, admin port', 'app']],
])('the page of %s shows each document, takes nothing from elsewhere and breaks no policy', async (name, titles) => {
  const origin = lastOrigin(await startListening(name, { SWAGGER_UI: 'true' }));
  const page = await browser.newPage();
  page.setDefaultTimeout(deadline());
  const errors: string[] = [];
  const requested: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('request', (request) => requested.push(request.url()));
  await page.goto(`${origin}/docs`);
  for (const title of titles) {
    if (titles.length > 1) await page.locator('.topbar select').selectOption({ label: title });
    await page.locator('.info .title').getByText(title, { exact: false }).waitFor();
    await page.locator('.opblock-summary-path').first().waitFor();
  }
  expect(errors).toEqual([]);
  expect(requested.filter((url) => !url.startsWith(origin) && !url.startsWith('data:'))).toEqual([]);
});

test('a service that is not asked for it has no such page', async () => {
  const servers = await startListening('downward-reader', {});
  expect((await fetch(`${lastOrigin(servers)}/docs`)).status).toBe(404);
});

test("the adapter's password protects the page as all else", async () => {
  const file = join(tempDir(), 'web.yml');
  writeFileSync(file, "basic_auth_users: { anna: '$2b$04$GJy1STlTdP.HEGn969jYyOUKFL5nwrJ9Kd7OfWv22WahUDXlSuI8a' }\n");
  const { servers } = await startDescribed('metrics-adapter', { SWAGGER_UI: 'true', ADAPTER_WEB_CONFIG_FILE: file });
  const docs = `${lastOrigin(servers)}/docs`;
  await waitFor('a response', async () => (await fetch(docs)).status > 0);
  const headers = { authorization: `Basic ${btoa('anna:sesame')}` };
  const requests = [docs, `${docs}/static/swagger-ui.css`, `${docs}/json`];
  expect(await Promise.all(requests.map(async (url) => (await fetch(url)).status))).toEqual([401, 401, 401]);
  expect(await Promise.all(requests.map(async (url) => (await fetch(url, { headers })).status))).toEqual([
    200, 200, 200,
  ]);
});
