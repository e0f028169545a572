import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { Server } from '@podkit/chassis/http/server';
import { vendorFiles } from '../console/vendor-files.ts';
import type { Csp } from '../content-security-policy.ts';
import { addSecurityHeaders } from './security-headers.ts';

/** `/console/`: the page and the libraries that it imports. */
export function consoleRoutes(server: Server, { folder }: { folder: string }): void {
  addSecurityHeaders(server, createPolicy(readFileSync(join(folder, 'index.html'), 'utf8')));
  void server.register(fastifyStatic, {
    root: folder,
    prefix: '/console/',
    cacheControl: false,
    setHeaders: (reply) => void reply.header('cache-control', 'no-cache'),
  });
  server.get('/console', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/console/', 308));
  // In an image they are copied to the folder of the page (tools/build.ts); in the source tree they are in node_modules.
  if (existsSync(join(folder, 'vendor'))) return;
  for (const { name, path } of vendorFiles())
    server.get(`/console/vendor/${name}`, { schema: { hide: true } }, (_request, reply) =>
      reply.sendFile(basename(path), dirname(path)),
    );
}

/** Allow nothing from other origins and nothing inline. The import map must be inline, so it is allowed by its hash. */
function createPolicy(page: string): Csp {
  const map = /<script type="importmap">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '';
  const hash = createHash('sha256').update(map).digest('base64');
  const directives = {
    'default-src': ["'none'"],
    'script-src': ["'self'", `'sha256-${hash}'`],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'data:'],
    'connect-src': ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
  };
  return { useDefaults: false, directives };
}
