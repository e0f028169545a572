import { writeFileAtomic } from '@podkit/chassis/atomic-file';
import { loadConfig } from '@podkit/chassis/config';
import { PodkitError } from '@podkit/chassis/errors';
import { exitCodes } from '@podkit/chassis/exit-codes';
import { readVolume } from '@podkit/downward/volume';
import { type Config, configSchema } from './config.ts';
import { createDocument, type DocumentInputs } from './document.ts';
import { findProgram } from './exec.ts';
import { inputsOf } from './inputs.ts';
import { formatDocument, formatEnvironment } from './one-time.ts';
import { otelAttributes } from './otel.ts';
import { describeLimits, limitsOf } from './tune/tune.ts';

/** The parts of `process` that these commands touch. */
export type Host = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'removeAllListeners' | 'cwd' | 'execve'> & {
  env: DocumentInputs['env'];
  argv: readonly string[];
};

/** Read once, write in the format asked for, to the file or standard output. */
export async function writeOnce(config: Readonly<Config>, host: Host): Promise<void> {
  const document = createDocument(await readVolume(config.dir), inputsOf(config, host.env));
  const text = formatDocument(document, config.format, Date.now());
  if (config.output === undefined) host.stdout.write(text);
  else await writeFileAtomic(config.output, text);
}

/**
 * `exec [flags] -- program args`: put the settings that fit the limits into the environment and become the program.
 * The process is replaced, so signals, exit code and the duties of PID 1 are the program's own.
 *
 * Returns only with `--print`, or where there is nothing to run.
 */
export async function execProgram(host: Host): Promise<number> {
  const { config, positionals } = loadConfig(configSchema, {
    prefix: 'DOWNWARD_',
    env: host.env,
    argv: host.argv.slice(3),
    positionals: true,
  });
  const [command, ...args] = positionals[0] === '--' ? positionals.slice(1) : positionals;
  const inputs = inputsOf(config, host.env, command);
  const document = createDocument(await readVolume(config.dir), inputs);
  if (config.print) {
    const head = describeLimits(limitsOf(document.resources, config.memoryShare));
    host.stdout.write(`# ${head}\n${formatEnvironment(document.tuning)}`);
    return exitCodes.ok;
  }
  if (command === undefined) {
    host.stderr.write('downward-reader: exec: nothing to run; say downward-reader exec -- program arguments\n');
    return exitCodes.badConfig;
  }
  const settings = Object.fromEntries(Object.entries(document.tuning).map(([name, { value }]) => [name, value]));
  const attributes = otelAttributes(document);
  const known = attributes !== '' && !host.env.OTEL_RESOURCE_ATTRIBUTES;
  const otel = known ? { OTEL_RESOURCE_ATTRIBUTES: attributes } : {};
  const program = findProgram(command, host.env.PATH, host.cwd());
  // execve is called experimental in Node 24, and says so on standard error, which is the program's from now on.
  host.removeAllListeners('warning');
  if (host.execve === undefined)
    throw new PodkitError('ERR_EXECVE', 'exec needs a Node that can replace itself: 24 or newer, not on Windows');
  return host.execve(program, [command, ...args], { ...host.env, ...otel, ...settings });
}
