import { serve } from '@podkit/chassis/testing/serve';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, test } from 'vitest';
import { startApp } from './support/start-app.ts';

test('a request beyond those that may be in flight is refused with 503 and Retry-After, and counted', async () => {
  const url = await serve(() => undefined);
  const app = await startApp({ APP_MAX_IN_FLIGHT: '1', APP_AMBASSADOR_URL: url, APP_STORE_TIMEOUT: '1h' });
  const stats = async () =>
    (await (await fetch(`${app.admin}/stats`)).json()) as { inFlight: number; overload: { shedTotal: number } };
  const waiting = new AbortController();
  const first = fetch(`${app.url}/api/notes/x`, { signal: waiting.signal }).catch(() => undefined);
  await waitFor('the first request', async () => (await stats()).inFlight === 1);
  const refused = await fetch(`${app.url}/api/pod`);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await refused.json()).toMatchObject({
    code: 'ERR_OVERLOADED',
    message: expect.stringContaining('1 requests in flight'),
  });
  expect((await stats()).overload.shedTotal).toBe(1);
  waiting.abort();
  await first;
  await waitFor('its place', async () => (await fetch(`${app.url}/api/pod`)).status === 200);
});
