import { describeError } from '@podkit/chassis/errors';
import type { HttpMetrics } from '@podkit/chassis/http/http-metrics';
import { ApiDocument } from '@podkit/chassis/http/openapi';
import { createServer, type Server } from '@podkit/chassis/http/server';
import { isSameSecret } from '@podkit/chassis/http/token';
import type { Logger } from '@podkit/chassis/log/logger';
import type { Lifecycle } from '@podkit/chassis/process/lifecycle';
import type { FastifyReply, FastifyRequest, FastifySchema, HTTPMethods } from 'fastify';
import { DaprError, malformed, storeNotFound } from './errors.ts';
import { increment, listKeys } from './extensions.ts';
import { query } from './query.ts';
import { splitPath } from './request-parts.ts';
import { securitySchemes } from './schema-parts.ts';
import { stateSchemas } from './schemas.ts';
import { type SidecarOptions, sidecarRoutes } from './sidecar.ts';
import {
  type DaprResponse,
  deleteState,
  getBulkState,
  getState,
  type StateRequest,
  saveState,
  transact,
} from './state.ts';

export type DaprApiOptions = SidecarOptions & {
  log: Logger;
  lifecycle: Lifecycle;
  metrics: HttpMetrics;
  apiToken: string | undefined;
  maxBody: number;
  /** How many entries a page of a query may have. */
  queryMaxPage: number;
};

/** What a state route does; `key` is its last path part. */
type Handler = (request: StateRequest, key: string) => Promise<DaprResponse>;

const writeMethods: HTTPMethods[] = ['POST', 'PUT'];

const stateRoutes: readonly [HTTPMethods | HTTPMethods[], url: string, FastifySchema, Handler][] = [
  [writeMethods, '/v1.0/state/:store', stateSchemas.save, saveState],
  [writeMethods, '/v1.0/state/:store/bulk', stateSchemas.bulk, getBulkState],
  [writeMethods, '/v1.0/state/:store/transaction', stateSchemas.transaction, transact],
  ['GET', '/v1.0/state/:store/:key', stateSchemas.get, getState],
  ['DELETE', '/v1.0/state/:store/:key', stateSchemas.remove, deleteState],
  [writeMethods, '/v1.0-alpha1/state/:store/query', stateSchemas.query, query],
  ['GET', '/v1.0-alpha1/state/:store/keys', stateSchemas.keys, listKeys],
  ['POST', '/v1.0-alpha1/state/:store/:key/increment', stateSchemas.increment, increment],
];

export const describeDaprApi = (version: string) =>
  new ApiDocument({ title: 'ambassador, Dapr state API', version, securitySchemes });

/** The Dapr state API as a Fastify server: https://docs.dapr.io/reference/api/state_api/ */
export function createDaprApi(options: DaprApiOptions, api = describeDaprApi(options.version)): Server {
  const { log, lifecycle, metrics, maxBody } = options;
  const server = createServer({
    log,
    lifecycle,
    metrics,
    bodyLimit: maxBody,
    requestLog: 'debug',
    api,
    routerOptions: { maxParamLength: 1024 * 1024, ignoreDuplicateSlashes: true, ignoreTrailingSlash: true },
    frameworkErrors: (error, _request, reply) => {
      answerError(reply, malformed(describeError(error)));
    },
  });
  // In a scope of its own, since the server already has an error handler.
  server.register((scope, _none, done) => {
    addRoutes(scope, options);
    done();
  });
  return server;
}

function addRoutes(scope: Server, options: DaprApiOptions): void {
  const { engine, log, appId, queryMaxPage } = options;
  // The routes parse bodies once the store is known; Go programs and curl often send no content type.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  // The routes validate requests themselves, with Dapr's errors; their schemas only describe them.
  scope.setValidatorCompiler(() => () => true);
  scope.addHook('onRequest', checkToken(options.apiToken));
  scope.setErrorHandler((error, request, reply) => answerError(reply, asDaprError(error, request, log)));
  const state = (handler: Handler) => async (request: FastifyRequest, reply: FastifyReply) => {
    const parts = splitPath(request.originalUrl);
    const name = parts[2] ?? '';
    const store = engine.store(name);
    if (store === undefined) throw storeNotFound(name, appId);
    const search = request.originalUrl.indexOf('?');
    const params = new URLSearchParams(search === -1 ? '' : request.originalUrl.slice(search));
    const asked = { store, name, query: params, headers: request.headers, body: request.body, queryMaxPage };
    const { status, headers, body } = await handler(asked, parts[3] ?? '');
    return reply
      .code(status)
      .headers(headers ?? {})
      .send(body);
  };
  for (const [method, url, schema, handler] of stateRoutes)
    scope.route({ method, url, schema, handler: state(handler) });
  sidecarRoutes(scope, options);
  scope.all('/*', { schema: { hide: true } }, (request, reply) =>
    answerError(reply, new DaprError(404, 'ERR_NOT_FOUND', `nothing at ${request.method} ${requestPath(request)}`)),
  );
}

const withoutToken = new Set(['/v1.0/healthz', '/v1.0/healthz/outbound']);

/** Refuse requests without the token, as Dapr does, except for health. Without a configured token every request passes. */
function checkToken(token: string | undefined) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    if (token === undefined || withoutToken.has(request.routeOptions.url ?? '')) return undefined;
    if (isSameSecret(request.headers['dapr-api-token'], token)) return undefined;
    return reply.code(401).type('text/plain').send('invalid api token');
  };
}

const requestPath = (request: FastifyRequest): string => request.originalUrl.split('?', 1)[0] ?? '';

function answerError(reply: FastifyReply, error: DaprError): FastifyReply {
  return reply.code(error.status).header('content-type', 'application/json').send(JSON.stringify(error.body));
}

function asDaprError(error: unknown, request: FastifyRequest, log: Logger): DaprError {
  if (error instanceof DaprError) {
    if (error.status >= 500) log.warn({ err: error, path: requestPath(request) }, 'state request failed');
    return error;
  }
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  // Dapr, too, answers a body that is too large as a malformed request.
  if (status === 413) return malformed('the body is larger than AMBASSADOR_MAX_BODY');
  if (status < 500) return malformed(describeError(error));
  log.error({ err: error, path: requestPath(request) }, 'state request failed');
  return new DaprError(500, 'ERR_INTERNAL', 'internal error');
}
