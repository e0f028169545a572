import { runService } from '@podkit/chassis/process/service';
import pkg from '../package.json' with { type: 'json' };
import { configFaults, configSchema } from './config.ts';
import { serve } from './serve.ts';

await runService(
  {
    name: 'app',
    version: pkg.version,
    summary: 'an HTTP service whose health and shutdown are exemplary, with a console that shows its Pod live.',
    prefix: 'APP_',
    schema: configSchema,
    checks: [configFaults],
    start: (context) => serve(context, process),
  },
  process,
);
