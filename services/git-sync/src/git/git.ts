import type { Environment } from '@podkit/chassis/config/config';
import { describeError, PodkitError } from '@podkit/chassis/errors';
import { type SimpleGitOptions, simpleGit } from 'simple-git';
import type { Log } from '../log/log.ts';
import { GroupEnd } from '../process/group-end.ts';
import { failureText, ProcessError, type ProcessOutput } from '../process/process-error.ts';
import type { GitConfigEntry } from './config-text.ts';
import type { SpawnTurn } from './spawn-turn.ts';

export type GitOptions = {
  /** The program, or `setsid` and the program: see `gitBinary`. */
  binary: GitBinary;
  /** What `gitEnvironment` gives. */
  env: Environment;
  turn: SpawnTurn;
  log: Log;
};

/** `[setsid, git]` gives each git a process group of its own, which a deadline can end as a whole. */
export type GitBinary = [program: string] | [setsid: string, program: string];

export type GitCall = {
  cwd: string;
  signal?: AbortSignal | undefined;
  /** Settings of this call alone. */
  settings?: readonly GitConfigEntry[];
};

/** Bytes of stdout, and of stderr, above which a git is ended: a hostile remote may send messages without end. */
const outputLimit = 16 * 1024 * 1024;

/** Milliseconds to wait for the pipes to close after git exited: a process that it left may hold them open. */
const graceAfterExit = 1000;

/** Runs git by simple-git, without prompts and hooks, with a private configuration and a deadline. */
export class Git {
  readonly #options: GitOptions;

  constructor(options: GitOptions) {
    this.#options = options;
  }

  /**
   * Run `git args` in a directory and give its stdout without the final line break.
   *
   * @throws {ProcessError} when git can't be run, fails, prints too much, or when `signal` aborts; with what git printed
   */
  async run(args: readonly string[], call: GitCall): Promise<string> {
    const { binary, log } = this.#options;
    const label = [binary.at(-1), ...args].join(' ');
    log.info(5, 'running command', { cwd: call.cwd, cmd: label });
    const { stdout, stderr } = await this.#spawn(args, label, call);
    log.info(6, 'command result', { stdout, stderr });
    return stdout.replace(/\n$/, '');
  }

  async #spawn(args: readonly string[], label: string, { cwd, signal, settings }: GitCall): Promise<ProcessOutput> {
    const { binary, env, turn } = this.#options;
    const aborted = (output: ProcessOutput, code: number | null) =>
      new ProcessError(`${label}: ${describeError(stop.signal.reason)}`, code, output, { cause: stop.signal.reason });
    const stop = new AbortController();
    const onAbort = () => stop.abort(signal?.reason);
    if (signal?.aborted) onAbort();
    if (stop.signal.aborted) throw aborted({ stdout: '', stderr: '' }, null);
    signal?.addEventListener('abort', onAbort, { once: true });
    const variables = { ...env, ...lockSettings(cwd, settings) };
    let result: { exitCode: number; output: ProcessOutput } | undefined;
    let group: GroupEnd | undefined;
    const options: Partial<SimpleGitOptions> = {
      baseDir: cwd,
      binary,
      abort: stop.signal,
      // simple-git removes other variables of git.
      allowEnvironment: Object.keys(variables).filter((name) => name.startsWith('GIT_')),
      completion: { onClose: true, onExit: graceAfterExit },
      // Closes stdin: no git here may wait for input.
      input: () => '\n',
      errors: (_error, { exitCode, stdOut, stdErr }) => {
        result = { exitCode, output: { stdout: decodeChunks(stdOut), stderr: decodeChunks(stdErr) } };
        return undefined;
      },
    };
    try {
      await turn.run(variables, (spawned) =>
        simpleGit(options)
          .outputHandler((_command, stdout, stderr) => {
            const child = spawned();
            if (child !== undefined)
              group = new GroupEnd(child, { isLeader: binary.length === 2, signal: stop.signal });
            for (const stream of [stdout, stderr]) limitOutput(stream, stop);
          })
          .raw([...args]),
      );
    } catch (cause) {
      if (result === undefined && !stop.signal.aborted)
        throw new ProcessError(`${label}: cannot be run`, null, { stdout: '', stderr: '' }, { cause });
    } finally {
      signal?.removeEventListener('abort', onAbort);
      group?.close();
    }
    const { exitCode = null, output = { stdout: '', stderr: '' } } = result ?? {};
    if (stop.signal.aborted) throw aborted(output, exitCode);
    if (exitCode !== 0) throw new ProcessError(failureText(label, exitCode, output), exitCode, output);
    return output;
  }
}

/**
 * Settings of git's command scope. They override the repository's configuration, in which someone who can write to the
 * volume may have planted a program (`core.fsmonitor`, hooks). A repository can't declare itself a safe directory.
 */
function lockSettings(cwd: string, more: readonly GitConfigEntry[] = []): Environment {
  const entries = [
    { key: 'core.hooksPath', value: '/dev/null' },
    { key: 'core.fsmonitor', value: 'false' },
    { key: 'core.logAllRefUpdates', value: 'false' },
    { key: 'safe.directory', value: cwd },
    { key: 'safe.directory', value: `${cwd}/.git` },
    ...more,
  ];
  const numbered = entries.flatMap(({ key, value }, index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(entries.length), ...Object.fromEntries(numbered) };
}

function limitOutput(stream: NodeJS.ReadableStream, stop: AbortController): void {
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > outputLimit)
      stop.abort(new PodkitError('ERR_GIT_OUTPUT', `git printed more than ${outputLimit / 1024 / 1024} MiB`));
  });
}

function decodeChunks(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}
