import { type Host, runService } from '@podkit/chassis/process/service';
import pkg from '../package.json' with { type: 'json' };
import { configErrors, configSchema } from './config.ts';
import { writeOnce } from './output/one-time.ts';
import { serve } from './serve.ts';

/** Run as a server, or once with `--one-time`. */
export async function runReader(host: Host): Promise<void> {
  await runService(
    {
      name: 'downward-reader',
      version: pkg.version,
      summary: 'reads all that the Downward API gives, follows it, and turns limits into runtime settings.',
      prefix: 'DOWNWARD_',
      schema: configSchema,
      checks: [configErrors],
      start: async (context) => {
        if (!context.config.oneTime) return serve(context, host.env);
        await writeOnce(context.config, host);
        return host.exit(0);
      },
    },
    host,
  );
}
