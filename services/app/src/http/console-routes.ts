import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Server } from '@podkit/chassis/http/server';
import { contentTypeOf } from '../site/content-type.ts';
import { sitePath } from '../site/site-path.ts';

/** Nothing inline, nothing from elsewhere: a note's text can't become a script. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `/console`: the console's own files, from the folder that ships with the app. */
export function consoleRoutes(server: Server, { folder }: { folder: string }): void {
  server.get('/console', async (_request, reply) => reply.redirect('/console/', 308));
  server.get('/console/*', async (request, reply) => {
    const path = sitePath((request.params as { '*': string })['*'].split('?', 1)[0] ?? '');
    const content = path === undefined ? undefined : await read(join(folder, path === '' ? 'index.html' : path));
    if (content === undefined || path === undefined)
      return reply.code(404).send({ code: 'ERR_NOT_FOUND', message: 'no such file of the console' });
    return reply
      .type(contentTypeOf(path === '' ? 'index.html' : path))
      .header('content-security-policy', contentSecurityPolicy)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-cache')
      .send(content);
  });
}

const read = (path: string): Promise<Buffer | undefined> => readFile(path).catch(() => undefined);
