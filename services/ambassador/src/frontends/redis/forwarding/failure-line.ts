import type { UpstreamError } from '../upstream/redis-server.ts';

/** What a client reads when the Redis of its key can't answer. */
export const failureLine = (error: UpstreamError): string =>
  `-ERR upstream: ${error.message.replaceAll(/[\r\n]/g, ' ')}${error.sent ? ' (the command may have been executed)' : ''}\r\n`;
