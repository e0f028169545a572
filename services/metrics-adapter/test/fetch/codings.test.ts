import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';

const json = Buffer.from('{"v": 1}');
const source = (url: string, more = '') =>
  `json: [{ name: app, url: '${url}', ${more} metrics: [{ name: v, value: $.v }] }]`;

test.each([
  ['gzip', gzipSync(json)],
  ['x-gzip', gzipSync(json)],
  ['deflate', deflateSync(json)],
  // What some servers mean by deflate.
  ['deflate', deflateRawSync(json)],
  ['br', brotliCompressSync(json)],
  ['zstd', zstdCompressSync(json)],
  ['GZIP, br', brotliCompressSync(gzipSync(json))],
  ['identity', json],
])('a response in %s is understood', async (coding, bytes) => {
  const url = await serveApp((_request, response) => {
    response.setHeader('content-encoding', coding);
    response.end(bytes);
  });
  expect(await (await startAdapter(source(url))).samples('v')).toEqual(['v 1']);
});

test.each([
  ['compress', json, 'coding'],
  ['gzip', json, 'parse'],
  ['gzip', gzipSync(Buffer.alloc(100_000, 32)), 'too_large'],
  ['gzip, gzip, gzip, gzip', gzipSync(json), 'coding'],
])('a response in %s that cannot be read is counted with its reason', async (coding, bytes, reason) => {
  const url = await serveApp((_request, response) => {
    response.setHeader('content-encoding', coding);
    response.end(bytes);
  });
  const adapter = await startAdapter(source(url, 'maxBytes: 50000,'));
  expect(await (await adapter.get('/metrics')).text()).toContain(
    `adapter_errors_total{reason="${reason}",source="app"} 1`,
  );
});

test('headers of the configuration replace the defaults, whatever their case', async () => {
  const seen: unknown[] = [];
  const url = await serveApp((request, response) => {
    const { accept, 'user-agent': agent, 'accept-encoding': coding } = request.headers;
    seen.push(accept, agent, coding);
    response.end('{"v": 1}');
  });
  await (await startAdapter(source(url, 'headers: { Accept: a/b, ACCEPT-ENCODING: identity },'))).samples('v');
  expect(seen).toEqual(['a/b', expect.stringMatching(/^podkit-metrics-adapter\//), 'identity']);
});
