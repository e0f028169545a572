import { createServer, type Server, type ServerOptions } from '@podkit/chassis/http/server';
import { createLogger } from '@podkit/chassis/log/logger';
import { Lifecycle } from '@podkit/chassis/process/lifecycle';
import { errorStatuses, sendRetryAfter } from '../../src/http/error-statuses.ts';

/** A server as the app's public one, without a log, for routes under test. */
export function createTestServer(options: Pick<ServerOptions, 'notFound'> = {}): Server {
  const log = createLogger({ service: 'test', version: '0', level: 'silent', identity: {} }, process.stderr);
  const lifecycle = new Lifecycle({ drainDelay: 0, shutdownTimeout: 1000 });
  const server = createServer({ log, lifecycle, statuses: errorStatuses, ...options });
  sendRetryAfter(server);
  return server;
}
