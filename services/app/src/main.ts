import { runService } from '@podkit/chassis/process/run-service';
import pkg from '../package.json' with { type: 'json' };
import { checkConfig } from './config/check-config.ts';
import { configSchema } from './config.ts';

await runService(
  {
    name: 'app',
    version: pkg.version,
    summary: 'a reference HTTP service for health probes and graceful shutdown, with a live console of its Pod.',
    prefix: 'APP_',
    schema: configSchema,
    checks: [checkConfig],
    start: async (context) => (await import('./serve.ts')).serve(context, process),
  },
  process,
);
