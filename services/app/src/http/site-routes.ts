import { type Stats, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import fastifyStatic from '@fastify/static';
import { getErrorCode, PodkitError } from '@podkit/chassis/errors';
import { readPath } from '@podkit/chassis/http/observe-requests';
import { emptyAnswer, errorAnswer, textAnswer } from '@podkit/chassis/http/openapi';
import { type Server, sendNotFound } from '@podkit/chassis/http/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isInside, type Revision, resolveRevision } from '../site/revision.ts';
import { sitePath } from '../site/site-path.ts';
import { commitEtag, decideConditions } from './site-conditions.ts';

declare module 'fastify' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- merging needs an interface
  interface FastifyRequest {
    /** What of the site answers this request; undefined where the site does not. */
    revision: Revision | undefined;
  }
}

/** Answers from the published site. Each request resolves the link once, so that no answer mixes two commits. */
export class SiteFiles {
  readonly #link: string;

  constructor(link: string) {
    this.#link = link;
  }

  /** Send the file, or go where it is. */
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
    const decided = commit === undefined ? undefined : decideConditions(request.headers, commit, file);
    if (decided?.status === 412) return reply.code(412).send();
    if (decided?.status === 304) return setHeaders(reply, revision, decided.tag).code(304).send();
    return send(reply.code(200), `/${path}`, revision);
  };

  /**
   * What is not there: 404, with the site's own page where it has one. git-sync may have removed the worktree after we
   * resolved the link; then the new one answers.
   */
  readonly notFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { revision } = request;
    if (revision !== undefined && this.#isReplaced(revision)) return this.serve(request, reply);
    const page = revision && statSync(join(revision.root, '404.html'), { throwIfNoEntry: false });
    if (revision !== undefined && page?.isFile()) return send(reply.code(404), '/404.html', revision);
    return sendNotFound(request, reply);
  };

  /** Files that can't be opened are not there. */
  readonly onError = (error: Error, request: FastifyRequest, reply: FastifyReply): void => {
    if (notThere.has(getErrorCode(error) ?? '')) return void this.notFound(request, reply);
    // Such as the size that a range lies beyond.
    if ('headers' in error) void reply.headers(error.headers as Record<string, string>);
    throw error;
  };

  #isReplaced({ root }: Revision): boolean {
    return resolveRevision(this.#link)?.root !== root;
  }
}

const notThere = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES', 'ERR_NOT_FOUND']);

const siteSchema = {
  summary: 'A file of the published site',
  response: {
    200: textAnswer('The file, with the commit as X-Content-Revision.', 'text/html'),
    304: emptyAnswer('Unchanged.'),
    404: errorAnswer("There is no such file; the site's own 404.html, if it has one."),
    412: emptyAnswer('The condition is not met.'),
    503: errorAnswer('The site has not been synced yet.'),
  },
};

/** `/*`: the published site, whatever is not a route of its own. */
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
      if (revision !== undefined) setHeaders(reply, revision, makeEtag(revision, path));
    },
  });
  // What begins like the API is never a page, also not one that is not there yet.
  server.get('/api/*', { schema: { hide: true } }, (_request, reply) => reply.callNotFound());
  server.route({
    method: ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'],
    url: '/*',
    schema: { hide: true },
    // Before the body is looked at: its type does not matter here.
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
    // A fifo would hold a thread until someone writes to it.
    if (!stats.isFile() || !isInside(revision, selected)) throw new PodkitError('ERR_NOT_FOUND', 'no such page');
  };
  return reply.sendFile(path, revision.root, { etag: revision.commit === undefined, onFile });
}

function makeEtag({ root, commit }: Revision, path: string): string | undefined {
  return commit === undefined ? undefined : commitEtag(commit, relative(root, path));
}

function setHeaders(reply: FastifyReply, { commit }: Revision, tag: string | undefined): FastifyReply {
  if (tag !== undefined) void reply.header('etag', `"${tag}"`);
  if (commit !== undefined) void reply.header('x-content-revision', commit);
  return reply.headers({ 'cache-control': 'no-cache', vary: 'accept-encoding' });
}

/** LICENSE, README: files without an ending are for people to read. */
function textWithoutEnding(request: FastifyRequest, reply: FastifyReply, payload: unknown, done: DoneSending): void {
  const isUnknown = reply.getHeader('content-type') === 'application/octet-stream';
  if (isUnknown && extname(readPath(request)) === '') void reply.type('text/plain; charset=utf-8');
  done(null, payload);
}

type DoneSending = (error: Error | null, payload?: unknown) => void;
