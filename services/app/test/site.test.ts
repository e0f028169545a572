import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { EventStreams } from '@podkit/chassis/http/sse';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';

import { liveRoutes } from '../src/http/live-routes.ts';
import { siteRoutes } from '../src/http/site-routes.ts';
import { readRange } from '../src/site/range.ts';
import { Site } from '../src/site/site.ts';
import { sitePath } from '../src/site/site-path.ts';
import { SiteWatch } from '../src/site/site-watch.ts';
import { SiteFolder } from './support/site-folder.ts';
import { createTestServer } from './support/test-server.ts';

function serve(link: string) {
  const server = createTestServer();
  siteRoutes(server, { site: new Site({ link, cacheBytes: 1024 * 1024 }) });
  onTestFinished(() => server.close());
  return (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    server.inject({ method, url, headers });
}

describe('the synced site', () => {
  it('serves a page with its commit, its type and a strong ETag that all replicas share', async () => {
    const folder = new SiteFolder();
    const commit = folder.publish('a', { 'index.html': '<h1>one</h1>' });
    const [one, two] = [serve(folder.link), serve(folder.link)];
    const answer = await one('/');
    expect(answer.body).toBe('<h1>one</h1>');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-revision': commit,
      etag: expect.stringMatching(/^"[\w-]{27}"$/),
    });
    expect((await two('/')).headers.etag).toBe(answer.headers.etag);
    expect((await one('/', { 'if-none-match': String(answer.headers.etag) })).statusCode).toBe(304);
  });

  it('shows the next commit at once, with another ETag even where the bytes are the same', async () => {
    const folder = new SiteFolder();
    folder.publish('a', { 'a.txt': 'same', 'b.txt': 'old' });
    const get = serve(folder.link);
    const before = await get('/a.txt');
    await get('/b.txt');
    const commit = folder.publish('b', { 'a.txt': 'same', 'b.txt': 'new' });
    expect((await get('/b.txt')).body).toBe('new');
    const after = await get('/a.txt');
    expect(after.headers['x-content-revision']).toBe(commit);
    expect(after.headers.etag).not.toBe(before.headers.etag);
  });

  it('answers from the new commit where the old one is removed under its feet, and 503 while there is none', async () => {
    const folder = new SiteFolder();
    const old = folder.publish('a', { 'a.txt': 'old' });
    const get = serve(folder.link);
    folder.remove(old);
    expect((await get('/a.txt')).statusCode).toBe(503);
    folder.publish('b', { 'a.txt': 'new' });
    expect((await get('/a.txt')).body).toBe('new');
    const none = await serve('/nonexistent/current')('/');
    expect([none.statusCode, none.headers['retry-after'], none.json().code]).toEqual([503, '1', 'ERR_NOT_SYNCED']);
  });

  it('finishes a large file of a commit that is removed meanwhile', async () => {
    const folder = new SiteFolder();
    const content = Buffer.alloc(3_000_000, 'x');
    const commit = folder.publish('a', { 'large.bin': content });
    const site = new Site({ link: folder.link, cacheBytes: 0 });
    const found = await site.find('large.bin', undefined);
    if (found.kind !== 'file' || !('handle' in found.file)) throw new Error('expected an open file');
    folder.remove(commit);
    expect((await found.file.handle.readFile()).equals(content)).toBe(true);
    await found.file.handle.close();
  });

  it('refuses dotfiles, escapes and links that lead out, and looks like a plain 404', async () => {
    const folder = new SiteFolder();
    const commit = folder.publish('a', { 'index.html': 'in', '.git': 'gitdir: /secret' });
    const outside = tempDir();
    writeFileSync(join(outside, 'secret.txt'), 'secret');
    symlinkSync(join(outside, 'secret.txt'), join(folder.worktree(commit), 'leak.txt'));
    symlinkSync('.git', join(folder.worktree(commit), 'alias.txt'));
    const get = serve(folder.link);
    const paths = [
      '/.git',
      '/%2egit',
      '/leak.txt',
      '/alias.txt',
      '/../x',
      '/%2e%2e/x',
      '/..%2f..%2fetc/passwd',
      '/a%00b',
    ];
    for (const path of [...paths, '/%ff', '/a%5c..%5cb', '/nothing', `/${'x'.repeat(5000)}`]) {
      const { statusCode, body } = await get(path);
      expect([path.slice(0, 20), statusCode >= 400 && statusCode < 500]).toEqual([path.slice(0, 20), true]);
      expect(body).not.toContain('secret');
    }
  });

  it('sends a folder without its slash there, on this site only', async () => {
    const folder = new SiteFolder();
    folder.publish('a', { 'docs/index.html': 'docs' });
    const get = serve(folder.link);
    expect((await get('/docs')).headers.location).toBe('/docs/');
    expect((await get('//docs')).headers.location).toBe('/docs/');
    expect((await get('/docs/')).body).toBe('docs');
  });

  it('sends the precompressed file to those who take it, under the type and an ETag of its own', async () => {
    const folder = new SiteFolder();
    folder.publish('a', { 'app.js': 'let a = 1;', 'app.js.gz': gzipSync('let a = 1;'), 'app.js.br': 'brotli bytes' });
    const get = serve(folder.link);
    const plain = await get('/app.js');
    expect([plain.body, plain.headers['content-encoding'], plain.headers.vary]).toEqual([
      'let a = 1;',
      undefined,
      'accept-encoding',
    ]);
    const gzip = await get('/app.js', { 'accept-encoding': 'gzip, br;q=0' });
    expect(gzip.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'text/javascript; charset=utf-8',
    });
    const br = await get('/app.js', { 'accept-encoding': 'gzip, br' });
    expect(br.headers['content-encoding']).toBe('br');
    expect(new Set([plain, gzip, br].map(({ headers }) => headers.etag)).size).toBe(3);
  });

  it('serves ranges of small and large files, and answers HEAD with the size', async () => {
    const folder = new SiteFolder();
    const large = Buffer.from(Array.from({ length: 2_000_000 }, (_, index) => index % 251));
    folder.publish('a', { 'small.txt': '0123456789', 'large.bin': large });
    const get = serve(folder.link);
    const part = await get('/small.txt', { range: 'bytes=2-4' });
    expect([part.statusCode, part.body, part.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10']);
    const tail = await get('/large.bin', { range: 'bytes=-5' });
    expect(tail.rawPayload.equals(large.subarray(-5))).toBe(true);
    const beyond = await get('/small.txt', { range: 'bytes=10-' });
    expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, 'bytes */10']);
    expect((await get('/small.txt', { range: 'bytes=2-4', 'if-range': '"other"' })).statusCode).toBe(200);
    const head = await get('/large.bin', {}, 'HEAD');
    expect([head.headers['content-length'], head.body]).toEqual(['2000000', '']);
  });

  it('answers a malformed ETag with 400', async () => {
    const folder = new SiteFolder();
    folder.publish('a', { 'a.txt': 'a' });
    const answer = await serve(folder.link)('/a.txt', { 'if-none-match': 'no quotes' });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'ERR_ETAG']);
  });

  it('serves a plain folder too, with weak ETags', async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'index.html'), 'plain');
    const answer = await serve(folder)('/');
    expect([answer.body, String(answer.headers.etag).startsWith('W/"')]).toEqual(['plain', true]);
  });
});

