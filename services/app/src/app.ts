import { hostname } from 'node:os';
import { join } from 'node:path';
import { createServer, listen } from '@podkit/chassis/http';
import { serveMetrics, serveProbes } from '@podkit/chassis/probes';
import type { Context } from '@podkit/chassis/service';
import type { Config } from './config.ts';
import { consoleRoutes } from './http/console-routes.ts';
import { notesRoutes } from './http/notes-routes.ts';
import { siteRoutes } from './http/site-routes.ts';
import { HttpClient } from './http-client.ts';
import { identityOf } from './identity.ts';
import { DaprStore } from './notes/dapr-store.ts';
import { Notes } from './notes/notes.ts';
import { Site } from './site/site.ts';
import { RequestStats } from './stats/request-stats.ts';
import { statsOf } from './stats/stats.ts';

/** Start the app: admin listener first, so that probes are answered while the rest starts. */
export async function startApp(context: Context<Config>, host: NodeJS.Process): Promise<void> {
  const { config, log, lifecycle, health, metrics } = context;
  const identity = identityOf(config, {
    hostname: hostname(),
    pid: host.pid,
    nodeVersion: host.version,
    startedAt: new Date(performance.timeOrigin),
  });

  const admin = createServer({ log, lifecycle });
  serveProbes(admin, { health, lifecycle, drainReadiness: config.drainReadiness });
  serveMetrics(admin, metrics.registry);
  lifecycle.atClose('admin', () => admin.close());
  await listen(admin, { host: config.host, port: config.adminPort, setting: 'ADMIN_PORT' });

  const store = new DaprStore(new HttpClient(), {
    url: config.ambassadorUrl,
    store: config.store,
    token: config.ambassadorToken,
    timeout: config.storeTimeout,
  });
  lifecycle.atClose('ambassador connections', () => store.close());
  const notes = new Notes(store);
  const site = new Site({ link: config.site, cacheBytes: config.siteCache });
  const requests = new RequestStats();
  let inFlight = 0;
  const observe: typeof metrics.http.observe = (...observation) => {
    metrics.http.observe(...observation);
    requests.observe(...observation);
  };
  const server = createServer({ log, lifecycle, metrics: { observe } });
  server.addHook('onRequest', (_request, _reply, done) => {
    inFlight += 1;
    done();
  });
  server.addHook('onResponse', (_request, _reply, done) => {
    inFlight -= 1;
    done();
  });
  server.get('/api/pod', () => identity);
  server.get('/stats', { config: { quiet: true } }, () =>
    statsOf({
      requests,
      inFlight: () => inFlight,
      groups: { notes: { degraded: () => Number(notes.degradedSince !== undefined) } },
    }),
  );
  notesRoutes(server, { notes, bodyLimit: config.noteLimit });
  consoleRoutes(server, { folder: join(import.meta.dirname, '..', 'public', 'console') });
  siteRoutes(server, { site });
  lifecycle.atClose('http', () => server.close());
  await listen(server, { host: config.host, port: config.port, setting: 'PORT' });
}
