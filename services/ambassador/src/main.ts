import { runService } from '@podkit/chassis/process/run-service';
import pkg from '../package.json' with { type: 'json' };
import { schema } from './config.ts';

await runService(
  {
    name: 'ambassador',
    version: pkg.version,
    summary: 'one local endpoint for memory, Redis and PostgreSQL: the Dapr state API and the Redis protocol.',
    prefix: 'AMBASSADOR_',
    schema,
    positionals: true,
    start: async (context) => (await import('./start.ts')).startAmbassador(context, process),
  },
  process,
);
