import type { TObject } from 'typebox';
import { ConfigError } from '../config/config.ts';
import { describeError } from '../errors.ts';
import type { Metrics } from '../http/metrics.ts';
import { exitCodes } from './exit-codes.ts';
import { podkitCommandLine } from './podkit-command-line.ts';
import type { Host, Service } from './service.ts';

/**
 * Run a service as a process: read its configuration, start it, stop it on SIGTERM or SIGINT, and exit with a code
 * of `exitCodes`. A second signal ends it at once.
 */
export async function runService<Schema extends TObject, Counted extends Metrics | undefined = Metrics>(
  service: Service<Schema, Counted>,
  host: Host,
): Promise<void> {
  const { version, commandLine = podkitCommandLine(service) } = service;
  try {
    const loaded = commandLine.read({ version, env: host.env, argv: host.argv.slice(2) });
    if ('print' in loaded) {
      host.stdout.write(loaded.print);
      return host.exit(exitCodes.ok);
    }
    const command = service.command?.(loaded.config);
    if (command !== undefined) return await runCommand(service.name, command, host);
    for (const warning of loaded.warnings ?? []) host.stderr.write(`${warning}\n`);
    // Loaded only here: it is half of the time of a start.
    const { startService } = await import('./start-service.ts');
    await startService(service, host, loaded);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { text, exitCode } = commandLine.refuse(error);
    host.stderr.write(text);
    host.exit(exitCode);
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
