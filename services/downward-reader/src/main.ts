import { createServer, listen } from '@podkit/chassis/http';
import { serveMetrics, serveProbes } from '@podkit/chassis/probes';
import { runService } from '@podkit/chassis/service';
import pkg from '../package.json' with { type: 'json' };
import { configSchema } from './config.ts';
import { serveFacts } from './http.ts';
import { Reader } from './reader.ts';

await runService(
  {
    name: 'downward-reader',
    version: pkg.version,
    summary: 'reads what the Downward API gives, and follows it.',
    prefix: 'DOWNWARD_',
    schema: configSchema,
    start: async ({ config, log, lifecycle, health, metrics }) => {
      const reader = new Reader({ directory: config.dir, poll: config.poll, env: process.env });
      reader.onChange(({ missing, labels }) => log.info({ missing, labels: labels?.values }, 'facts changed'));
      lifecycle.atClose('reader', await reader.start((error) => log.error({ err: error }, 'cannot read the volume')));
      const server = createServer({ log, lifecycle, metrics: metrics.http });
      serveFacts(server, reader, lifecycle);
      serveProbes(server, { health, lifecycle, drainReadiness: config.drainReadiness });
      serveMetrics(server, metrics.registry);
      lifecycle.atClose('http', () => server.close());
      await listen(server, { host: config.host, port: config.port, setting: 'PORT' });
    },
  },
  process,
);
