import { describeError } from '@podkit/chassis/errors';
import { exitCodes } from '@podkit/chassis/process/exit-codes';
import { reportGood } from '@podkit/chassis/process/report-good';
import type { DestinationStream } from 'pino';
import { UsageError } from './config/drop-in-grammar.ts';
import { manualText, usageText } from './config/help.ts';
import { loadOptions } from './config/load.ts';
import type { CommandHost } from './process/host.ts';
import type { GitSyncInput } from './serve.ts';

export type CommandOptions = {
  version: string;
  /** Where log lines go; standard error by default. */
  output?: DestinationStream;
};

/**
 * git-sync as a command: read the settings, then sync until stopped. Exit codes: 0 done or stopped, 1 wrong settings
 * or too many failures, 2 a command line that can't be read, 3 stopped by force.
 */
export async function runCommand(host: CommandHost, { version, output }: CommandOptions): Promise<void> {
  const input = await readInput(host, version);
  if (input === undefined) return;
  host.umask(input.options.groupWrite ? 0o002 : 0o022);
  const { GitSync } = await import('./serve.ts');
  await new GitSync({ ...input, output }).run();
}

async function readInput(host: CommandHost, version: string): Promise<Omit<GitSyncInput, 'output'> | undefined> {
  try {
    const { options, flags, warnings, info } = loadOptions(host.env, host.argv.slice(2));
    if (info !== undefined) {
      const texts = { help: usageText, man: manualText, version: () => `${version}\n` };
      host.stdout.write(texts[info]());
      host.exit(exitCodes.ok);
      return undefined;
    }
    for (const warning of warnings) host.stderr.write(`${warning}\n`);
    // Only now, as the server above: what prints and ends needs neither.
    const { readRepositories } = await import('./config/repositories.ts');
    const repositories = await readRepositories(options);
    if (!options.checkConfig) return { host, version, options, flags, repositories };
    reportGood(host, options.configFile ?? 'the settings');
    return undefined;
  } catch (error) {
    const isUsage = error instanceof UsageError;
    // The errors come after the usage: the end of the output is what people see.
    host.stderr.write(isUsage ? `${usageText()}\n` : '');
    const problems = error instanceof Error ? error.message.split('\n') : [describeError(error)];
    host.stderr.write(problems.map((problem) => `${isUsage ? '' : 'ERROR: '}${problem}\n`).join(''));
    host.exit(isUsage ? exitCodes.badConfig : exitCodes.failure);
    return undefined;
  }
}
