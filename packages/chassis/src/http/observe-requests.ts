import type { FastifyInstance, FastifyRequest, onResponseHookHandler } from 'fastify';
import type { Logger } from '../log/logger.ts';
import { requestLine } from '../log/request-line.ts';
import type { HttpMetrics } from './http-metrics.ts';

declare module 'fastify' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- merging needs an interface
  interface FastifyContextConfig {
    /** Its requests are logged at debug only; for what probes and scrapers call every few seconds. */
    quiet?: boolean;
  }
}

export type ObserveOptions = {
  log: Logger;
  metrics?: HttpMetrics;
  /** Log level of the line per request, or false for none. */
  requestLog?: 'info' | 'debug' | false;
};

/**
 * Note each answered request: its duration, and a log line of fields that can hold no secret. One observer per route,
 * since to ask Fastify per request which route it was costs more than all the rest here.
 */
export function observeRequests(server: FastifyInstance, options: ObserveOptions): void {
  server.addHook('onRoute', (route) => {
    const observe = observer(options, route.url, route.config?.quiet === true);
    route.onResponse = [observe, ...[route.onResponse ?? []].flat()];
  });
  const unmatched = observer(options, 'unmatched', false);
  server.addHook('onResponse', (request, reply, done) => {
    if (request.is404) unmatched.call(server, request, reply, done);
    else done();
  });
}

function observer({ log, metrics, requestLog = 'info' }: ObserveOptions, route: string, quiet: boolean) {
  const write = requestLog === false ? undefined : requestLine(log, quiet ? 'debug' : requestLog, route);
  const observe: onResponseHookHandler = (request, reply, done) => {
    const { method } = request;
    const { statusCode: status, elapsedTime } = reply;
    metrics?.observe(method, route, status, elapsedTime / 1000);
    write?.({ method, path: pathOf(request), status, milliseconds: Math.round(elapsedTime * 1000) / 1000 });
    done();
  };
  return observe;
}

/** The path without its query, where secrets may stand. */
export function pathOf({ url }: FastifyRequest): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
