import { type Stats, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import fastifyStatic from '@fastify/static';
import { getErrorCode, PodkitError } from '@podkit/chassis/errors';
import { readPath } from '@podkit/chassis/http/observe-requests';
import { emptyResponse, errorResponse, textResponse } from '@podkit/chassis/http/openapi';
import { type Server, sendNotFound } from '@podkit/chassis/http/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isInside, type Revision, resolveRevision } from '../site/revision.ts';
import { sitePath } from '../site/site-path.ts';
import { commitEtag, evaluateConditions } from './site-conditions.ts';

declare module 'fastify' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- merging needs an interface
  interface FastifyRequest {
    /** The revision of the site that answers this request; undefined on other routes. */
    revision: Revision | undefined;
  }
}

/** Serves the published site. Each request resolves the link once, so that no response mixes two commits. */
export class SiteFiles {
  readonly #link: string;

  constructor(link: string) {
    this.#link = link;
  }

  /** Send the file that the URL names. */
  readonly serve = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const revision = resolveRevision(this.#link);
    if (revision === undefined) {
      const message = 'the site has not been synced yet';
      return reply.code(503).header('retry-after', '1').send({ code: 'ERR_NOT_SYNCED', message });
    }
    request.revision = revision;
    const path = sitePath(readPath(request));
    if (path === undefined) return this.notFound(request, reply);
    const { commit } = revision;
    const file = path === '' || path.endsWith('/') ? `${path}index.html` : path;
    const condition = commit === undefined ? undefined : evaluateConditions(request.headers, commit, file);
    if (condition?.status === 412) return reply.code(412).send();
    if (condition?.status === 304) return sendSiteHeaders(reply, revision, condition.tag).code(304).send();
    return send(reply.code(200), `/${path}`, revision);
  };

  /**
   * Answer 404, with the site's own page if it has one. If git-sync has removed the worktree since the link was resolved,
   * answer from the new worktree.
   */
  readonly notFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { revision } = request;
    if (revision !== undefined && this.#isReplaced(revision)) return this.serve(request, reply);
    const page = revision && statSync(join(revision.root, '404.html'), { throwIfNoEntry: false });
    if (revision !== undefined && page?.isFile()) return send(reply.code(404), '/404.html', revision);
    return sendNotFound(request, reply);
  };

  /** Answer 404 for a file that cannot be opened. */
  readonly onError = (error: Error, request: FastifyRequest, reply: FastifyReply): void => {
    if (missingCodes.has(getErrorCode(error) ?? '')) return void this.notFound(request, reply);
    // Such as Content-Range, which has the size of the file when a range lies beyond it.
    if ('headers' in error) void reply.headers(error.headers as Record<string, string>);
    throw error;
  };

  #isReplaced({ root }: Revision): boolean {
    return resolveRevision(this.#link)?.root !== root;
  }
}

const missingCodes = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES', 'ERR_NOT_FOUND']);

const siteSchema = {
  summary: 'A file of the published site',
  response: {
    200: textResponse('The file, with the commit as X-Content-Revision.', 'text/html'),
    304: emptyResponse('Unchanged.'),
    404: errorResponse("There is no such file; the site's own 404.html, if it has one."),
    412: emptyResponse('The condition is not met.'),
    503: errorResponse('The site has not been synced yet.'),
  },
};

/** `/*`: the published site, for every path that has no route of its own. */
export function siteRoutes(server: Server, site: SiteFiles): void {
  server.decorateRequest('revision', undefined);
  void server.register(fastifyStatic, {
    serve: false,
    redirect: true,
    preCompressed: true,
    cacheControl: false,
    dotfiles: 'allow', // sitePath refuses them, but not /.well-known/.
    setHeaders: (reply, path) => {
      const { revision } = reply.request;
      if (revision !== undefined) sendSiteHeaders(reply, revision, makeEtag(revision, path));
    },
  });
  // A path below /api/ is never a page.
  server.get('/api/*', { schema: { hide: true } }, (_request, reply) => reply.callNotFound());
  server.route({
    method: ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'],
    url: '/*',
    schema: { hide: true },
    // Before the body is parsed, since its type does not matter.
    onRequest: async (request, reply) => {
      if (request.url.startsWith('/api/')) return reply.callNotFound();
      const message = 'pages are read with GET and HEAD';
      return reply.code(405).header('allow', 'GET, HEAD').send({ code: 'ERR_METHOD', message });
    },
    handler: (_request, reply) => reply.callNotFound(),
  });
  server.get('/*', { schema: siteSchema, errorHandler: site.onError, onSend: textWithoutEnding }, site.serve);
}

function send(reply: FastifyReply, path: string, revision: Revision): FastifyReply {
  const onFile = (selected: string, stats: Stats) => {
    // Reading a fifo blocks a thread until a process writes to it.
    if (!stats.isFile() || !isInside(revision, selected)) throw new PodkitError('ERR_NOT_FOUND', 'no such page');
  };
  return reply.sendFile(path, revision.root, { etag: revision.commit === undefined, onFile });
}

function makeEtag({ root, commit }: Revision, path: string): string | undefined {
  return commit === undefined ? undefined : commitEtag(commit, relative(root, path));
}

function sendSiteHeaders(reply: FastifyReply, { commit }: Revision, tag: string | undefined): FastifyReply {
  if (tag !== undefined) void reply.header('etag', `"${tag}"`);
  if (commit !== undefined) void reply.header('x-content-revision', commit);
  return reply.headers({ 'cache-control': 'no-cache', vary: 'accept-encoding' });
}

/** Send files without an ending, such as LICENSE, as text. */
function textWithoutEnding(request: FastifyRequest, reply: FastifyReply, payload: unknown, done: DoneSending): void {
  const isUnknown = reply.getHeader('content-type') === 'application/octet-stream';
  if (isUnknown && extname(readPath(request)) === '') void reply.type('text/plain; charset=utf-8');
  done(null, payload);
}

type DoneSending = (error: Error | null, payload?: unknown) => void;
