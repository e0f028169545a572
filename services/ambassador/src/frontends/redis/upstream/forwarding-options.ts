import type { RedisServer, UpstreamError } from './redis-server.ts';

/** How a connection to a Redis is opened, and what it reports. */
export type ForwardingOptions = {
  server: RedisServer;
  protocol: 2 | 3;
  /** Called once, when the connection has ended; `error` says why. */
  onClose(error: UpstreamError): void;
  /** Called with each out-of-band message (RESP3 push), whole; without it they are dropped. */
  onPush?: (bytes: Buffer) => void;
  /** Called after the replies of one chunk were given to their sinks: the time to write to clients. */
  onDelivered?: () => void;
  /** Most bytes that may wait for the Redis; beyond it `send` refuses. */
  maxPending?: number;
};
