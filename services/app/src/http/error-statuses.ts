import type { StatusTable } from '@podkit/chassis/http/errors';
import type { Server } from '@podkit/chassis/http/server';

/** The HTTP status of each error of the app. */
export const errorStatuses: StatusTable = {
  ERR_BODY: 400,
  ERR_CURSOR: 400,
  ERR_ETAG: 400,
  ERR_KEY: 400,
  ERR_PRECONDITION: 412,
  ERR_DATA_DAMAGED: 500,
  ERR_NO_DATA: 501,
  ERR_STORE_UNSUPPORTED: 501,
  ERR_DATA: 503,
  ERR_DATA_READ_ONLY: 503,
  ERR_NOT_SYNCED: 503,
  ERR_POD_AWAY: 503,
  ERR_STORE_UNAVAILABLE: 503,
  ERR_DATA_FULL: 507,
};

const temporary = new Set(['ERR_NOT_SYNCED', 'ERR_POD_AWAY', 'ERR_STORE_UNAVAILABLE', 'ERR_OVERLOADED']);

/** Send Retry-After with temporary errors. */
export function sendRetryAfter(server: Server): void {
  server.addHook('onError', (_request, reply, error, done) => {
    if (temporary.has(error.code)) void reply.header('retry-after', '1');
    done();
  });
}
