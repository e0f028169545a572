import { runService } from '@podkit/chassis/process/run-service';
import pkg from '../package.json' with { type: 'json' };
import { settingsSchema } from './config/settings.ts';

await runService(
  {
    name: 'metrics-adapter',
    version: pkg.version,
    summary: 'turns JSON, StatsD, log lines, CSV and other metrics into one Prometheus endpoint.',
    prefix: 'ADAPTER_',
    schema: settingsSchema,
    start: async (context) => (await import('./start.ts')).startAdapter(context, process),
  },
  process,
);
