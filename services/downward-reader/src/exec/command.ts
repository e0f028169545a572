import { ConfigError, loadConfig } from '@podkit/chassis/config/config';
import { describeError, PodkitError } from '@podkit/chassis/errors';
import { exitCodes } from '@podkit/chassis/process/exit-codes';
import { readVolume } from '@podkit/downward/volume';
import { configSchema } from '../config.ts';
import { createDocument, type Document, type DocumentInputs } from '../document/document.ts';
import { toInputs } from '../document/inputs.ts';
import { otelAttributes } from '../output/otel.ts';
import { formatEnvironment } from '../tune/environment.ts';
import { describeLimits, toLimits } from '../tune/tune.ts';
import { type ChildHost, runChild } from './child.ts';
import { detectRuntime, findProgram } from './program.ts';

/** The parts of `process` that `exec` touches; without `execve` the program runs as a child. */
export type ExecHost = ChildHost &
  Pick<NodeJS.Process, 'stdout' | 'removeAllListeners' | 'cwd' | 'execve'> & {
    env: DocumentInputs['env'];
    argv: readonly string[];
  };

/** The exit codes of a shell that cannot run a program. */
const shellCodes: Record<string, number> = { ERR_EXEC_MISSING: 127, ERR_EXEC_FORMAT: 126 };

/** `exec [flags] -- program args`. Returns the exit code, unless the program has replaced this process. */
export async function runExec(host: ExecHost): Promise<number> {
  try {
    return await execProgram(host);
  } catch (error) {
    if (!(error instanceof PodkitError)) throw error;
    const lines = error instanceof ConfigError ? error.errors : [describeError(error)];
    for (const line of lines) host.stderr.write(`downward-reader: ${line}\n`);
    return error instanceof ConfigError ? exitCodes.badConfig : (shellCodes[error.code] ?? exitCodes.failure);
  }
}

/**
 * Put the settings that fit the limits into the environment and become the program. The process is replaced, so signals,
 * exit code and the duties of PID 1 are the program's own.
 */
async function execProgram(host: ExecHost): Promise<number> {
  const { config, positionals } = loadConfig(configSchema, {
    prefix: 'DOWNWARD_',
    env: host.env,
    argv: host.argv.slice(3),
    positionals: true,
  });
  const [command, ...args] = positionals;
  const runtime = command === undefined ? 'node' : detectRuntime(command, host.env.PATH, host.cwd());
  const inputs = { ...toInputs(config, host.env, runtime), started: Date.now() };
  const document = createDocument(await readVolume(config.dir), inputs);
  if (config.explain) {
    for (const [name, { value, reason }] of Object.entries(document.tuning))
      host.stdout.write(`${name}=${value}\n  ${reason}\n`);
    for (const warning of document.warnings) host.stdout.write(`warning: ${warning}\n`);
    return exitCodes.ok;
  }
  if (config.print) {
    const head = describeLimits(toLimits(document.resources, config.memoryShare));
    host.stdout.write(`# ${head}\n${formatEnvironment(document.tuning)}`);
    return exitCodes.ok;
  }
  if (command === undefined) {
    host.stderr.write('downward-reader: exec: no program; usage: downward-reader exec -- PROGRAM [ARGUMENT …]\n');
    return exitCodes.badConfig;
  }
  const path = findProgram(command, host.env.PATH, host.cwd());
  const program = { path, argv: [command, ...args], env: composeEnvironment(document, host.env) };
  if (host.execve === undefined) return runChild(program, host);
  // Node 24 warns that execve is experimental, on a standard error that is the program's from now on.
  host.removeAllListeners('warning');
  return host.execve(program.path, program.argv, program.env);
}

function composeEnvironment(document: Document, env: ExecHost['env']): Record<string, string> {
  const given = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const settings = Object.entries(document.tuning).map(([name, { value }]) => [name, value] as const);
  const attributes = otelAttributes(document);
  const otel = attributes !== '' && !env.OTEL_RESOURCE_ATTRIBUTES ? { OTEL_RESOURCE_ATTRIBUTES: attributes } : {};
  return { ...Object.fromEntries(given), ...otel, ...Object.fromEntries(settings) };
}
