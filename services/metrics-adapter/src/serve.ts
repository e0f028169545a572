import { ApiDocument } from '@podkit/chassis/http/openapi';
import { serveProbes } from '@podkit/chassis/http/probes';
import { createServer, listen, type Server } from '@podkit/chassis/http/server';
import { swaggerUi } from '@podkit/chassis/http/swagger-ui';
import { Reloader } from '@podkit/chassis/process/reload';
import type { Context, Host } from '@podkit/chassis/process/service';
import pkg from '../package.json' with { type: 'json' };
import type { Adapter } from './adapter.ts';
import { loadAdapterConfig } from './config/load.ts';
import type { Settings } from './config/settings.ts';
import { serveAdapter } from './http/routes.ts';
import { loadWebConfig, type WebConfig } from './http/web-config.ts';

type Started = { adapter: Adapter; web: WebConfig | undefined; host: Host };

/** Start the adapter's sources, serve their metrics and follow the configuration, until the service stops. */
export async function serve(context: Context<Settings>, { adapter, web, host }: Started): Promise<void> {
  const { config, log, lifecycle, metrics } = context;
  lifecycle.atClose('sources', () => adapter.stop());
  await adapter.start();
  const reloader = new Reloader({
    reload: async () => adapter.reload(await loadAdapterConfig(config.config)),
    paths: [config.config],
    log,
    registry: metrics.registry,
    host,
  });
  reloader.start();
  lifecycle.atClose('reload', () => reloader.stop());
  const server = await createAdapterServer(context, { adapter, reloader, tls: web?.tls });
  if (web !== undefined) await protectPort(context, { server, web, host });
  await listen(server, { host: config.host, port: config.port, setting: 'PORT' });
}

type Served = { adapter: Adapter; reloader: Reloader; tls: WebConfig['tls'] };

async function createAdapterServer(context: Context<Settings>, { adapter, reloader, tls }: Served): Promise<Server> {
  const { config, log, lifecycle, health, metrics } = context;
  const api = new ApiDocument({ title: 'metrics-adapter', version: pkg.version });
  const server = createServer({ log, lifecycle, metrics: metrics.http, api, tls });
  serveProbes(server, { health, lifecycle, drainReadiness: config.drainReadiness });
  const { enableLifecycle } = config;
  serveAdapter(server, { adapter, health, reload: () => reloader.reload(), enableLifecycle });
  if (config.swaggerUi) void server.register(await swaggerUi([api]));
  lifecycle.atClose('http', () => server.close());
  return server;
}

type Port = { server: Server; web: WebConfig; host: Host };

/** Protect the port as the web configuration says, and reload its files when they change. */
async function protectPort({ config, log, lifecycle }: Context<Settings>, { server, web, host }: Port): Promise<void> {
  const { protect } = await import('./http/protect.ts');
  const use = await protect(server, web);
  const reload = async () => use(await loadWebConfig(config.webConfigFile ?? ''));
  const reloader = new Reloader({ reload, paths: web.files, log, host });
  reloader.start();
  lifecycle.atClose('web configuration', () => reloader.stop());
}
