import type { ChildProcess } from 'node:child_process';
import { describeError, PodkitError } from '@podkit/chassis/errors';

/** A program with its whole argv, whose first word is its own name. */
export type Program = { path: string; argv: readonly string[]; env: Readonly<Record<string, string>> };

export type ChildHost = Pick<NodeJS.Process, 'on' | 'off' | 'kill' | 'pid' | 'stderr' | 'stdin'>;

/** A terminal sends the first two to the whole process group, so the child has them already. */
const terminalSignals = ['SIGINT', 'SIGQUIT'] as const;
const otherSignals = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGCONT', 'SIGWINCH'] as const;

/**
 * Run a program as a child where this process cannot be replaced: before Node 22.15, or on Windows. Signals are passed on, and
 * this process ends as the child did: with its exit code, or by its signal (128 + its number where a signal cannot end us,
 * as PID 1). Orphans stay unreaped, since Node waits for its own children only.
 *
 * @throws {PodkitError} ERR_EXEC_FORMAT where the system refuses to run it
 */
export async function runChild({ path, argv, env }: Program, host: ChildHost): Promise<number> {
  // Loaded only here: they load sockets, which take as long as the rest of this program.
  const [{ spawn }, { constants }] = await Promise.all([import('node:child_process'), import('node:os')]);
  const [argv0 = path, ...args] = argv;
  if (host.pid === 1)
    host.stderr.write(
      'downward-reader: PID 1 without execve: orphans are not reaped; start it with tini, or use Node 22.15 or newer\n',
    );
  let child: ChildProcess | undefined;
  const passOn = (signal: NodeJS.Signals) => void child?.kill(signal);
  const signals = [...(host.stdin.isTTY ? [] : terminalSignals), ...otherSignals];
  const ignored = host.stdin.isTTY ? terminalSignals : [];
  for (const signal of signals) host.on(signal, passOn);
  for (const signal of ignored) host.on(signal, ignore);
  // Only now: the child may be seen to run, and get a signal, before `spawn` returns. A signal waits until then.
  child = spawn(path, args, { argv0, env, stdio: 'inherit' });
  const { code, signal } = await waitForEnd(child, path);
  for (const one of signals) host.off(one, passOn);
  for (const one of ignored) host.off(one, ignore);
  if (signal === null) return code ?? 1;
  host.kill(host.pid, signal);
  return 128 + constants.signals[signal];
}

const ignore = () => undefined;

type End = { code: number | null; signal: NodeJS.Signals | null };

function waitForEnd(child: ChildProcess, path: string): Promise<End> {
  return new Promise((resolve, reject) => {
    child.on('exit', (code, signal) => resolve({ code, signal }));
    child.on('error', (cause) =>
      reject(new PodkitError('ERR_EXEC_FORMAT', `${path}: cannot be run: ${describeError(cause)}`, { cause })),
    );
  });
}
