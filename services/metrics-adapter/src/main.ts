import { watchFiles } from '@podkit/chassis/files/watch-files';
import { serveProbes } from '@podkit/chassis/http/probes';
import { createServer, listen } from '@podkit/chassis/http/server';
import { runService } from '@podkit/chassis/process/service';
import pkg from '../package.json' with { type: 'json' };
import { Adapter } from './adapter.ts';
import { loadAdapterConfig } from './config/load.ts';
import { settingsSchema } from './config/settings.ts';
import { serveAdapter } from './http.ts';
import { Reloader } from './reloader.ts';

await runService(
  {
    name: 'metrics-adapter',
    version: pkg.version,
    summary: 'turns JSON, StatsD, log lines, CSV and other metrics into one Prometheus endpoint.',
    prefix: 'ADAPTER_',
    schema: settingsSchema,
    start: async ({ config, log, lifecycle, health, metrics }) => {
      const adapterConfig = await loadAdapterConfig(config.config);
      const { stdin, stdout } = process;
      const adapter = new Adapter({ config: adapterConfig, log, stdin, stdout, registry: metrics.registry });
      if (config.checkConfig) {
        stdout.write(`${config.config}: good\n`);
        process.exit(0);
      }
      lifecycle.atClose('sources', () => adapter.stop());
      await adapter.start();
      const reloader = new Reloader({ adapter, path: config.config, log });
      process.on('SIGHUP', () => reloader.reloadQuietly());
      lifecycle.atClose(
        'watch',
        watchFiles([config.config], () => reloader.reloadQuietly()),
      );

      const server = createServer({ log, lifecycle, metrics: metrics.http });
      serveProbes(server, { health, lifecycle, drainReadiness: config.drainReadiness });
      serveAdapter(server, {
        adapter,
        health,
        reload: () => reloader.reload(),
        enableLifecycle: config.enableLifecycle,
      });
      lifecycle.atClose('http', () => server.close());
      await listen(server, { host: config.host, port: config.port, setting: 'PORT' });
    },
  },
  process,
);
