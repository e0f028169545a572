import { serveMetrics, serveProbes } from '@podkit/chassis/http/probes';
import { createServer, listen } from '@podkit/chassis/http/server';
import type { Context } from '@podkit/chassis/process/service';
import type { Config } from './config.ts';
import type { Core } from './core.ts';
import { adminRoutes } from './http/admin-routes.ts';

/** Listen on the admin port: probes, hooks, metrics. It is the last to close. */
export async function startAdmin(context: Context<Config>, { hooks, history, chaos }: Core): Promise<void> {
  const { config, log, lifecycle, health, metrics } = context;
  const admin = createServer({ log, lifecycle });
  adminRoutes(admin, { hooks, history, chaos, hookToken: config.hookToken });
  serveProbes(admin, { health, lifecycle, drainReadiness: config.drainReadiness });
  serveMetrics(admin, metrics.registry);
  lifecycle.atClose('admin', () => admin.close());
  await listen(admin, { host: config.host, port: config.adminPort, setting: 'ADMIN_PORT' });
}
