import { serveProbes } from '@podkit/chassis/http/probes';
import { createServer, listen, type Server } from '@podkit/chassis/http/server';
import { Reloader } from '@podkit/chassis/process/reload';
import { reportGood } from '@podkit/chassis/process/report-good';
import type { Context } from '@podkit/chassis/process/service';
import pkg from '../package.json' with { type: 'json' };
import { Adapter } from './adapter.ts';
import { loadAdapterConfig } from './config/load.ts';
import type { Settings } from './config/settings.ts';
import { protect } from './http/protect.ts';
import { serveAdapter } from './http/routes.ts';
import { loadWebConfig, type WebConfig } from './http/web-config.ts';
import { openFileLimit } from './tail/open-file-limit.ts';

/** The parts of `process` that are needed: reload on SIGHUP, standard input and output, and end after a check. */
type Host = Pick<NodeJS.Process, 'on' | 'off' | 'exit' | 'stdin' | 'stdout'>;

/** Check the file where that is asked for, or adapt what it names until the service stops. */
export async function startAdapter(context: Context<Settings>, host: Host): Promise<void> {
  const { config, log, lifecycle, metrics } = context;
  const adapterConfig = await loadAdapterConfig(config.config);
  const web = config.webConfigFile === undefined ? undefined : await loadWebConfig(config.webConfigFile);
  const { stdin, stdout } = host;
  const { registry } = metrics;
  const adapter = new Adapter({ config: adapterConfig, log, stdin, stdout, registry, openFiles: openFileLimit() });
  if (config.checkConfig) return reportGood(host, config.config);
  lifecycle.atClose('sources', () => adapter.stop());
  await adapter.start();
  const reloader = new Reloader({
    reload: async () => adapter.reload(await loadAdapterConfig(config.config)),
    paths: [config.config],
    log,
    registry,
    host,
  });
  reloader.start();
  lifecycle.atClose('reload', () => reloader.stop());
  const server = await serve(context, { adapter, reloader, tls: web?.tls });
  if (web !== undefined) await protectPort(context, { server, web, host });
  await listen(server, { host: config.host, port: config.port, setting: 'PORT' });
}

type Served = { adapter: Adapter; reloader: Reloader; tls: WebConfig['tls'] };

async function serve(context: Context<Settings>, { adapter, reloader, tls }: Served): Promise<Server> {
  const { config, log, lifecycle, health, metrics } = context;
  const api = { title: 'metrics-adapter', version: pkg.version };
  const server = createServer({ log, lifecycle, metrics: metrics.http, api, tls });
  serveProbes(server, { health, lifecycle, drainReadiness: config.drainReadiness });
  const { enableLifecycle } = config;
  serveAdapter(server, { adapter, health, reload: () => reloader.reload(), enableLifecycle });
  lifecycle.atClose('http', () => server.close());
  return server;
}

type Port = { server: Server; web: WebConfig; host: Host };

/** Protect the port as the web configuration says, and follow its files: certificates are renewed while the process runs. */
async function protectPort({ config, log, lifecycle }: Context<Settings>, { server, web, host }: Port): Promise<void> {
  const use = await protect(server, web);
  const reload = async () => use(await loadWebConfig(config.webConfigFile ?? ''));
  const reloader = new Reloader({ reload, paths: web.files, log, host });
  reloader.start();
  lifecycle.atClose('web configuration', () => reloader.stop());
}
