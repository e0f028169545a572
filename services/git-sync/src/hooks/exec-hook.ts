import type { Environment } from '@podkit/chassis/config/config';
import type { Log } from '../log/log.ts';
import { runProcess } from '../process/run-process.ts';
import { timeoutSignal } from '../process/timeout-signal.ts';
import type { Hook } from './hook-runner.ts';

export type ExecHookOptions = {
  name: 'exechook' | 'pre-publish-exechook';
  command: string;
  args: readonly string[];
  /** Milliseconds. */
  timeout: number;
  backoff: number;
  /** Without our secrets. */
  env: Environment;
  log: Log;
};

/** A hook that runs a program in the new worktree, without a shell, with GITSYNC_HASH in its environment. */
export function execHook({ name, command, args, timeout, backoff, env, log }: ExecHookOptions): Hook {
  return {
    name,
    backoff,
    async run({ hash, path }, stop) {
      log.info(0, 'running exechook', { hash, command, timeout });
      const signal = AbortSignal.any([stop, timeoutSignal(timeout)]);
      const output = await runProcess(command, args, { cwd: path, env: { ...env, GITSYNC_HASH: hash }, signal });
      log.info(1, 'exechook succeeded', { hash, stdout: output.stdout, stderr: output.stderr });
    },
  };
}
