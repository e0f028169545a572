import { createMetrics } from '@podkit/chassis/http/metrics';
import { createLogger } from '@podkit/chassis/log/logger';
import { Lifecycle } from '@podkit/chassis/process/lifecycle';
import { createDaprApi, type DaprApiOptions } from '../../src/frontends/dapr/dapr-api.ts';
import type { Generation } from '../../src/routing/engine.ts';
import { Engine } from '../../src/routing/engine.ts';

/** A Dapr API over these stores, for `inject`; the caller closes it. */
export const daprApi = (generation: Generation, options: Partial<DaprApiOptions> = {}) =>
  createDaprApi({
    engine: new Engine(generation),
    log: createLogger({ service: 'test', version: '0', level: 'silent', identity: {} }),
    lifecycle: new Lifecycle({ drainDelay: 0, shutdownTimeout: 1000 }),
    metrics: createMetrics({ service: 'test', version: '0' }).http,
    appId: 'orders',
    version: '0',
    apiToken: undefined,
    maxBody: 1000,
    queryMaxPage: 10,
    ready: async () => ({ ok: true, failing: [] }),
    shutdown: () => undefined,
    ...options,
  });
