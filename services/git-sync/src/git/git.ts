import type { Environment } from '@podkit/chassis/config/config';
import type { Log } from '../log/log.ts';
import { lockedConfig } from './environment.ts';
import { type ProcessOutput, runProcess } from './run-process.ts';

/** Called between any two steps that change something; tests end the process there. */
export type Step = (name: string) => void;

export type GitOptions = {
  binary: string;
  env: Environment;
  log: Log;
  step: Step;
};

/** Runs git as git-sync needs it: no prompts, no hooks, a private configuration, a deadline for the whole group. */
export class Git {
  readonly #options: GitOptions;

  constructor(options: GitOptions) {
    this.#options = options;
  }

  /**
   * Run `git args` in a directory and give its stdout without the final line break.
   *
   * @throws {ProcessError} with git's own words
   */
  async run(args: readonly string[], { cwd, signal }: { cwd: string; signal?: AbortSignal }): Promise<string> {
    const { stdout } = await this.output(args, { cwd, ...(signal === undefined ? {} : { signal }) });
    return stdout.replace(/\n$/, '');
  }

  async output(
    args: readonly string[],
    { cwd, signal }: { cwd: string; signal?: AbortSignal },
  ): Promise<ProcessOutput> {
    const { binary, log, step } = this.#options;
    step(`before git ${args[0]}`);
    log.info(5, 'running command', { cwd, cmd: [binary, ...args].join(' ') });
    const env = { ...this.#options.env, ...lockedConfig([cwd, `${cwd}/.git`]) };
    const output = await runProcess(binary, args, { cwd, env, ...(signal === undefined ? {} : { signal }) });
    log.info(6, 'command result', { stdout: output.stdout, stderr: output.stderr });
    step(`after git ${args[0]}`);
    return output;
  }
}
