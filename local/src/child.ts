import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parentVariable } from '@podkit/chassis/process/parent';

/** A process to run. */
export type ProcessSpec = {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
};

export type Ended = { code: number | null; signal: NodeJS.Signals | null };
export type Child = { process: ChildProcess; ended: Promise<Ended>; stopping?: Promise<Ended> };

/**
 * Start a process in a group of its own: the terminal's Ctrl-C must not reach it, since the order of the stop is ours.
 * Each line it prints goes to `onLine`. Its standard input and its fourth pipe are open for as long as this process lives: a
 * service ends by itself when they are not.
 */
export function startChild(spec: ProcessSpec, onLine: (line: string) => void): Child {
  const child = spawn(spec.command, spec.args, {
    env: { ...spec.env, [parentVariable]: '3' },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) if (stream !== null) createInterface(stream).on('line', onLine);
  const failed = once(child, 'error').then(([error]) => {
    onLine(String(error));
    return { code: 127, signal: null };
  });
  // 'close' and not 'exit': the last lines have been read by then.
  const closed = once(child, 'close').then(([code, signal]: Ended[keyof Ended][]) => ({ code, signal }) as Ended);
  return { process: child, ended: Promise.race([failed, closed]) };
}

/** Ask a process to end, once however often this is called, and make it end when it has not after `grace` milliseconds. */
export function stopChild(child: Child, grace: number): Promise<Ended> {
  child.stopping ??= stopOnce(child, grace);
  return child.stopping;
}

async function stopOnce({ process, ended }: Child, grace: number): Promise<Ended> {
  process.kill('SIGTERM');
  const kill = setTimeout(() => killGroup(process), grace);
  const end = await ended;
  clearTimeout(kill);
  return end;
}

/** SIGKILL to the process and to whatever it started. */
export function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

/** How a process ended, in words: `exit 1` or `SIGKILL`. */
export function describeEnd({ code, signal }: Ended): string {
  return signal === null ? `exit ${code}` : signal;
}
