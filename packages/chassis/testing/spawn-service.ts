import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parentVariable } from '../src/process/parent.ts';
import { waitFor } from './wait-for.ts';

export type Exit = { code: number | null; signal: NodeJS.Signals | null };
export type LogLine = Record<string, unknown>;

/** A service running as a process of its own, as in a container. */
export type SpawnedService = {
  child: ChildProcess;
  /** Each line of stdout and stderr so far. */
  output: string[];
  /** The lines that are JSON objects. */
  logs(): LogLine[];
  /** Wait for a log line that fits. */
  logged(what: string, fits: (line: LogLine) => boolean): Promise<LogLine>;
  /** Send a signal and wait for the end. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
  exited: Promise<Exit>;
};

/**
 * Start `node main.ts args` with exactly the environment given (and PATH). The caller stops it, in the test or in
 * `onTestFinished`; `await using` is not used, since a failed test should still show the output. With `uid`, which only
 * root may choose, it runs as that user: root is denied nothing.
 */
export function spawnService(
  main: string,
  { args = [], env = {}, uid }: { args?: string[]; env?: Record<string, string>; uid?: number } = {},
): SpawnedService {
  const child = spawn(process.execPath, [main, ...args], {
    // The fourth pipe ends the service when the test process is gone, however that was ended.
    env: { PATH: process.env.PATH ?? '', [parentVariable]: '3', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('a pipe is missing');
  const output: string[] = [];
  for (const stream of [stdout, stderr]) createInterface(stream).on('line', (line) => output.push(line));
  // 'close' and not 'exit': only then has all output arrived.
  const exited: Promise<Exit> = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  let over = false;
  void exited.then(() => (over = true));
  const logs = () => output.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine);
  return {
    child,
    output,
    logs,
    logged: async (what, fits) => {
      const shown = () => `no log line: ${what}; the output was:\n${output.join('\n')}`;
      const line = await waitFor(what, () => logs().find(fits) ?? (over && 'over')).catch((cause: unknown) => {
        throw new Error(shown(), { cause });
      });
      // A service that has ended logs nothing more, so this does not wait for the deadline.
      if (line === 'over') throw new Error(shown());
      return line;
    },
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
    exited,
  };
}
