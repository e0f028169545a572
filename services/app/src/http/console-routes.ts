import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Server } from '@podkit/chassis/http/server';
import { consoleFiles } from '../console/console-files.ts';

/** `/console`: the page, from the folder that ships with the app, and the libraries that it imports. */
export function consoleRoutes(server: Server, { folder }: { folder: string }): void {
  const headers = {
    'content-security-policy': policy(readFileSync(join(folder, 'index.html'), 'utf8')),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  };
  const files = consoleFiles(folder);
  server.get('/console', async (_request, reply) => reply.redirect('/console/', 308));
  server.get('/console/*', async (request, reply) => {
    const file = files.get((request.params as { '*': string })['*']);
    if (file === undefined)
      return reply.code(404).send({ code: 'ERR_NOT_FOUND', message: 'no such file of the console' });
    return reply
      .type(file.type)
      .headers(headers)
      .send(await readFile(file.path));
  });
}

/** Nothing from elsewhere and nothing inline, but the import map, which a browser takes in no other way: by its hash. */
function policy(page: string): string {
  const map = /<script type="importmap">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '';
  const hash = createHash('sha256').update(map).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
