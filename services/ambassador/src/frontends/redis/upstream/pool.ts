import { followMaster } from './follow-master.ts';
import { ForwardingConnection } from './forwarding-connection.ts';
import { type RedisServer, UpstreamError } from './redis-server.ts';
import type { ConnectionEvents, Upstream } from './upstream.ts';

export type PoolOptions = {
  server: RedisServer;
  /** Connections per protocol; more than a few only splits the batches. */
  size: number;
  /** Called after replies were given to sinks, so that clients are written to once per chunk. */
  onDelivered: () => void;
  /** Called when a connection has ended. */
  onLost?: () => void;
};

type Pooled = { connection: ForwardingConnection | undefined; failures: number; retryAt: number; lastError: string };

const [firstDelay, longestDelay] = [50, 2000];

/**
 * The few connections over which all clients' requests go to one Redis. A client stays on its connection, so that its
 * requests keep their order. A connection that fails is opened again at the next request, at most once per back-off.
 */
export class UpstreamPool implements Upstream {
  readonly server: RedisServer;
  readonly #options: PoolOptions;
  readonly #pooledConnections: Record<2 | 3, Pooled[]>;
  #closed = false;
  #stopFollowing: () => void = () => undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.server = options.server;
    const pooledConnections = () =>
      Array.from({ length: options.size }, () => ({ connection: undefined, failures: 0, retryAt: 0, lastError: '' }));
    this.#pooledConnections = { 2: pooledConnections(), 3: pooledConnections() };
    const { locate } = options.server;
    if (locate !== undefined) this.#stopFollowing = followMaster(locate, () => this.#connections);
  }

  connection(client: number, protocol: 2 | 3): ForwardingConnection {
    const pooled = this.#pooledConnections[protocol][client % this.#options.size];
    if (pooled?.connection !== undefined && !pooled.connection.retiring && !this.#closed) return pooled.connection;
    if (pooled === undefined || this.#closed) throw new UpstreamError('the connections are closed', false);
    if (performance.now() < pooled.retryAt) throw new UpstreamError(pooled.lastError, false);
    return this.#open(pooled, protocol);
  }

  dedicated(protocol: 2 | 3, events: ConnectionEvents = {}): ForwardingConnection {
    const server = { ...this.server, commandTimeout: 0 };
    const { onDelivered } = this.#options;
    return new ForwardingConnection({ server, protocol, onDelivered, onClose: () => undefined, ...events });
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
    return [...this.#pooledConnections[2], ...this.#pooledConnections[3]].flatMap(({ connection }) => connection ?? []);
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
        const delay = Math.min(longestDelay, firstDelay * 2 ** Math.max(0, pooled.failures - 1));
        // Spread, or the connections of all Pods reach a restarted Redis at the same moment.
        pooled.retryAt = connection.ready ? 0 : performance.now() + delay * (0.5 + Math.random() / 2);
        pooled.lastError = error.message;
        pooled.connection = undefined;
      },
    });
    pooled.connection = connection;
    return connection;
  }
}
