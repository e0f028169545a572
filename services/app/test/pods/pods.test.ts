import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, test } from 'vitest';
import { rawRequest } from '../support/raw-request.ts';
import type { RunningApp } from '../support/start-app.ts';
import { internalToken, StatefulSet } from '../support/stateful-set.ts';

const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
const at = ({ url }: RunningApp, pod: number | string, key: string) => `${url}/api/pods/${pod}/data/${key}`;
const put = (app: RunningApp, pod: number | string, key: string, body: string) =>
  fetch(at(app, pod, key), { method: 'PUT', body });
const read = async (app: RunningApp, pod: number | string, key: string) => {
  const response = await fetch(at(app, pod, key));
  return response.ok ? response.text() : response.status;
};
type Listed = { ordinal: number; self: boolean; ready: boolean; starts?: number; keys?: number; address?: string };
const list = async ({ url }: RunningApp) =>
  ((await (await fetch(`${url}/api/pods`)).json()) as { pods: Listed[] }).pods;

test('each Pod has its own data, which every Pod serves by ordinal', async () => {
  const set = await StatefulSet.create();
  const zero = await set.start(0);
  const one = await set.start(1);
  expect((await put(zero, 1, 'k', 'of one')).status).toBe(201);
  expect((await put(zero, 'self', 'k', 'of zero')).status).toBe(201);
  expect((await put(one, 'self', 'k', 'of one again')).status).toBe(204);
  expect([await read(one, 0, 'k'), await read(zero, 1, 'k')]).toEqual(['of zero', 'of one again']);
  const response = await fetch(at(zero, 1, 'k'));
  expect([response.headers.get('x-pod-ordinal'), response.headers.get('x-content-type-options')]).toEqual([
    '1',
    'nosniff',
  ]);
  expect((await fetch(at(zero, 1, 'k'), { method: 'DELETE' })).status).toBe(204);
  expect([await read(one, 'self', 'k'), await read(zero, 0, 'k')]).toEqual([404, 'of zero']);
});

test('any key that a URL can carry is a key, directly and through another Pod', async () => {
  const set = await StatefulSet.create();
  const zero = await set.start(0);
  await set.start(1);
  const paths = [
    '.',
    '..',
    '%2e%2e',
    'a/../b',
    'a//b',
    '/',
    '%2F%2F',
    'é',
    '%F0%9F%90%B6',
    '%00',
    '%25',
    "a b%20c'",
    'a;b=c&d',
  ];
  // What is the same key by another spelling is found under it.
  const same: Record<string, string> = { '%2e%2e': '..' };
  for (const pod of [0, 1]) {
    for (const path of paths) {
      const url = encodeURI(`/api/pods/${pod}/data/`) + path.replaceAll(' ', '%20').replaceAll('é', '%C3%A9');
      const body = `${pod} ${same[path] ?? path}`;
      expect([201, 204]).toContain((await rawRequest(zero, url, { method: 'PUT', body })).status);
    }
  }
  for (const pod of [0, 1]) {
    for (const path of paths) {
      const url = `/api/pods/${pod}/data/${path.replaceAll(' ', '%20').replaceAll('é', '%C3%A9')}`;
      expect([url, (await rawRequest(zero, url)).body]).toEqual([url, `${pod} ${same[path] ?? path}`]);
    }
  }
  const after = paths.length - Object.keys(same).length;
  expect((await list(zero)).map((pod) => pod.keys)).toEqual([after, after]);
  for (const pod of [0, 1])
    expect((await rawRequest(zero, `/api/pods/${pod}/data/..`, { method: 'DELETE' })).status).toBe(204);
});

test('a value of any size up to APP_VALUE_LIMIT is read through another Pod, too', async () => {
  const set = await StatefulSet.create();
  const env = { APP_VALUE_LIMIT: '17Mi', APP_PODS_TIMEOUT: '60s' };
  const zero = await set.start(0, env);
  await set.start(1, env);
  const value = 'x'.repeat(17 * 1024 * 1024);
  expect((await put(zero, 1, 'k', value)).status).toBe(201);
  expect((await read(zero, 1, 'k')) === value).toBe(true);
});

