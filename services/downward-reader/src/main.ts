import { runService } from '@podkit/chassis/process/run-service';
import pkg from '../package.json' with { type: 'json' };
import { configErrors, configSchema } from './config.ts';

if (process.argv[2] === 'exec') {
  const { runExec } = await import('./exec/command.ts');
  process.exitCode = await runExec(process);
} else {
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
        return async () => (await import('./output/one-time.ts')).writeOnce(config, process);
      },
      start: async (context) => (await import('./serve.ts')).serve(context, process.env),
    },
    process,
  );
}
