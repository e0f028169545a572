import { expect, test } from 'vitest';
import { SiteFolder } from './support/site-folder.ts';
import { startApp } from './support/start-app.ts';

async function fetchHeaders(env: Record<string, string>) {
  const folder = new SiteFolder();
  folder.publish('a', { 'index.html': 'home' });
  const { url } = await startApp({ APP_SITE: folder.link, ...env });
  return (await fetch(url)).headers;
}

test('the site is sent with a policy and the other security headers, but without HSTS', async () => {
  const headers = await fetchHeaders({});
  expect(headers.get('content-security-policy')).toContain("default-src 'self';");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('strict-transport-security')).toBeNull();
});

test('the policy of the site can be replaced', async () => {
  const headers = await fetchHeaders({ APP_SITE_CSP: "default-src 'none'; script-src 'self' https://a.example" });
  expect(headers.get('content-security-policy')).toBe("default-src 'none';script-src 'self' https://a.example");
});

test('the security headers can be left to a proxy', async () => {
  const headers = await fetchHeaders({ APP_SECURITY_HEADERS: 'false' });
  expect([headers.get('content-security-policy'), headers.get('x-frame-options')]).toEqual([null, null]);
});

test('a policy may do without default-src', async () => {
  const headers = await fetchHeaders({ APP_SITE_CSP: "frame-ancestors 'none'" });
  expect(headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
});

test.each(['"self"', 'default-src self'])('the policy %s is refused', async (policy) => {
  const app = await startApp({ APP_SITE_CSP: policy }, { started: false });
  expect((await app.service.exited).code).toBe(2);
  expect(app.service.output.join()).toContain('APP_SITE_CSP');
});
