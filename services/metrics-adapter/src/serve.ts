import { serveProbes } from '@podkit/chassis/http/probes';
import { createServer, listen } from '@podkit/chassis/http/server';
import { Reloader } from '@podkit/chassis/process/reload';
import type { Context } from '@podkit/chassis/process/service';
import pkg from '../package.json' with { type: 'json' };
import { Adapter } from './adapter.ts';
import { loadAdapterConfig } from './config/load.ts';
import type { Settings } from './config/settings.ts';
import { serveAdapter } from './http.ts';
import { openFileLimit } from './tail/open-file-limit.ts';

/** The parts of `process` that are needed: reload on SIGHUP, standard input and output, and end after a check. */
type Host = Pick<NodeJS.Process, 'on' | 'off' | 'exit' | 'stdin' | 'stdout'>;

/** Check the file where that is asked for, or adapt what it names until the service stops. */
export async function startAdapter(context: Context<Settings>, host: Host): Promise<void> {
  const { config, log, lifecycle, metrics } = context;
  const adapterConfig = await loadAdapterConfig(config.config);
  const { stdin, stdout } = host;
  const { registry } = metrics;
  const adapter = new Adapter({ config: adapterConfig, log, stdin, stdout, registry, openFiles: openFileLimit() });
  if (config.checkConfig) {
    stdout.write(`${config.config}: good\n`);
    return host.exit(0);
  }
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
  await serve(context, adapter, reloader);
}

async function serve(context: Context<Settings>, adapter: Adapter, reloader: Reloader): Promise<void> {
  const { config, log, lifecycle, health, metrics } = context;
  const api = { title: 'metrics-adapter', version: pkg.version };
  const server = createServer({ log, lifecycle, metrics: metrics.http, api });
  serveProbes(server, { health, lifecycle, drainReadiness: config.drainReadiness });
  const { enableLifecycle } = config;
  serveAdapter(server, { adapter, health, reload: () => reloader.reload(), enableLifecycle });
  lifecycle.atClose('http', () => server.close());
  await listen(server, { host: config.host, port: config.port, setting: 'PORT' });
}
