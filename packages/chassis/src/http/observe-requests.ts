import type { FastifyInstance, FastifyReply, FastifyRequest, onResponseHookHandler } from 'fastify';
import type { Logger } from '../log/logger.ts';
import type { HttpMetrics } from './http-metrics.ts';
import { isLoopback } from './loopback.ts';

declare module 'fastify' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- merging needs an interface
  interface FastifyContextConfig {
    /** Log its requests at debug only; for paths that probes and scrapers call every few seconds. */
    quiet?: boolean;
  }
}

export type ObserveOptions = {
  log: Logger;
  metrics?: HttpMetrics;
  /** Log level of the line per request, or false for none. */
  requestLog?: 'info' | 'debug' | false;
};

/** The User-Agent of a container that polls others of its Pod. Its requests from the loopback are logged at debug only. */
export const pollerAgent = 'podkit-poller';

/**
 * Record each answered request: its duration, and a log line whose fields hold no secret. Returns the function that records a request
 * which the router refuses, such as a path that cannot be decoded: Fastify runs no hook for it.
 */
export function observeRequests(
  server: FastifyInstance,
  { log, metrics, requestLog = 'info' }: ObserveOptions,
): (request: FastifyRequest, reply: FastifyReply) => void {
  // Its fields hold no secret, and to search for one costs six times as much as to write the line.
  const lines = log.child({}, { redact: [], level: 'trace' });
  const observe = (route: string, isQuiet: boolean, request: FastifyRequest, reply: FastifyReply) => {
    const { method } = request;
    const { statusCode: status, elapsedTime } = reply;
    metrics?.observe(method, route, status, elapsedTime / 1000);
    if (requestLog === false) return;
    const level = isQuiet || isPoller(request) ? 'debug' : requestLog;
    if (!log.isLevelEnabled(level)) return;
    const milliseconds = Math.round(elapsedTime * 1000) / 1000;
    lines[level]({ method, path: readPath(request), route, status, milliseconds }, 'request');
  };
  // Once per route: reading a request's routeOptions makes an object each time.
  server.addHook('onRoute', (route) => {
    const { url, config, onResponse = [] } = route;
    const hook: onResponseHookHandler = (request, reply, done) => {
      observe(url, config?.quiet === true, request, reply);
      done();
    };
    route.onResponse = [hook, ...[onResponse].flat()];
  });
  server.addHook('onResponse', (request, reply, done) => {
    if (request.is404) observe('unmatched', false, request, reply);
    done();
  });
  return (request, reply) => void reply.raw.once('finish', () => observe('unmatched', false, request, reply));
}

/** Only from the loopback: a remote client must not hide from the log. */
const isPoller = ({ headers, ip }: FastifyRequest): boolean => headers['user-agent'] === pollerAgent && isLoopback(ip);

/** The path without its query, which may have secrets. */
export function readPath({ url }: FastifyRequest): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
