import type { ForwardingConnection, ForwardingOptions } from './forwarding-connection.ts';

export type ConnectionEvents = Partial<Pick<ForwardingOptions, 'onPush' | 'onClose'>>;

/**
 * The connections to one Redis, whatever it is made of. `slot` selects the node of a cluster; without it any node is
 * used.
 */
export interface Upstream {
  /**
   * The connection that clients share.
   *
   * @throws {UpstreamError} while the Redis can't be reached; nothing was sent
   */
  connection(protocol: 2 | 3, slot?: number): ForwardingConnection;

  /** A connection of its own, for blocking commands, WATCH and SUBSCRIBE. The caller closes it. */
  dedicated(protocol: 2 | 3, events?: ConnectionEvents, slot?: number): ForwardingConnection;

  /** The servers that take writes, each with its connections: one, or the masters of a cluster, in the order of their addresses. */
  nodes(): Promise<readonly Upstream[]>;

  /** Close each connection when its last reply has come. */
  retire(): void;

  close(): void;
}
