import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerOptions,
  LogController,
} from 'fastify';
import { codeOf, messageOf } from '../errors.ts';
import type { Logger } from '../log/logger.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import { drainConnections } from './drain.ts';
import { type ObserveOptions, observeRequests, pathOf } from './observe-requests.ts';

export type Server = FastifyInstance;

export type ServerOptions = ObserveOptions & {
  lifecycle: Lifecycle;
  /** Largest body in bytes; a larger one is answered 413. */
  bodyLimit?: number;
  /** Longest path parameter; a longer one is answered 414. */
  maxParamLength?: number;
  /** How paths are matched, where it is not as usual. */
  routerOptions?: FastifyServerOptions['routerOptions'];
  /** Answers what never reaches a route, such as a path that cannot be decoded. */
  frameworkErrors?: FastifyServerOptions['frameworkErrors'];
};

/**
 * A Fastify server that drains well and can't be held open by slow clients.
 *
 * While the lifecycle drains, it keeps answering, and every answer says `Connection: close`, so that pooled clients
 * move away by themselves; `return503OnClosing: false` lets the last request on a connection succeed.
 */
export function createServer(options: ServerOptions): Server {
  const { log, lifecycle, bodyLimit = 1024 * 1024, maxParamLength = 1024, routerOptions, frameworkErrors } = options;
  const server = fastify({
    loggerInstance: withoutChildren(log),
    logController: new LogController({ disableRequestLogging: true }),
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    bodyLimit,
    routerOptions: { maxParamLength, ...routerOptions },
    ...(frameworkErrors === undefined ? {} : { frameworkErrors }),
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // Above the idle time of common load balancers (60 to 75 s), or they meet a connection that we just closed.
    keepAliveTimeout: 76_000,
    connectionTimeout: 0,
    requestTimeout: 60_000,
    http: { headersTimeout: 20_000, connectionsCheckingInterval: 1000 },
  });
  const sweep = drainConnections(server.server, lifecycle);
  server.addHook('preClose', (done) => {
    sweep();
    done();
  });
  observeRequests(server, options);
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

/** Fastify's own are not even loaded: they would take a tenth of the start, and a route says itself how it is checked. */
function noCompiler(): never {
  throw new Error('a route with a schema needs a server with a validator compiler of its own');
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

/**
 * The same log, for Fastify, which asks for a child of it with each request: that costs as much as to route it, and
 * nothing here logs by `request.log`. Typed as Fastify's own logger, or pino's type would become part of the server's.
 */
function withoutChildren(log: Logger): FastifyBaseLogger {
  const childless: FastifyBaseLogger = Object.create(log, { child: { value: () => childless } });
  return childless;
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

function publicError(error: unknown): { code: string; message: string } {
  return { code: codeOf(error) ?? 'ERR_REQUEST', message: messageOf(error) };
}