test('the list has each member with ordinal, address, readiness, starts, first start and keys', async () => {
  const set = await StatefulSet.create();
  const zero = await set.start(0);
  await set.start(1);
  await put(zero, 1, 'k', 'v');
  await set.stop(1);
  await set.start(1);
  await waitFor('both to be ready', async () => (await list(zero)).every(({ ready }) => ready));
  expect(await list(zero)).toMatchObject([
    { ordinal: 0, self: true, ready: true, starts: 1, keys: 0, firstStartAt: expect.any(Number) },
    { ordinal: 1, self: false, ready: true, starts: 2, keys: 1, address: expect.stringMatching(/^app-1\.app\.test/) },
  ]);
});

test('a Pod that is away is 503 with Retry-After, an unknown one is 404', async () => {
  const set = await StatefulSet.create();
  const zero = await set.start(0);
  await set.start(1);
  await put(zero, 1, 'k', 'v');
  await set.kill(1);
  const away = await fetch(at(zero, 1, 'k'));
  expect([away.status, away.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await put(zero, 1, 'k', 'lost?')).status).toBe(503);
  expect(await read(zero, 7, 'k')).toBe(404);
  expect((await list(zero))[1]).toMatchObject({ ordinal: 1, ready: false, detail: expect.stringContaining('Pod 1') });
  // Also one that has restarted knows that there was such a Pod.
  await set.kill(0);
  expect(await read(await set.start(0), 1, 'k')).toBe(503);
  const again = await set.start(1);
  expect(await read(again, 1, 'k')).toBe('v');
});

test('while DNS does not answer, no Pod is 404', async () => {
  const set = await StatefulSet.create();
  const zero = await set.start(0, { APP_PODS_DNS: '127.0.0.1:9' });
  expect(await read(zero, 7, 'k')).toBe(503);
  expect((await put(zero, 0, 'k', 'v')).status).toBe(201);
});

test('what was acknowledged is there after scaling 1, 3, 1, 3', async () => {
  const set = await StatefulSet.create();
  const zero = await set.start(0);
  await set.start(1);
  await set.start(2);
  for (const pod of [0, 1, 2]) for (const key of keys) await put(zero, pod, key, `${key} of ${pod}`);
  expect([await set.stop(2), await set.stop(1)]).toEqual([0, 0]);
  expect([await read(zero, 0, 'key-0'), await read(zero, 2, 'key-0')]).toEqual(['key-0 of 0', 503]);
  await set.start(1);
  const two = await set.start(2);
  for (const pod of [0, 1, 2]) for (const key of keys) expect(await read(two, pod, key)).toBe(`${key} of ${pod}`);
});

test('a request between Pods needs the token, and is never passed on a second time', async () => {
  const set = await StatefulSet.create();
  const zero = await set.start(0);
  await set.start(1);
  const forwarded = { 'x-podkit-forwarded-by': '1' };
  expect((await fetch(at(zero, 0, 'k'), { headers: forwarded })).status).toBe(401);
  const wrong = { ...forwarded, authorization: 'Bearer wrong' };
  expect((await fetch(at(zero, 0, 'k'), { headers: wrong })).status).toBe(401);
  const right = { ...forwarded, authorization: `Bearer ${internalToken}` };
  expect((await fetch(at(zero, 1, 'k'), { headers: right })).status).toBe(421);
  expect((await fetch(at(zero, 0, 'k'), { headers: right })).status).toBe(404);
});

test('a Pod with another token counts as away, and gets no data', async () => {
  const set = await StatefulSet.create();
  const zero = await set.start(0);
  const one = await set.start(1, { APP_INTERNAL_TOKEN: 'another' });
  const response = await put(zero, 1, 'k', 'v');
  expect([response.status, await response.text()]).toEqual([
    503,
    expect.stringContaining('another APP_INTERNAL_TOKEN'),
  ]);
  expect(await read(one, 1, 'k')).toBe(404);
});

test('with an API token nobody reaches the data without it, and Pods still reach each other', async () => {
  const set = await StatefulSet.create();
  const zero = await set.start(0, { APP_API_TOKEN: 'api' });
  await set.start(1, { APP_API_TOKEN: 'api' });
  expect(await read(zero, 1, 'k')).toBe(401);
  expect((await fetch(`${zero.url}/api/pods`)).status).toBe(401);
  expect((await fetch(`${zero.url}/api/notes`)).status).toBe(401);
  const headers = { authorization: 'Bearer api' };
  expect((await fetch(at(zero, 1, 'k'), { method: 'PUT', body: 'v', headers })).status).toBe(201);
  expect(await (await fetch(at(zero, 1, 'k'), { headers })).text()).toBe('v');
});
