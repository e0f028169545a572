import type * as Http from 'node:http';
import { createRequire } from 'node:module';
import { codeOf, messageOf, PodkitError } from '@podkit/chassis/errors';
import { drainConnections } from '@podkit/chassis/http/drain';
import type { Lifecycle } from '@podkit/chassis/process/lifecycle';
import type { Log } from '../log/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { type Answer, type HttpRequest, jsonAnswer, type Route } from './message.ts';

// `import` of node:http reads every export of it, and one of them loads the whole of undici: 10 MB.
const { createServer } = createRequire(import.meta.url)('node:http') as typeof Http;

export type ListenerInput = {
  /** What answers a method at a path. */
  routeOf: (method: string, path: string) => Route;
  lifecycle: Lifecycle;
  log: Log;
  observe: Metrics['request'];
};

/**
 * A server of a few routes on Node's own HTTP: a framework would take more memory than all the rest of git-sync. It
 * can't be held open by slow clients, and drains as every podkit service does.
 */
export function createListener(input: ListenerInput): { server: Http.Server; close: () => Promise<void> } {
  const limits = { headersTimeout: 20_000, requestTimeout: 60_000, keepAliveTimeout: 76_000 };
  const server = createServer({ ...limits, connectionsCheckingInterval: 5000 }, (request, response) => {
    void respond(input, request, response);
  });
  const sweep = drainConnections(server, input.lifecycle);
  const close = () =>
    new Promise<void>((resolve) => {
      sweep();
      server.close(() => resolve());
    });
  return { server, close };
}

/** Listen; a port that is taken becomes an error that names the setting to change. */
export async function listenAt(server: Http.Server, { host, port }: { host: string; port: number }): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    const why = codeOf(cause) === 'EADDRINUSE' ? 'the port is taken' : messageOf(cause);
    throw new PodkitError('ERR_LISTEN', `--http-bind: cannot listen on ${host}:${port}: ${why}`, { cause });
  }
}

async function respond(input: ListenerInput, request: Http.IncomingMessage, response: Http.ServerResponse) {
  const began = performance.now();
  const { method = 'GET', url = '/' } = request;
  const [path = '/', query = ''] = url.split(/\?(.*)/s);
  const route = input.routeOf(method, path);
  let answer: Answer;
  try {
    const body = await readBody(request, route.bodyLimit ?? 0);
    const asked: HttpRequest = {
      method,
      path,
      query: new URLSearchParams(query),
      headers: request.headers,
      body: body ?? Buffer.alloc(0),
    };
    answer = body === undefined ? tooLarge : await route.handle(asked);
  } catch (error) {
    // Whoever went away needs no answer, and is no fault of ours.
    if (request.destroyed && !request.complete) return;
    input.log.error(error, 'request failed', { method, path: route.name });
    answer = jsonAnswer(500, { code: 'ERR_INTERNAL', message: 'internal error' });
  }
  response.writeHead(answer.status, { 'content-length': Buffer.byteLength(answer.body ?? ''), ...answer.headers });
  response.end(answer.body);
  input.observe(method, route.name, answer.status, (performance.now() - began) / 1000);
}

const tooLarge: Answer = jsonAnswer(413, { code: 'ERR_TOO_LARGE', message: 'the body is too large' });

/**
 * The body, empty where the route takes none, or undefined where it has more than `limit` bytes. Such a one is read to
 * its end all the same, up to a point: a client that is still sending would see a broken connection and no answer.
 */
async function readBody(request: Http.IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (limit === 0) {
    request.resume();
    return Buffer.alloc(0);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
    if (size > limit * 4) return undefined;
  }
  return size > limit ? undefined : Buffer.concat(chunks);
}
