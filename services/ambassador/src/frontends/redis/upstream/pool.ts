import { backoff } from '@podkit/chassis/process/backoff';
import { ForwardingConnection } from './forwarding-connection.ts';
import { type RedisServer, UpstreamError } from './redis-server.ts';
import { followMaster } from './sentinel.ts';
import type { ConnectionEvents, Upstream } from './upstream.ts';

export type UpstreamPoolOptions = {
  server: RedisServer;
  /** Called after replies were given to sinks, so that clients are written to once per chunk. */
  onDelivered: () => void;
  /** Called when a connection has ended. */
  onLost?: () => void;
};

/** The connection for one protocol, and the result of the last attempts to open it. */
class Pooled {
  connection: ForwardingConnection | undefined;
  failures = 0;
  retryAt = 0;
  lastError = '';
}

/** Milliseconds. */
const firstDelay = 50;
const maxDelay = 2000;

/**
 * The connections over which all clients' requests go to one Redis: one for each protocol, since more of them would split what
 * goes out in one write. A connection that fails is opened again at the next request, at most once per back-off.
 */
export class UpstreamPool implements Upstream {
  readonly #options: UpstreamPoolOptions;
  readonly #pooled: Record<2 | 3, Pooled> = { 2: new Pooled(), 3: new Pooled() };
  #closed = false;
  #stopFollowing: () => void = () => undefined;

  constructor(options: UpstreamPoolOptions) {
    this.#options = options;
    const { locate } = options.server;
    if (locate !== undefined) this.#stopFollowing = followMaster(locate, () => this.#connections);
  }

  connection(protocol: 2 | 3): ForwardingConnection {
    const pooled = this.#pooled[protocol];
    if (this.#closed) throw new UpstreamError('the connections are closed', false);
    if (pooled.connection !== undefined && !pooled.connection.retiring) return pooled.connection;
    if (performance.now() < pooled.retryAt) throw new UpstreamError(pooled.lastError, false);
    return this.#open(pooled, protocol);
  }

  dedicated(protocol: 2 | 3, events: ConnectionEvents = {}): ForwardingConnection {
    const server = { ...this.#options.server, commandTimeout: 0 };
    const { onDelivered } = this.#options;
    return new ForwardingConnection({ server, protocol, onDelivered, onClose: () => undefined, ...events });
  }

  async nodes(): Promise<readonly Upstream[]> {
    return [this];
  }

  retire(): void {
    this.#end();
    for (const connection of this.#connections) connection.closeWhenIdle();
  }

  close(): void {
    this.#end();
    for (const connection of this.#connections) connection.close('the ambassador is closing');
  }

  #end(): void {
    this.#closed = true;
    this.#stopFollowing();
  }

  get #connections(): ForwardingConnection[] {
    return Object.values(this.#pooled).flatMap(({ connection }) => connection ?? []);
  }

  #open(pooled: Pooled, protocol: 2 | 3): ForwardingConnection {
    const { server, onDelivered } = this.#options;
    const connection = new ForwardingConnection({
      server,
      protocol,
      onDelivered,
      onClose: (error) => {
        this.#options.onLost?.();
        if (pooled.connection !== connection) return;
        pooled.failures = connection.ready ? 0 : pooled.failures + 1;
        pooled.retryAt = connection.ready ? 0 : performance.now() + backoff(pooled.failures - 1, firstDelay, maxDelay);
        pooled.lastError = error.message;
        pooled.connection = undefined;
      },
    });
    pooled.connection = connection;
    return connection;
  }
}
