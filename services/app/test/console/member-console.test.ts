import fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { memberConsole } from '../../src/http/member-console.ts';
import { startApp } from '../support/start-app.ts';

/** A Pod with the ordinal 0 that knows where 1 is, and where 2 was. */
async function startFirst(second: string): Promise<string> {
  const server = fastify();
  const members = new Map([
    [1, second],
    [2, 'http://127.0.0.1:9'],
  ]);
  memberConsole(server, { adminUrl: async (ordinal) => members.get(ordinal), token: 'between-pods', self: 0 });
  onTestFinished(() => server.close());
  return server.listen({ host: '127.0.0.1', port: 0 });
}

test('the document and the stream of another Pod are passed on', async () => {
  const second = await startApp({ POD_NAME: 'app-1' });
  const first = await startFirst(second.admin);
  const document = (await (await fetch(`${first}/pods/1/api/console`)).json()) as { identity: { pod: string } };
  expect(document.identity.pod).toBe('app-1');
  const stream = await fetch(`${first}/pods/1/api/console/events`);
  expect(stream.headers.get('content-type')).toMatch('text/event-stream');
  const reader = stream.body?.getReader();
  const chunk = await reader?.read();
  expect(new TextDecoder().decode(chunk?.value as Uint8Array)).toContain('retry:');
  await reader?.cancel();
});

test('the page of another Pod comes from this one, with the ordinal, and needs no response of that Pod', async () => {
  const first = await startFirst('http://127.0.0.1:9');
  const location = async (path: string) =>
    (await fetch(`${first}${path}`, { redirect: 'manual' })).headers.get('location');
  expect(await location('/pods/2/console/')).toBe('../../../console/?pod=2');
  expect(await location('/pods/0/console/')).toBe('../../../console/');
  expect(await location('/pods/0/api/console/events')).toBe('/api/console/events');
});

test('a Pod that is away is 503, an unknown one is 404', async () => {
  const first = await startFirst('http://127.0.0.1:9');
  const away = await fetch(`${first}/pods/2/api/console`);
  expect([away.status, away.headers.get('retry-after')]).toEqual([503, '2']);
  expect((await fetch(`${first}/pods/7/api/console`)).status).toBe(404);
  expect((await fetch(`${first}/pods/x/api/console`)).status).toBe(400);
});

test('no path leads out of the console, and nothing but GET is passed on', async () => {
  const second = await startApp();
  const first = await startFirst(second.admin);
  for (const path of ['..%2fhooks%2fpre-stop', '..%2f..%2fhooks/pre-stop', '%2e%2e%2fmetrics', '..%5chooks%5cpre-stop'])
    expect((await fetch(`${first}/pods/1/api/console/${path}`)).status).toBe(404);
  expect((await fetch(`${second.admin}/livez`)).status).toBe(200);
  expect((await fetch(`${first}/pods/1/api/console`, { method: 'POST' })).status).toBe(404);
});
