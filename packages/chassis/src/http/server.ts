import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TlsOptions } from 'node:tls';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
  type RawServerDefault,
} from 'fastify';
import { describeError, getErrorCode } from '../errors.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import { drainConnections } from './drain.ts';
import { publicError, type StatusTable } from './errors.ts';
import { type ObserveOptions, observeRequests, readPath } from './observe-requests.ts';
import type { ApiDocument } from './openapi.ts';

/** A Fastify server whose routes take their types from TypeBox schemas. */
export type Server = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export type ServerOptions = ObserveOptions & {
  lifecycle: Lifecycle;
  /** Largest body in bytes; a larger one is answered 413. */
  bodyLimit?: number;
  /** Longest path parameter; a longer one is answered 414. */
  maxParamLength?: number;
  /** Fastify's options of path matching. */
  routerOptions?: FastifyServerOptions['routerOptions'];
  /** Answers requests that the router refuses, such as a path that cannot be decoded; by default with `{ code, message }`. */
  frameworkErrors?: (error: Error, request: FastifyRequest, reply: FastifyReply) => void;
  /** Answers requests without a route; by default with 404 and `{ code, message }`. */
  notFound?: (request: FastifyRequest, reply: FastifyReply) => FastifyReply;
  /** The HTTP status of each error code of the service. */
  statuses?: StatusTable;
  /** Serve HTTPS with these certificates. */
  tls?: TlsOptions | undefined;
  /** Serve an OpenAPI document of the routes. */
  api?: ApiDocument;
};

/**
 * A Fastify server that drains gracefully and that slow clients cannot keep open.
 *
 * While the lifecycle drains, it keeps answering, and every response says `Connection: close`, so that pooled clients
 * move away by themselves; `return503OnClosing: false` lets the last request on a connection succeed.
 */
export function createServer(options: ServerOptions): Server {
  const {
    log,
    lifecycle,
    bodyLimit = 1024 * 1024,
    maxParamLength = 1024,
    routerOptions,
    notFound = sendNotFound,
    tls,
    api,
  } = options;
  const sendError = createErrorHandler(options);
  const { frameworkErrors = sendError } = options;
  const timeouts = { headersTimeout: 20_000, connectionsCheckingInterval: 1000 };
  // As Fastify's own type, or pino's would become part of the server's.
  const logger: FastifyBaseLogger = log;
  const server = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // No line of ours has a request's id, and a logger for each request costs as much as the line about it.
    childLoggerFactory: (parent) => parent,
    // Nothing is removed from a body. TypeBox's types make the schemas valid: to check that, Ajv would compile the metaschema at
    // each start.
    ajv: { customOptions: { removeAdditional: false, validateSchema: false } },
    bodyLimit,
    routerOptions: { maxParamLength, ...routerOptions },
    frameworkErrors: (error, request, reply) => {
      observeRefused(request, reply);
      // Fastify's message has the whole URL in quotes, and its query may have secrets.
      error.message = error.message.replace(/\?.*(?=')/, '');
      frameworkErrors(error, request, reply);
    },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // Longer than the idle timeout of common load balancers (60 to 75 s): else one sends on a connection that we just closed.
    keepAliveTimeout: 76_000,
    connectionTimeout: 0,
    requestTimeout: 60_000,
    http: timeouts,
    ...(tls === undefined ? {} : { https: { handshakeTimeout: 10_000, ...timeouts, ...tls } }),
  }).withTypeProvider<TypeBoxTypeProvider>();
  const beforeClose = drainConnections(server.server, lifecycle);
  server.addHook('preClose', beforeClose);
  const observeRefused = observeRequests(server, options);
  server.setErrorHandler(sendError);
  server.setNotFoundHandler(notFound);
  // Schemas of responses describe them: what a route returns is sent whole.
  server.setSerializerCompiler(() => (data) => JSON.stringify(data));
  api?.serve(server);
  return server;
}

/** Answers an error with `{ code, message }`; only the log says more. */
function createErrorHandler({ log, statuses = {} }: Pick<ServerOptions, 'log' | 'statuses'>) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { status, code, message } = publicError(error, statuses);
    if (status >= 500) log.error({ err: error, method: request.method, path: readPath(request) }, 'request failed');
    return reply.code(status).send({ code, message });
  };
}

/** Answer 404. */
export function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ code: 'ERR_NOT_FOUND', message: `nothing at ${request.method} ${readPath(request)}` });
}

/** Listen on a port. @throws {Error} that names the port and its setting, if it cannot be used */
export async function listen(server: Server, at: { host: string; port: number; setting: string }): Promise<string> {
  await server.ready();
  try {
    return await server.listen({ host: at.host, port: at.port });
  } catch (cause) {
    const why = getErrorCode(cause) === 'EADDRINUSE' ? 'the port is taken' : describeError(cause);
    throw new Error(`cannot listen on ${at.host}:${at.port}: ${why}; set ${at.setting} to another port`, { cause });
  }
}
