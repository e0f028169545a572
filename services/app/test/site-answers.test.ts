import { expect, test } from 'vitest';
import { SiteFolder } from './support/site-folder.ts';
import { startApp } from './support/start-app.ts';

test('a site keeps the query of a redirect, has its own 404 page, and says which methods it takes', async () => {
  const folder = new SiteFolder();
  folder.publish('a', {
    'index.html': 'home',
    'docs/index.html': 'docs',
    '404.html': 'not here',
    '.well-known/security.txt': 'contact',
    'docs/.hidden': 'x',
    LICENSE: 'free',
    'a.vtt': 'WEBVTT',
  });
  const { url } = await startApp({ APP_SITE: folder.link });
  const redirect = await fetch(`${url}/docs?x=1`, { redirect: 'manual' });
  expect([redirect.status, redirect.headers.get('location')]).toEqual([301, '/docs/?x=1']);
  const missing = await fetch(`${url}/nowhere`);
  expect([missing.status, await missing.text(), missing.headers.get('content-type')]).toEqual([
    404,
    'not here',
    'text/html; charset=utf-8',
  ]);
  expect((await fetch(`${url}/docs/.hidden`)).status).toBe(404);
  expect(await (await fetch(`${url}/.well-known/security.txt`)).text()).toBe('contact');
  const posted = await fetch(`${url}/`, { method: 'POST', body: 'x' });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  expect((await fetch(`${url}/api/nowhere`, { method: 'POST', body: 'x' })).status).toBe(404);
  const license = await fetch(`${url}/LICENSE`);
  expect(license.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(Date.parse(license.headers.get('last-modified') ?? '')).not.toBeNaN();
  expect((await fetch(`${url}/a.vtt`)).headers.get('content-type')).toBe('text/vtt; charset=utf-8');
});
