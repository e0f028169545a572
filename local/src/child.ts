import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** One process of the suite: what to run, and how to see that it has started. */
export type ProcessSpec = {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  /** URL that answers 200 once it has started (its startup probe), or a function that says so. */
  started: string | (() => Promise<boolean>);
  /** What ends it well; SIGTERM where not said. */
  stopSignal?: NodeJS.Signals;
};

export type Ended = { code: number | null; signal: NodeJS.Signals | null };
export type Child = { spec: ProcessSpec; process: ChildProcess; ended: Promise<Ended> };

/**
 * Start a process in a group of its own: the terminal's Ctrl-C must not reach it, since the order of the stop is ours.
 * Each line it prints goes to `onLine`.
 */
export function startChild(spec: ProcessSpec, onLine: (line: string) => void): Child {
  const child = spawn(spec.command, spec.args, { env: spec.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', onLine);
  const failed = once(child, 'error').then(([error]) => {
    onLine(String(error));
    return { code: 127, signal: null };
  });
  // 'close' and not 'exit': the last lines have been read by then.
  const closed = once(child, 'close').then(([code, signal]: Ended[keyof Ended][]) => ({ code, signal }) as Ended);
  return { spec, process: child, ended: Promise.race([failed, closed]) };
}

/** Wait until a process has started, or has ended, or `signal` aborts. True when it has started. */
export async function waitStarted({ spec, ended }: Child, signal: AbortSignal): Promise<boolean> {
  const ending = new AbortController();
  void ended.then(() => ending.abort());
  const stopped = AbortSignal.any([signal, ending.signal]);
  while (!stopped.aborted) {
    if (await hasStarted(spec.started)) return true;
    await sleep(50);
  }
  return false;
}

async function hasStarted(started: ProcessSpec['started']): Promise<boolean> {
  try {
    if (typeof started === 'function') return await started();
    const response = await fetch(started, { signal: AbortSignal.timeout(1000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** Ask a process to end, and make it end when it has not after `grace` milliseconds. */
export async function stopChild({ spec, process, ended }: Child, grace: number): Promise<Ended> {
  process.kill(spec.stopSignal ?? 'SIGTERM');
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
