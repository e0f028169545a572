import { ConfigError, loadConfig } from '@podkit/chassis/config/config';
import { helpText } from '@podkit/chassis/config/help';
import { describeError, PodkitError } from '@podkit/chassis/errors';
import { exitCodes } from '@podkit/chassis/process/exit-codes';
import { optionsSchema } from './options.ts';
import { runSuite } from './suite.ts';

// `npm start`: the whole suite as processes on this machine, in the order and with the stop of a Pod.
const argv = process.argv.slice(2);
if (argv.includes('--help') || argv.includes('-h')) {
  const summary =
    'runs the whole suite on this machine: no Docker, no cluster. Flags go after two dashes: npm start -- --app-port=9000';
  process.stdout.write(helpText('npm start', summary, optionsSchema, 'PODKIT_'));
  process.exit(exitCodes.ok);
}
try {
  const { config } = loadConfig(optionsSchema, { prefix: 'PODKIT_', env: process.env, argv });
  process.exitCode = await runSuite(config, process);
} catch (error) {
  if (!(error instanceof PodkitError)) throw error;
  for (const line of error instanceof ConfigError ? error.errors : error.message.split('\n'))
    console.error(`npm start: ${line}`);
  process.exitCode =
    error instanceof ConfigError || error.code === 'ERR_PORT_TAKEN' ? exitCodes.badConfig : exitCodes.failure;
  if (process.exitCode === exitCodes.failure) console.error(describeError(error.cause ?? ''));
}
