import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startDapr } from './support/dapr-stand-in.ts';
import { SiteFolder } from './support/site-folder.ts';
import { type RunningApp, startApp } from './support/start-app.ts';

/** Send bytes as they are, and read the response to the end of the connection. */
async function raw({ port }: RunningApp, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let response = '';
  socket.on('data', (chunk: Buffer) => (response += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return response;
}

const parseStatus = (response: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1]);

function formatRequest(line: string, headers: string[] = [], body: string | Buffer = ''): Buffer {
  const head = [line, 'host: a', 'connection: close', ...headers, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
}

describe('invalid bytes from a client', () => {
  test('get an error status, and the next request is answered', async () => {
    const folder = new SiteFolder();
    const dapr = await startDapr();
    folder.publish('a', { 'index.html': 'still here' });
    const app = await startApp({ APP_SITE: folder.link, APP_AMBASSADOR_URL: dapr.url, APP_NOTE_LIMIT: '1Ki' });
    const put = 'PUT /api/notes/x HTTP/1.1';
    const json = 'content-type: application/json';
    const cases: [string, Buffer, number[]][] = [
      ['no HTTP', Buffer.from('\x16\x03\x01\x00 rubbish\r\n\r\n'), [400]],
      ['a flood of headers', formatRequest('GET / HTTP/1.1', [`x: ${'y'.repeat(20_000)}`]), [431]],
      [
        'many headers',
        formatRequest(
          'GET / HTTP/1.1',
          Array.from({ length: 3000 }, (_, index) => `x${index}: y`),
        ),
        [431, 200],
      ],
      [
        'a body above the limit',
        formatRequest(put, [json, 'content-length: 5000'], `{"text":"${'x'.repeat(4989)}"}`),
        [413],
      ],
      [
        'a chunked flood',
        formatRequest(put, [json, 'transfer-encoding: chunked'], `1000\r\n${'x'.repeat(4096)}\r\n0\r\n\r\n`),
        [413],
      ],
      ['two lengths', formatRequest(put, [json, 'content-length: 5', 'content-length: 6'], '{"a":1}'), [400]],
      [
        'length and chunks',
        formatRequest(put, [json, 'content-length: 5', 'transfer-encoding: chunked'], '0\r\n\r\n'),
        [400],
      ],
      ['escapes', formatRequest('GET /../../etc/passwd HTTP/1.1'), [404]],
      ['invalid UTF-8 in a path', formatRequest('GET /%ff%fe HTTP/1.1'), [400, 404]],
      ['invalid UTF-8 in an id', formatRequest('GET /api/notes/%ff HTTP/1.1'), [400, 404]],
      [
        'a prototype',
        formatRequest(put, [json, 'content-length: 34'], '{"__proto__":{"text":"x"},"text":1}'.slice(0, 34)),
        [400],
      ],
      ['a malformed ETag', formatRequest('GET / HTTP/1.1', ['if-none-match: "']), [400]],
    ];
    for (const [name, bytes, expected] of cases) {
      const status = parseStatus(await raw(app, bytes));
      expect({ name, status }).toEqual({ name, status: expect.toBeOneOf(expected) });
    }
    expect(await (await fetch(app.url)).text()).toBe('still here');
    expect((await fetch(`${app.url}/api/notes/x`)).status).toBe(404);
  });
});

describe('ten thousand clients that do nothing', () => {
  test('do not keep others from being answered, nor the app from ending in time', async () => {
    const app = await startApp({ DRAIN_DELAY: '0s', SHUTDOWN_TIMEOUT: '1h', GRACE_PERIOD: '2h' });
    const sockets: Socket[] = [];
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    for (let index = 0; index < 10_000; index += 1) {
      const socket = connect(app.port, '127.0.0.1');
      socket.on('error', () => undefined);
      // Every second one has begun a request and never goes on.
      if (index % 2 === 0) socket.write('GET / HTTP/1.1\r\nx-slow: ');
      sockets.push(socket);
    }
    await Promise.all(sockets.map(async (socket) => socket.connecting && once(socket, 'connect')));
    expect((await fetch(`${app.admin}/livez`)).status).toBe(200);
    expect((await fetch(`${app.url}/api/pod`)).status).toBe(200);
    expect(await app.service.stop()).toEqual({ code: 0, signal: null });
  });
});

const page = (digit: string): string => digit.repeat(50_000);

describe('a site that is replaced while it is read', () => {
  test('never answers with a mix of two commits, an error or half a page', async () => {
    const folder = new SiteFolder();
    folder.publish('0', { 'page.txt': page('0') });
    const app = await startApp({ APP_SITE: folder.link });
    const seen = new Set<string>();
    const over = new AbortController();
    const reader = (async () => {
      while (!over.signal.aborted) {
        const response = await fetch(`${app.url}/page.txt`);
        const text = await response.text();
        const digit = text[0] ?? '';
        expect([response.status, text === page(digit), response.headers.get('x-content-revision')]).toEqual([
          200,
          true,
          digit.repeat(40),
        ]);
        seen.add(digit);
      }
    })();
    for (const digit of ['1', '2', '3', '4', '5']) {
      folder.publish(digit, { 'page.txt': page(digit) });
      while (!seen.has(digit)) await new Promise((resolve) => setImmediate(resolve));
      // As git-sync does with --stale-worktree-timeout=0: the old tree goes at once.
      folder.remove(String(Number(digit) - 1).repeat(40));
    }
    over.abort();
    await reader;
    expect([...seen].toSorted().slice(-5)).toEqual(['1', '2', '3', '4', '5']);
  });
});
