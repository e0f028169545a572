import type { FastifyInstance, FastifyRequest } from 'fastify';
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

/** Note each answered request: its duration, and a log line of fields that can hold no secret. */
export function observeRequests(server: FastifyInstance, { log, metrics, requestLog = 'info' }: ObserveOptions): void {
  // Its fields hold no secret, and to search for one costs six times as much as to write the line.
  const lines = log.child({}, { redact: [], level: 'trace' });
  server.addHook('onResponse', (request, reply, done) => {
    const { method, is404, routeOptions } = request;
    const { statusCode: status, elapsedTime } = reply;
    const route = is404 ? 'unmatched' : (routeOptions.url ?? 'unmatched');
    metrics?.observe(method, route, status, elapsedTime / 1000);
    const isQuiet = routeOptions.config.quiet === true || isPoller(request);
    const level = isQuiet ? 'debug' : requestLog;
    if (requestLog !== false && level !== false && log.isLevelEnabled(level)) {
      const milliseconds = Math.round(elapsedTime * 1000) / 1000;
      lines[level]({ method, path: readPath(request), route, status, milliseconds }, 'request');
    }
    done();
  });
}

/** Only from the loopback: others must not stay out of the log. */
const isPoller = ({ headers, ip }: FastifyRequest): boolean => headers['user-agent'] === pollerAgent && isLoopback(ip);

/** The path without its query, which may have secrets. */
export function readPath({ url }: FastifyRequest): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
