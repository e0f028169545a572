import type { Static, TObject } from 'typebox';
import { ConfigError, type Environment, loadConfig } from '../config/config.ts';
import { formatDuration } from '../config/duration.ts';
import { helpText } from '../config/help.ts';
import type { SharedConfig } from '../config/settings.ts';
import { describeError } from '../errors.ts';
import { exitCodes } from './exit-codes.ts';
import type { Host, LoadedSettings, Service } from './service.ts';

/**
 * Run a service as a process: read its configuration, start it, stop it on SIGTERM or SIGINT, and exit with a code
 * of `exitCodes`. A second signal ends it at once.
 */
export async function runService<Schema extends TObject>(service: Service<Schema>, host: Host): Promise<void> {
  const argv = host.argv.slice(2);
  if (argv[0] === '--help' || argv[0] === '-h') {
    host.stdout.write(helpText(service.name, service.summary, service.schema, service.prefix));
    return host.exit(exitCodes.ok);
  }
  if (argv[0] === '--version') {
    host.stdout.write(`${service.name} ${service.version}\n`);
    return host.exit(exitCodes.ok);
  }
  try {
    const loaded = readSettings(service, host.env, argv);
    const command = service.command?.(loaded.config);
    if (command !== undefined) return await runCommand(service.name, command, host);
    // Loaded only here: it is half of the time of a start.
    const { startService } = await import('./start-service.ts');
    await startService(service, host, loaded);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    host.stderr.write(error.errors.map((line) => `${service.name}: ${line}\n`).join(''));
    host.exit(exitCodes.badConfig);
  }
}

async function runCommand(name: string, command: () => Promise<void>, host: Host): Promise<void> {
  try {
    await command();
    host.exit(exitCodes.ok);
  } catch (error) {
    host.stderr.write(`${name}: ${describeError(error)}\n`);
    host.exit(exitCodes.failure);
  }
}

function readSettings<Schema extends TObject>(
  { prefix, schema, positionals = false, checks = [] }: Service<Schema>,
  env: Environment,
  argv: string[],
): LoadedSettings<Schema> {
  const checkBudget = (config: Readonly<Static<Schema>>) => budgetErrors(config as unknown as SharedConfig);
  const loaded = loadConfig(schema, { prefix, env, argv, positionals }, [checkBudget, ...checks]);
  return { ...loaded, shared: loaded.config as unknown as SharedConfig };
}

/** Two seconds are kept for the exit: the least that the kubelet leaves a container between SIGTERM and SIGKILL. */
function budgetErrors({ drainDelay, shutdownTimeout, gracePeriod }: SharedConfig): string[] {
  if (drainDelay + shutdownTimeout + 2000 <= gracePeriod) return [];
  const [delay, timeout, grace] = [drainDelay, shutdownTimeout, gracePeriod].map(formatDuration);
  return [
    `GRACE_PERIOD=${grace}: too short for DRAIN_DELAY (${delay}) + SHUTDOWN_TIMEOUT (${timeout}) + 2s; raise it or lower those`,
  ];
}
