import { ConfigError } from '@podkit/chassis/config';
import { messageOf, PodkitError } from '@podkit/chassis/errors';
import { exitCodes } from '@podkit/chassis/exit-codes';
import pkg from '../package.json' with { type: 'json' };
import { execProgram } from './commands.ts';

/** As a shell ends with where it cannot run a program. */
const shellCodes: Record<string, number> = { ERR_EXEC_MISSING: 127, ERR_EXEC_FORMAT: 126 };

if (process.argv[2] === 'exec') {
  try {
    process.exitCode = await execProgram(process);
  } catch (error) {
    if (!(error instanceof PodkitError)) throw error;
    for (const line of messageOf(error).split('\n')) process.stderr.write(`downward-reader: ${line}\n`);
    process.exitCode =
      error instanceof ConfigError ? exitCodes.badConfig : (shellCodes[error.code] ?? exitCodes.failure);
  }
} else {
  // Only now: a program that is about to be replaced must not load a server first.
  const { runReader } = await import('./run.ts');
  await runReader(pkg.version, process);
}
