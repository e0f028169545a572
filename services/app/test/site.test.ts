import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SiteFiles, siteRoutes } from '../src/http/site-routes.ts';
import { SiteFolder } from './support/site-folder.ts';
import { createTestServer } from './support/test-server.ts';

function serve(link: string) {
  const site = new SiteFiles(link);
  const server = createTestServer({ notFound: site.notFound });
  siteRoutes(server, site);
  onTestFinished(() => server.close());
  return (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    server.inject({ method, url, headers });
}

describe('the synced site', () => {
  test('serves a page with its commit, its type and a strong ETag that all replicas share', async () => {
    const folder = new SiteFolder();
    const commit = folder.publish('a', { 'index.html': '<h1>one</h1>' });
    const one = serve(folder.link);
    const two = serve(folder.link);
    const response = await one('/');
    expect(response.body).toBe('<h1>one</h1>');
    expect(response.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-revision': commit,
      etag: expect.stringMatching(/^"[\w-]{27}"$/),
    });
    expect((await two('/')).headers.etag).toBe(response.headers.etag);
    expect((await one('/', { 'if-none-match': String(response.headers.etag) })).statusCode).toBe(304);
  });

  test('shows the next commit at once, with another ETag even where the bytes are the same', async () => {
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

  test('answers from the new commit where the old one is removed during a request, and 503 while there is none', async () => {
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

  test('finishes a large file of a commit that is removed meanwhile', async () => {
    const folder = new SiteFolder();
    const content = Buffer.alloc(3_000_000, 'x');
    const commit = folder.publish('a', { 'large.bin': content });
    const site = new SiteFiles(folder.link);
    const server = createTestServer({ notFound: site.notFound });
    siteRoutes(server, site);
    onTestFinished(() => server.close());
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    const response = await fetch(`${url}/large.bin`);
    folder.remove(commit);
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
  });

  test('refuses dotfiles, escapes and links that lead out with a plain 404', async () => {
    const folder = new SiteFolder();
    const commit = folder.publish('a', { 'index.html': 'in', '.git': 'gitdir: /secret' });
    const outside = tempDir();
    writeFileSync(join(outside, 'secret.txt'), 'secret');
    symlinkSync(join(outside, 'secret.txt'), join(folder.worktree(commit), 'leak.txt'));
    symlinkSync('.git', join(folder.worktree(commit), 'alias.txt'));
    symlinkSync('loop.txt', join(folder.worktree(commit), 'loop.txt'));
    symlinkSync(join(outside, 'secret.txt'), join(folder.worktree(commit), 'index.html.br'));
    execFileSync('mkfifo', [join(folder.worktree(commit), 'fifo.txt')]);
    const get = serve(folder.link);
    const paths = [
      '/.git',
      '/%2egit',
      '/leak.txt',
      '/alias.txt',
      '/loop.txt',
      '/fifo.txt',
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
    expect((await get('/', { 'accept-encoding': 'br' })).body).not.toContain('secret');
  });

  test('redirects a folder without its slash, on this site only', async () => {
    const folder = new SiteFolder();
    folder.publish('a', { 'docs/index.html': 'docs' });
    const get = serve(folder.link);
    expect((await get('/docs')).headers.location).toBe('/docs/');
    expect((await get('//docs')).headers.location).toBe('/docs/');
    expect((await get('/docs/')).body).toBe('docs');
  });

  test('sends the precompressed file to clients that accept it, with the type of the file and an ETag of its own', async () => {
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
      'content-type': 'application/javascript; charset=utf-8',
    });
    const br = await get('/app.js', { 'accept-encoding': 'gzip, br' });
    expect(br.headers['content-encoding']).toBe('br');
    expect(new Set([plain, gzip, br].map(({ headers }) => headers.etag)).size).toBe(3);
  });

  test('serves ranges of small and large files, and answers HEAD with the size', async () => {
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
    const ifRange = async (tag: unknown) =>
      (await get('/small.txt', { range: 'bytes=2-4', 'if-range': String(tag) })).statusCode;
    expect([await ifRange(part.headers.etag), await ifRange('"other"')]).toEqual([206, 200]);
    const head = await get('/large.bin', {}, 'HEAD');
    expect([head.headers['content-length'], head.body]).toEqual(['2000000', '']);
  });

  test('evaluates conditions against the tags of the commit', async () => {
    const folder = new SiteFolder();
    folder.publish('a', { 'a.txt': 'a', 'a.txt.gz': gzipSync('a') });
    const get = serve(folder.link);
    const gzip = { 'accept-encoding': 'gzip' };
    const plain = String((await get('/a.txt')).headers.etag);
    const packed = String((await get('/a.txt', gzip)).headers.etag);
    const status = async (headers: Record<string, string>) => (await get('/a.txt', headers)).statusCode;
    expect(await status({ 'if-none-match': `W/"x", W/${plain}` })).toBe(304);
    expect(await status({ 'if-none-match': packed })).toBe(200);
    expect(await status({ 'if-none-match': packed, ...gzip })).toBe(304);
    expect(await status({ 'if-none-match': '*' })).toBe(304);
    expect(await status({ 'if-match': plain })).toBe(200);
    expect(await status({ 'if-match': `W/${plain}` })).toBe(412);
    expect(await status({ 'if-match': '"x"' })).toBe(412);
    expect(await status({ 'if-match': '*' })).toBe(200);
  });

  test('answers a malformed ETag with 400', async () => {
    const folder = new SiteFolder();
    folder.publish('a', { 'a.txt': 'a' });
    const response = await serve(folder.link)('/a.txt', { 'if-none-match': 'no quotes' });
    expect([response.statusCode, response.json().code]).toEqual([400, 'ERR_ETAG']);
  });

  test('serves a plain folder too, with weak ETags', async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'index.html'), 'plain');
    const response = await serve(folder)('/');
    expect([response.body, String(response.headers.etag).startsWith('W/"')]).toEqual(['plain', true]);
  });
});
