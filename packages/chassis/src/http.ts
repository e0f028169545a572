import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import { closePromptly } from './close-promptly.ts';
import { codeOf, messageOf } from './errors.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Logger } from './log.ts';
import type { HttpMetrics } from './metrics.ts';

declare module 'fastify' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- merging needs an interface
  interface FastifyContextConfig {
    /** Its requests are logged at debug only; for what probes and scrapers call every few seconds. */
    quiet?: boolean;
  }
}

export type Server = FastifyInstance;

export type ServerOptions = {
  log: Logger;
  lifecycle: Lifecycle;
  metrics?: HttpMetrics;
  /** Largest body in bytes; a larger one is answered 413. */
  bodyLimit?: number;
  /** Longest path parameter; a longer one is answered 414. */
  maxParamLength?: number;
  /** Log level of the line per request, or false for none. */
  requestLog?: 'info' | 'debug' | false;
};

/**
 * A Fastify server that drains well and can't be held open by slow clients.
 *
 * While the lifecycle drains, it keeps answering, and every answer says `Connection: close`, so that pooled clients
 * move away by themselves; `return503OnClosing: false` lets the last request on a connection succeed.
 */
export function createServer(options: ServerOptions): Server {
  const { log, lifecycle, metrics, bodyLimit = 1024 * 1024, maxParamLength = 1024, requestLog = 'info' } = options;
  // Typed as Fastify's own logger, or pino's type would become part of the server's.
  const loggerInstance: FastifyBaseLogger = log;
  const server = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    routerOptions: { maxParamLength },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // Above the idle time of common load balancers (60 to 75 s), or they meet a connection that we just closed.
    keepAliveTimeout: 76_000,
    connectionTimeout: 0,
    requestTimeout: 60_000,
    http: { headersTimeout: 20_000, connectionsCheckingInterval: 1000 },
  });
  // On sending and not on receiving, so that a request already in flight when the drain begins says it too.
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (lifecycle.draining) reply.header('connection', 'close');
    done(null, payload);
  });
  const sweep = closePromptly(server.server);
  server.addHook('preClose', (done) => {
    sweep();
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    metrics?.observe(request.method, routeOf(request), reply.statusCode, reply.elapsedTime / 1000);
    if (requestLog !== false)
      logRequest(
        log,
        request.routeOptions.config.quiet ? 'debug' : requestLog,
        request,
        reply.statusCode,
        reply.elapsedTime,
      );
    done();
  });
  server.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500) log.error({ err: error, method: request.method, url: request.url }, 'request failed');
    const body = status >= 500 ? { code: 'ERR_INTERNAL', message: 'internal error' } : publicError(error);
    return reply.code(status).send(body);
  });
  server.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ code: 'ERR_NOT_FOUND', message: `nothing at ${request.method} ${pathOf(request)}` }),
  );
  return server;
}

/** Listen on a port; a port that is taken becomes an error that names it and the setting to change. */
export async function listen(server: Server, at: { host: string; port: number; setting: string }): Promise<string> {
  try {
    return await server.listen({ host: at.host, port: at.port });
  } catch (cause) {
    const why = codeOf(cause) === 'EADDRINUSE' ? 'the port is taken' : messageOf(cause);
    throw new Error(`cannot listen on ${at.host}:${at.port}: ${why}; set ${at.setting} to another port`, { cause });
  }
}

/** The template of the matched route, never the URL itself, so that metrics stay bounded. */
export function routeOf(request: FastifyRequest): string {
  return request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched');
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? request.url;

function logRequest(
  log: Logger,
  level: 'info' | 'debug',
  request: FastifyRequest,
  status: number,
  milliseconds: number,
) {
  const fields = {
    method: request.method,
    path: pathOf(request),
    route: routeOf(request),
    status,
    milliseconds: Math.round(milliseconds * 1000) / 1000,
  };
  log[level](fields, 'request');
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

function publicError(error: unknown): { code: string; message: string } {
  return { code: codeOf(error) ?? 'ERR_REQUEST', message: messageOf(error) };
}
