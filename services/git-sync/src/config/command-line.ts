import { exitCodes } from '@podkit/chassis/process/exit-codes';
import type { CommandLine } from '@podkit/chassis/process/service';
import { levelName } from '../log/log.ts';
import { UsageError } from './drop-in-grammar.ts';
import { manualText, usageText } from './help.ts';
import { loadOptions } from './load.ts';
import type { Options, schema } from './schema.ts';

/**
 * Upstream's command line. Exit codes: 2 for a command line that can't be read, with the usage; 1 for other errors in the settings.
 */
export const dropInCommandLine: CommandLine<typeof schema> = {
  read({ version, env, argv }) {
    const { options, warnings, info } = loadOptions(env, argv);
    if (info !== undefined)
      return { print: { help: usageText, man: manualText, version: () => `${version}\n` }[info]() };
    return { config: options, positionals: [], ignored: [], warnings, shared: sharedSettings(options) };
  },
  refuse(error) {
    // The errors come after the usage: the end of the output is what people see.
    if (error instanceof UsageError)
      return { text: [usageText(), ...error.errors].join('\n').concat('\n'), exitCode: exitCodes.badConfig };
    return { text: error.errors.map((line) => `ERROR: ${line}\n`).join(''), exitCode: exitCodes.failure };
  },
};

function sharedSettings({ oneTime, verbose, drainDelay, ...options }: Options) {
  return {
    ...options,
    isJob: oneTime,
    logLevel: levelName(verbose),
    drainDelay: oneTime ? 0 : drainDelay,
    drainReadiness: 'keep' as const,
  };
}
