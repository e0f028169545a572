import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, test } from 'vitest';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';

/** An application that says 1 to the right Authorization and 401 to any other. */
const guarded = (expected: () => string) =>
  serveApp((request, response) => {
    response.writeHead(request.headers.authorization === expected() ? 200 : 401).end('{"v": 1}');
  });
const source = (url: string, client: string) =>
  `json: [{ name: app, url: '${url}', client: ${client}, metrics: [{ name: v, value: $.v }] }]`;

test.each([
  ['basic_auth', '{ basic_auth: { username: u, password: p } }', 'Basic dTpw'],
  ['authorization', '{ authorization: { credentials: t } }', 'Bearer t'],
  ['a type of its own', '{ authorization: { type: Token, credentials: t } }', 'Token t'],
  ['bearer_token', '{ bearer_token: t }', 'Bearer t'],
])('%s is sent', async (_what, client, expected) => {
  const adapter = await startAdapter(source(await guarded(() => expected), client));
  expect(await adapter.samples('v')).toEqual(['v 1']);
});

test('a user and a password in the URL are sent, and one that cannot be decoded is the error auth', async () => {
  const app = await guarded(() => `Basic ${Buffer.from('u:p %').toString('base64')}`);
  const adapter = await startAdapter(source(app.replace('//', '//u:p%20%25@'), '{}'));
  expect(await adapter.samples('v')).toEqual(['v 1']);
  const wrong = await startAdapter(source(app.replace('//', '//u:%zz@'), '{}'));
  expect(await (await wrong.get('/metrics')).text()).toContain('adapter_errors_total{reason="auth",source="app"} 1');
});

test('a token in a file may rotate', async () => {
  const file = join(tempDir(), 'token');
  let token = 'one';
  const adapter = await startAdapter(
    source(await guarded(() => `Bearer ${token}`), `{ bearer_token_file: '${file}' }`),
  );
  writeFileSync(file, 'one\n');
  expect(await adapter.samples('v')).toEqual(['v 1']);
  token = 'two';
  expect(await adapter.samples('v')).toEqual([]);
  writeFileSync(file, 'two');
  expect(await adapter.samples('v')).toEqual(['v 1']);
});

test('a token that cannot be read is the error auth, and its path is in no metric', async () => {
  const adapter = await startAdapter(source(await serveApp({ v: 1 }), "{ bearer_token_file: '/nonexistent/secret' }"));
  const text = await (await adapter.get('/metrics')).text();
  expect(text).toContain('adapter_errors_total{reason="auth",source="app"} 1');
  expect(text).not.toContain('/nonexistent');
});

test('an OAuth 2 token is fetched once and reused', async () => {
  let fetched = 0;
  const issuer = await serveApp((_request, response) => {
    fetched += 1;
    response.end(JSON.stringify({ access_token: 'issued', expires_in: 3600 }));
  });
  const client = `{ oauth2: { client_id: i, client_secret: s, token_url: '${issuer}/token' } }`;
  const adapter = await startAdapter(source(await guarded(() => 'Bearer issued'), client));
  expect([await adapter.samples('v'), await adapter.samples('v'), fetched]).toEqual([['v 1'], ['v 1'], 1]);
});

test('redirects are followed, unless that is switched off', async () => {
  const target = await serveApp({ v: 1 });
  const first = await serveApp((_request, response) => void response.writeHead(302, { location: target }).end());
  const follows = await startAdapter(source(first, '{}'));
  const stays = await startAdapter(source(first, '{ follow_redirects: false }'));
  expect([await follows.samples('v'), await stays.samples('v')]).toEqual([['v 1'], []]);
});

test('a redirect to another origin gets neither credentials nor configured headers', async () => {
  const seen: unknown[] = [];
  const target = await serveApp(({ headers }, response) => {
    seen.push([headers.authorization, headers['x-key']]);
    response.end('{"v": 1}');
  });
  const first = await serveApp((_request, response) => void response.writeHead(302, { location: target }).end());
  const config = source(first, '{ bearer_token: t }').replace('metrics:', 'headers: { x-key: secret }, metrics:');
  const adapter = await startAdapter(config);
  expect([await adapter.samples('v'), seen]).toEqual([['v 1'], [[undefined, undefined]]]);
});

test('redirects in a circle end with the error redirect', async () => {
  const app = await serveApp((_request, response) => void response.writeHead(302, { location: '/' }).end());
  const adapter = await startAdapter(source(app, '{}'));
  expect(await (await adapter.get('/metrics')).text()).toContain(
    'adapter_errors_total{reason="redirect",source="app"} 1',
  );
});

test('an endless answer of a token endpoint is read to a limit', async () => {
  const issuer = await serveApp((_request, response) => {
    const more = () => {
      while (response.write('x'.repeat(65_536)));
      response.once('drain', more);
    };
    more();
  });
  const client = `{ oauth2: { client_id: i, client_secret: s, token_url: '${issuer}/token' } }`;
  const adapter = await startAdapter(source(await serveApp({ v: 1 }), client));
  expect(await (await adapter.get('/metrics')).text()).toContain('adapter_errors_total{reason="auth",source="app"} 1');
});

test('a token is fetched through its own proxy', async () => {
  let asked = '';
  let body = '';
  const proxy = await serveApp((request, response) => {
    asked = request.url ?? '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => response.end('{"access_token": "issued"}'));
  });
  const url = 'http://issuer.test/token';
  const client = `{ oauth2: { client_id: i, client_secret: s, token_url: '${url}', proxy_url: '${proxy}' } }`;
  const adapter = await startAdapter(source(await guarded(() => 'Bearer issued'), client));
  expect(await adapter.samples('v')).toEqual(['v 1']);
  expect([asked, body]).toEqual([url, 'grant_type=client_credentials']);
});

test('if a proxy closes the connection, the source fails within its timeout', async () => {
  const proxy = await serveApp((_request, response) => void response.end());
  const config = source('https://app.test', `{ proxy_url: '${proxy}' }`).replace(
    'metrics:',
    'timeout: 300ms, metrics:',
  );
  const adapter = await startAdapter(config);
  expect(await (await adapter.get('/metrics')).text()).toContain(
    'adapter_errors_total{reason="timeout",source="app"} 1',
  );
});

test('hosts in no_proxy are requested directly, and others through the proxy', async () => {
  const proxy = await serveApp({ v: 2 });
  const url = await serveApp({ v: 1 });
  const asked = async (client: string) => (await startAdapter(source(url, client))).samples('v');
  expect(await asked(`{ proxy_url: '${proxy}' }`)).toEqual(['v 2']);
  expect(await asked(`{ proxy_url: '${proxy}', no_proxy: 'other.test, 127.0.0.0/8' }`)).toEqual(['v 1']);
});
