import type { TObject } from 'typebox';
import { loadConfig } from '../config/config.ts';
import { formatDuration } from '../config/duration.ts';
import { helpText } from '../config/help.ts';
import type { SharedConfig } from '../config/settings.ts';
import type { Metrics } from '../http/metrics.ts';
import { exitCodes } from './exit-codes.ts';
import type { CommandLine, Service } from './service.ts';

/** `--help`, `--version`, and settings by podkit's grammar. */
export function podkitCommandLine<Schema extends TObject, Counted extends Metrics | undefined>(
  service: Service<Schema, Counted>,
): CommandLine<Schema> {
  const { name, summary, schema, prefix, positionals = false, checks = [] } = service;
  return {
    read({ version, env, argv }) {
      if (argv[0] === '--help' || argv[0] === '-h') return { print: helpText(name, summary, schema, prefix) };
      if (argv[0] === '--version') return { print: `${name} ${version}\n` };
      const loaded = loadConfig(schema, { prefix, env, argv, positionals }, [budgetErrors, ...checks]);
      return { ...loaded, shared: loaded.config as unknown as SharedConfig };
    },
    refuse: ({ errors }) => ({
      text: errors.map((line) => `${name}: ${line}\n`).join(''),
      exitCode: exitCodes.badConfig,
    }),
  };
}

/** Two seconds are kept for the exit: the kubelet leaves a container at least that long between SIGTERM and SIGKILL. */
function budgetErrors(config: Readonly<object>): string[] {
  const { drainDelay, shutdownTimeout, gracePeriod } = config as SharedConfig;
  if (drainDelay + shutdownTimeout + 2000 <= gracePeriod) return [];
  const [delay, timeout, grace] = [drainDelay, shutdownTimeout, gracePeriod].map(formatDuration);
  return [
    `GRACE_PERIOD=${grace}: too short for DRAIN_DELAY (${delay}) + SHUTDOWN_TIMEOUT (${timeout}) + 2s; raise it or lower those`,
  ];
}
