import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';

const two = (url: string, good: string, more = '') =>
  `json: [{ name: bad, url: '${url}', metrics: [{ name: bad, value: $.v }]${more} },
          { name: good, url: '${good}', metrics: [{ name: good, value: $.v }] }]`;

const badResponses: [what: string, reason: string, listener: RequestListener][] = [
  ['hangs', 'timeout', () => undefined],
  ['says 500', 'status', (_request, response) => void response.writeHead(500).end()],
  ['is not JSON', 'parse', (_request, response) => void response.end('<html>')],
  [
    'ends in the middle',
    'connect',
    (_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"v"', () => response.destroy());
    },
  ],
];

test.each(badResponses)('if a source %s, only its own series are missing', async (_what, reason, listener) => {
  // Only the source that never answers needs a short timeout; on a slow machine the others could exceed one.
  const more = reason === 'timeout' ? ', timeout: 300ms' : '';
  const adapter = await startAdapter(two(await serveApp(listener), await serveApp({ v: 1 }), more));
  expect(await adapter.samples('good')).toEqual(['good 1']);
  expect(await adapter.samples('adapter_up')).toEqual(['adapter_up{source="bad"} 0', 'adapter_up{source="good"} 1']);
  expect((await adapter.samples('adapter_errors')).join()).toContain(`reason="${reason}",source="bad"`);
});

test('a response that never ends is cut off at its limit', async () => {
  let sent = 0;
  const app = await serveApp((_request, response) => {
    const chunk = Buffer.alloc(65_536, 0x20);
    const more = (): void => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      response.once('drain', more);
    };
    more();
  });
  const adapter = await startAdapter(two(app, await serveApp({ v: 1 }), ', maxBytes: 1000000'));
  expect((await adapter.samples('adapter_errors'))[0]).toBe('adapter_errors_total{reason="too_large",source="bad"} 1');
  expect(sent).toBeLessThan(50_000_000);
});

test('a compressed answer that unpacks to more than the limit is refused', async () => {
  const app = await serveApp((_request, response) => {
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(Buffer.alloc(5_000_000, 0x20)));
  });
  const adapter = await startAdapter(two(app, await serveApp({ v: 1 }), ', maxBytes: 1000000'));
  expect((await adapter.samples('adapter_errors'))[0]).toContain('reason="too_large"');
});

test('bytes that are not UTF-8 break neither the adapter nor the page', async () => {
  const bytes = Buffer.concat([Buffer.from('{"n":"'), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from('","v":1}')]);
  const url = await serveApp(bytes);
  const adapter = await startAdapter(
    `json: [{ name: a, url: '${url}', metrics: [{ name: odd, value: $.v, labels: { n: $.n } }] }]`,
  );
  expect(await adapter.samples('odd')).toEqual(['odd{n="\ufffd\ufffd("} 1']);
});

test('concurrent scrapes send the source one request', async () => {
  let asked = 0;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const app = await serveApp((_request, response) => {
    asked += 1;
    void released.then(() => response.end('{"v":1}'));
  });
  const adapter = await startAdapter(`json: [{ name: a, url: '${app}', metrics: [{ name: v, value: $.v }] }]`);
  const scrapes = [1, 2, 3, 4].map(() => adapter.samples('v '));
  // A request that was sent after them has its response, so all four have arrived.
  await adapter.get('/livez');
  release();
  const responses = await Promise.all(scrapes);
  expect([asked, responses]).toEqual([1, [1, 2, 3, 4].map(() => ['v 1'])]);
});

test("the scraper's timeout less the offset is the timeout of a source", async () => {
  const adapter = await startAdapter(
    `json: [{ name: a, url: '${await serveApp(() => undefined)}', timeout: 1h, metrics: [{ name: v, value: $.v }] }]`,
  );
  const answer = await adapter.get('/metrics', { 'x-prometheus-scrape-timeout-seconds': '0.8' });
  expect(await answer.text()).toContain('adapter_up{source="a"} 0');
});
