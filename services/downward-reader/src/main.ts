import { createServer, listen } from '@podkit/chassis/http';
import { serveMetrics, serveProbes } from '@podkit/chassis/probes';
import { runService } from '@podkit/chassis/service';
import { port, settings, sharedSettings } from '@podkit/chassis/settings';

const schema = settings({
  ...sharedSettings,
  port: port({ env: 'PORT', default: 8090, description: 'Port of everything.' }),
});

await runService(
  {
    name: 'downward-reader',
    version: '0.1.0',
    summary: 'reads the Downward API.',
    prefix: 'DOWNWARD_',
    schema,
    start: async ({ config, log, lifecycle, health, metrics }) => {
      const server = createServer({ log, lifecycle, metrics: metrics.http });
      serveProbes(server, { health, lifecycle, drainReadiness: config.drainReadiness });
      serveMetrics(server, metrics.registry);
      lifecycle.atClose('http', () => server.close());
      await listen(server, { host: config.host, port: config.port, setting: 'PORT' });
    },
  },
  process,
);