describe('a new commit', () => {
  it('is told to every stream', async () => {
    const folder = new SiteFolder();
    const first = folder.publish('a', { 'index.html': 'a' });
    const server = createTestServer();
    const watch = new SiteWatch(new Site({ link: folder.link, cacheBytes: 0 }), { poll: 50 });
    const stream = new EventStreams({ limit: 1 });
    liveRoutes(server, { watch, stream });
    onTestFinished(async () => {
      watch.stop();
      stream.close();
      await server.close();
    });
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    const answer = await fetch(`${url}/api/site/events`);
    let text = '';
    const reading = (async () => {
      for await (const chunk of answer.body ?? []) text += Buffer.from(chunk as Uint8Array).toString();
    })();
    await waitFor('the first commit', () => text.includes(first));
    expect((await fetch(`${url}/api/site/events`)).status).toBe(503);
    const second = folder.publish('b', { 'index.html': 'b' });
    await waitFor('the second commit', () => text.includes(second));
    expect(await (await fetch(`${url}/api/site`)).json()).toMatchObject({ published: true, commit: second });
    stream.close();
    await reading;
    expect(text).toContain('event: bye');
  });
});

describe('the path of a URL', () => {
  it('never leads out of the site or to a hidden file', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('.', '/', '%', '2', 'e', 'f', '5', 'c', '0', 'a', '\\') }),
        (text) => {
          const path = sitePath(`/${text}`);
          if (path === undefined) return;
          expect(path.split('/').filter((segment) => segment.startsWith('.'))).toEqual([]);
          expect(path).not.toMatch(/^\/|\\|\0/);
        },
      ),
    );
  });
});

describe('a range', () => {
  it('lies within the file, or is whole or unsatisfiable', () => {
    const text = fc.string({ unit: fc.constantFrom('b', 'y', 't', 'e', 's', '=', '-', ',', '0', '1', '9', ' ') });
    const header = fc.oneof(
      text,
      text.map((rest) => `bytes=${rest}`),
      fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `bytes=${a}-${b}`),
    );
    fc.assert(
      fc.property(header, fc.nat({ max: 1000 }), (value, size) => {
        const range = readRange(value, size);
        if (typeof range === 'string') return;
        expect(range.first).toBeGreaterThanOrEqual(0);
        expect(range.last).toBeGreaterThanOrEqual(range.first);
        expect(range.last).toBeLessThan(size);
      }),
    );
  });
});
