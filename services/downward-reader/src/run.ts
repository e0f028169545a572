import { messageOf } from '@podkit/chassis/errors';
import { type Host, runService } from '@podkit/chassis/process/service';
import pkg from '../package.json' with { type: 'json' };
import { configFaults, configSchema } from './config.ts';
import { writeOnce } from './one-time.ts';
import { serve } from './serve.ts';
import { parsePools } from './tune/pools.ts';

/** Run as a server, or once with `--one-time`. */
export async function runReader(host: Host): Promise<void> {
  await runService(
    {
      name: 'downward-reader',
      version: pkg.version,
      summary: 'reads all that the Downward API gives, follows it, and turns limits into runtime settings.',
      prefix: 'DOWNWARD_',
      schema: configSchema,
      checks: [configFaults, (config) => poolFaults(config.pools)],
      start: async (context) => {
        if (!context.config.oneTime) return serve(context, host.env);
        await writeOnce(context.config, host);
        return host.exit(0);
      },
    },
    host,
  );
}

function poolFaults(pools: readonly string[]): string[] {
  try {
    parsePools(pools);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}
