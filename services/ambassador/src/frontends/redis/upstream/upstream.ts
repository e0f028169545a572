import type { ForwardingConnection } from './forwarding-connection.ts';
import type { ForwardingOptions } from './forwarding-options.ts';

export type ConnectionEvents = Partial<Pick<ForwardingOptions, 'onPush' | 'onClose'>>;

/** The connections to one Redis, whatever it is made of. `slot` says for which keys; without it any node will do. */
export interface Upstream {
  /**
   * The shared connection for a client, by its number.
   *
   * @throws {UpstreamError} while the Redis can't be reached; nothing was sent
   */
  connection(client: number, protocol: 2 | 3, slot?: number): ForwardingConnection;

  /** A connection of its own, for what can't share: blocking commands, WATCH, SUBSCRIBE. The caller closes it. */
  dedicated(protocol: 2 | 3, events?: ConnectionEvents, slot?: number): ForwardingConnection;

  /** Close each connection when its last reply has come. */
  retire(): void;

  close(): void;
}
