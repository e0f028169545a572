import { type RedisEndpoint, UpstreamError } from './endpoint.ts';
import { ForwardingConnection } from './forwarding-connection.ts';
import type { ForwardingOptions } from './forwarding-options.ts';

export type PoolOptions = {
  endpoint: RedisEndpoint;
  /** Connections per protocol; more than a few only splits the batches. */
  size: number;
  /** Called after replies were given to sinks, so that clients are written to once per chunk. */
  onDelivered: () => void;
};

type Lane = { connection: ForwardingConnection | undefined; failures: number; retryAt: number; lastError: string };

const [firstDelay, longestDelay] = [50, 2000];

/**
 * The few connections over which all clients' requests go to one Redis. A client stays on its lane, so that its
 * requests keep their order. A lane that fails is opened again at the next request, at most once per back-off.
 */
export class UpstreamPool {
  readonly endpoint: RedisEndpoint;
  readonly #options: PoolOptions;
  readonly #lanes: Record<2 | 3, Lane[]>;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.endpoint = options.endpoint;
    const lanes = () =>
      Array.from({ length: options.size }, () => ({ connection: undefined, failures: 0, retryAt: 0, lastError: '' }));
    this.#lanes = { 2: lanes(), 3: lanes() };
  }

  /**
   * The connection for a client, by its number.
   *
   * @throws {UpstreamError} while the Redis can't be reached; nothing was sent
   */
  connection(client: number, protocol: 2 | 3): ForwardingConnection {
    const lane = this.#lanes[protocol][client % this.#options.size];
    if (lane?.connection !== undefined && !this.#closed) return lane.connection;
    if (lane === undefined || this.#closed) throw new UpstreamError('the connections are closed', false);
    if (performance.now() < lane.retryAt) throw new UpstreamError(lane.lastError, false);
    return this.#open(lane, protocol);
  }

  /** A connection of its own, for what can't share: blocking commands, WATCH, SUBSCRIBE. The caller closes it. */
  dedicated(
    protocol: 2 | 3,
    events: Partial<Pick<ForwardingOptions, 'onPush' | 'onClose'>> = {},
  ): ForwardingConnection {
    const endpoint = { ...this.endpoint, commandTimeout: 0 };
    const { onDelivered } = this.#options;
    return new ForwardingConnection({ endpoint, protocol, onDelivered, onClose: () => undefined, ...events });
  }

  /** Close each connection when its last reply has come. */
  retire(): void {
    this.#closed = true;
    for (const lane of [...this.#lanes[2], ...this.#lanes[3]]) lane.connection?.closeWhenIdle();
  }

  close(): void {
    this.#closed = true;
    for (const lane of [...this.#lanes[2], ...this.#lanes[3]]) lane.connection?.close('the ambassador is closing');
  }

  #open(lane: Lane, protocol: 2 | 3): ForwardingConnection {
    const { endpoint, onDelivered } = this.#options;
    const connection = new ForwardingConnection({
      endpoint,
      protocol,
      onDelivered,
      onClose: (error) => {
        lane.failures = connection.ready ? 0 : lane.failures + 1;
        const delay = Math.min(longestDelay, firstDelay * 2 ** Math.max(0, lane.failures - 1));
        // Spread, or all lanes of all Pods knock at a restarted Redis in the same instant.
        lane.retryAt = connection.ready ? 0 : performance.now() + delay * (0.5 + Math.random() / 2);
        lane.lastError = error.message;
        lane.connection = undefined;
      },
    });
    lane.connection = connection;
    return connection;
  }
}
