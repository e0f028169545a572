import { createServer, type Server, type Socket } from 'node:net';
import { describeError, getErrorCode, PodkitError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import type { Lifecycle } from '@podkit/chassis/process/lifecycle';
import type { Registry } from 'prom-client';
import type { Engine } from '../../routing/engine.ts';
import { SharedInput } from '../../unsafe/shared-input.ts';
import { onUnixSocket } from '../unix-socket.ts';
import type { Client, EndpointContext } from './client.ts';
import { errorReplies } from './commands/errors.ts';
import { ClientConnection } from './connection/client-connection.ts';
import type { Credentials } from './connection/session.ts';
import { respMetrics } from './metrics.ts';
import { ReplyWriter } from './protocol/reply-writer.ts';
import { defaultLimits, type RequestLimits } from './protocol/request-limits.ts';
import { createRegistry } from './registry.ts';
import { ScanCursors } from './session-commands/scan-cursors.ts';
import { Invalidations } from './tracking/invalidations.ts';
import { TurnQueue } from './turn-queue.ts';
import { sentWithoutCopy } from './upstream/write-batch.ts';
import { Upstreams } from './upstreams.ts';

export type RedisEndpointOptions = {
  engine: Engine;
  log: Logger;
  lifecycle: Lifecycle;
  registry: Registry;
  host: string;
  port: number;
  /** A Unix socket to listen on as well. */
  socketPath?: string;
  credentials: Credentials;
  maxClients: number;
  limits?: RequestLimits;
};

/** A Redis endpoint that listens. `port` is the actual one if port 0 was requested. */
export type RedisEndpoint = { port: number; close(signal?: AbortSignal): Promise<void> };

/**
 * Open the Redis endpoint. It is closed with the lifecycle: requests of clients are answered, then their connections
 * are closed.
 *
 * @throws {PodkitError} ERR_LISTEN with the name of the setting, if the address cannot be used
 */
export async function startRedisEndpoint(options: RedisEndpointOptions): Promise<RedisEndpoint> {
  const { engine, log, credentials, maxClients, limits = defaultLimits } = options;
  const { table, names } = createRegistry();
  const clients = new Map<number, Client>();
  const turns = new TurnQueue();
  const metrics = respMetrics(options.registry, names, () => clients.size);
  const context: EndpointContext = {
    engine,
    table,
    limits,
    credentials,
    log,
    metrics,
    // Large pieces are sent on without a copy.
    input: new SharedInput(sentWithoutCopy),
    writer: new ReplyWriter(),
    cursors: new ScanCursors(),
    startedAt: Date.now(),
    port: options.port,
    maxClients,
    clients,
    invalidations: new Invalidations(engine),
    upstreams: new Upstreams(engine, turns),
    turns,
  };
  let lastId = 0;
  const accept = (socket: Socket) => {
    if (clients.size >= maxClients) {
      metrics.rejected += 1;
      socket.on('error', () => undefined);
      socket.resume().end(`-${errorReplies.maxClients}\r\n`);
      return;
    }
    metrics.connections += 1;
    lastId += 1;
    clients.set(lastId, new ClientConnection(context, socket, lastId));
  };
  const servers = [await listen(accept, { host: options.host, port: options.port })];
  const address = servers[0]?.address();
  if (typeof address === 'object' && address !== null) context.port = address.port;
  const { socketPath: path } = options;
  if (path !== undefined) servers.push(await onUnixSocket(path, () => listen(accept, { path })));
  const close = async (signal?: AbortSignal) => {
    await Promise.all(servers.map((server) => closeServer(server, clients, signal)));
    context.invalidations.close();
    context.upstreams.close();
  };
  options.lifecycle.atClose('redis endpoint', close);
  return { port: context.port, close };
}

async function listen(
  accept: (socket: Socket) => void,
  at: { host: string; port: number } | { path: string },
): Promise<Server> {
  // Half-open: a client may send its requests, close its side, and still read the replies.
  const server = createServer(
    { allowHalfOpen: true, pauseOnConnect: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 300_000 },
    accept,
  );
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, resolve);
    });
    return server;
  } catch (cause) {
    const where = 'path' in at ? at.path : `${at.host}:${at.port}`;
    const setting = 'path' in at ? 'AMBASSADOR_REDIS_SOCKET' : 'REDIS_PORT';
    const why = getErrorCode(cause) === 'EADDRINUSE' ? 'the address is already in use' : describeError(cause);
    throw new PodkitError('ERR_LISTEN', `cannot listen on ${where}: ${why}; set ${setting} to another`, { cause });
  }
}

/** Stop listening, answer every client, and close the connections that are left when `signal` aborts. */
function closeServer(
  server: Server,
  clients: ReadonlyMap<number, Client>,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const client of clients.values()) client.finish();
    signal?.addEventListener('abort', () => {
      for (const client of clients.values()) client.abandon('the drain deadline has passed');
    });
  });
}
