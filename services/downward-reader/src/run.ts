import { runService } from '@podkit/chassis/process/run-service';
import type { Host } from '@podkit/chassis/process/service';
import pkg from '../package.json' with { type: 'json' };
import { configErrors, configSchema } from './config.ts';

/** Run as a server, or once with `--one-time`; each loads only what it needs. */
export async function runReader(host: Host): Promise<void> {
  await runService(
    {
      name: 'downward-reader',
      version: pkg.version,
      summary: 'reads all that the Downward API gives, follows it, and turns limits into runtime settings.',
      prefix: 'DOWNWARD_',
      schema: configSchema,
      checks: [configErrors],
      command: (config) => {
        if (!config.oneTime) return undefined;
        return async () => (await import('./output/one-time.ts')).writeOnce(config, host);
      },
      start: async (context) => (await import('./serve.ts')).serve(context, host.env),
    },
    host,
  );
}
