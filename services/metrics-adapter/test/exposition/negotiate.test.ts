import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { contentType, negotiateCoding, negotiateFormat } from '../../src/exposition/negotiate.ts';
import { startAdapter } from '../support/start-adapter.ts';

const prometheus3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
const protobufFirst =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,*/*;q=0.1';

test.each([
  [undefined, 'text/plain; version=0.0.4; charset=utf-8'],
  ['*/*', 'text/plain; version=0.0.4; charset=utf-8'],
  ['text/html,application/xhtml+xml', 'text/plain; version=0.0.4; charset=utf-8'],
  ['text/plain;version=1.0.0', 'text/plain; version=1.0.0; charset=utf-8; escaping=underscores'],
  [prometheus3, 'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8'],
  ['application/openmetrics-text', 'application/openmetrics-text; version=0.0.1; charset=utf-8'],
  ['application/openmetrics-text;version=2.0.0,text/plain;q=0.1', 'text/plain; version=0.0.4; charset=utf-8'],
  ['application/openmetrics-text;version=1.0.0;q=0', 'text/plain; version=0.0.4; charset=utf-8'],
  [
    protobufFirst,
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=underscores',
  ],
])('Accept %s gives %s', (accept, expected) => {
  expect(contentType(negotiateFormat(accept))).toBe(expected);
});

test.each([
  [undefined, 'identity'],
  ['gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['zstd;q=0.1, gzip', 'gzip'],
  ['gzip;q=0', 'identity'],
] as const)('Accept-Encoding %s gives %s', (accept, expected) => {
  expect(negotiateCoding(accept)).toBe(expected);
});

test.each([
  ['gzip', gunzipSync],
  ['zstd', zstdDecompressSync],
])('a response in %s unpacks to the text', async (coding, unpack) => {
  const adapter = await startAdapter('{}');
  const { body, headers } = await request(`${adapter.url}/metrics`, { headers: { 'accept-encoding': coding } });
  const text = unpack(Buffer.from(await body.arrayBuffer())).toString();
  expect(headers).toMatchObject({ 'content-encoding': coding, vary: 'accept, accept-encoding' });
  expect(text).toContain('adapter_build_info{');
});
