import { pathOf } from '@podkit/chassis/http/observe-requests';
import type { Server } from '@podkit/chassis/http/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readRange } from '../site/range.ts';
import type { Found, Site, SiteFile } from '../site/site.ts';
import { sitePath } from '../site/site-path.ts';
import { matchesStrongly, matchesWeakly, parseEtags } from './etag-condition.ts';

/** `/*`: the published site, whatever is not a route of its own. */
export function siteRoutes(server: Server, { site }: { site: Site }): void {
  // What begins like the API is never a page, also not one that is not there yet.
  server.get('/api/*', (_request, reply) => reply.callNotFound());
  server.route({
    method: ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'],
    url: '/*',
    // Before the body is looked at: its type does not matter here.
    onRequest: async (request, reply) => {
      if (request.url.startsWith('/api/')) return reply.callNotFound();
      const message = 'pages are read with GET and HEAD';
      return reply.code(405).header('allow', 'GET, HEAD').send({ code: 'ERR_METHOD', message });
    },
    handler: (_request, reply) => reply.callNotFound(),
  });
  server.get('/*', (request, reply) => {
    const path = sitePath(pathOf(request));
    if (path === undefined) return notFound(reply);
    const encodings = request.headers['accept-encoding'];
    const file = site.remembered(path, encodings);
    if (file !== undefined) return sendFile(request, reply, file);
    return site
      .find(path, encodings)
      .then((found) =>
        found.kind === 'missing' ? notFoundPage(site, reply, encodings) : answer(request, reply, path, found),
      );
  });
}

function answer(request: FastifyRequest, reply: FastifyReply, path: string, found: Found): FastifyReply {
  if (found.kind === 'file') return sendFile(request, reply, found.file);
  if (found.kind === 'directory')
    return reply.redirect(`/${path.split('/').map(encodeURIComponent).join('/')}/${queryOf(request)}`, 308);
  if (found.kind === 'missing') return notFound(reply, found.commit);
  const message = 'the site has not been synced yet';
  return reply.code(503).header('retry-after', '1').send({ code: 'ERR_NOT_SYNCED', message });
}

const queryOf = (request: FastifyRequest): string => request.url.slice(pathOf(request).length);

/** The site's own page for what it does not have. */
async function notFoundPage(site: Site, reply: FastifyReply, encodings: string | undefined): Promise<FastifyReply> {
  const found = await site.find('404.html', encodings);
  if (found.kind !== 'file') return notFound(reply, found.kind === 'missing' ? found.commit : undefined);
  const { file } = found;
  if (file.commit !== undefined) void reply.header('x-content-revision', file.commit);
  if (file.encoding !== undefined) void reply.header('content-encoding', file.encoding);
  void reply
    .code(404)
    .headers({ 'content-type': file.type, 'x-content-type-options': 'nosniff', vary: 'accept-encoding' });
  return sendBytes(reply, file, 0, file.size - 1);
}

function notFound(reply: FastifyReply, commit?: string): FastifyReply {
  if (commit !== undefined) void reply.header('x-content-revision', commit);
  return reply.code(404).send({ code: 'ERR_NOT_FOUND', message: 'no such page' });
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: SiteFile): FastifyReply {
  void reply.headers({
    etag: file.etag,
    'last-modified': file.modified,
    'cache-control': 'no-cache',
    vary: 'accept-encoding',
  });
  if (file.commit !== undefined) void reply.header('x-content-revision', file.commit);
  const refused = conditionOf(request, file);
  if (refused !== undefined) return sendNothing(reply.code(refused), file);
  void reply.headers({ 'content-type': file.type, 'accept-ranges': 'bytes', 'x-content-type-options': 'nosniff' });
  if (file.encoding !== undefined) void reply.header('content-encoding', file.encoding);
  const range = rangeOf(request, file);
  if (range === 'unsatisfiable')
    return sendNothing(reply.code(416).header('content-range', `bytes */${file.size}`), file);
  if (range === 'whole') return sendBytes(reply, file, 0, file.size - 1);
  void reply.code(206).header('content-range', `bytes ${range.first}-${range.last}/${file.size}`);
  return sendBytes(reply, file, range.first, range.last);
}

/** The status that the request's conditions ask for instead of the file (RFC 9110 section 13.2.2). */
function conditionOf({ headers }: FastifyRequest, file: SiteFile): 304 | 412 | undefined {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match === undefined && noneMatch === undefined) return undefined;
  const weak = file.etag.startsWith('W/');
  const tag = file.etag.replace(/^W\//, '').slice(1, -1);
  if (match !== undefined && !matchesStrongly(parseOrClose(match, file), weak ? undefined : tag)) return 412;
  return noneMatch !== undefined && matchesWeakly(parseOrClose(noneMatch, file), tag) ? 304 : undefined;
}

function rangeOf({ method, headers }: FastifyRequest, file: SiteFile) {
  if (headers.range === undefined || method !== 'GET') return 'whole';
  const ifRange = headers['if-range'];
  if (ifRange !== undefined && (ifRange !== file.etag || file.etag.startsWith('W/'))) return 'whole';
  return readRange(headers.range, file.size);
}

function sendBytes(reply: FastifyReply, file: SiteFile, first: number, last: number): FastifyReply {
  void reply.header('content-length', last - first + 1);
  if ('content' in file)
    return reply.send(last - first + 1 === file.size ? file.content : file.content.subarray(first, last + 1));
  if (file.size === 0) return sendNothing(reply, file);
  return reply.send(file.handle.createReadStream({ start: first, end: last }));
}

function sendNothing(reply: FastifyReply, file: SiteFile): FastifyReply {
  release(file);
  return reply.send();
}

function parseOrClose(header: string, file: SiteFile) {
  try {
    return parseEtags(header);
  } catch (error) {
    release(file);
    throw error;
  }
}

function release(file: SiteFile): void {
  if ('handle' in file) void file.handle.close();
}
