import { ConfigError } from '@podkit/chassis/config';
import { messageOf, PodkitError } from '@podkit/chassis/errors';
import { exitCodes } from '@podkit/chassis/exit-codes';
import pkg from '../package.json' with { type: 'json' };
import { execProgram } from './commands.ts';

if (process.argv[2] === 'exec') {
  try {
    process.exitCode = await execProgram(process);
  } catch (error) {
    if (!(error instanceof PodkitError)) throw error;
    for (const line of messageOf(error).split('\n')) process.stderr.write(`downward-reader: ${line}\n`);
    process.exitCode = error instanceof ConfigError ? exitCodes.badConfig : 127;
  }
} else {
  // Only now: a program that is about to be replaced must not load a server first.
  const { runReader } = await import('./run.ts');
  await runReader(pkg.version, process);
}
