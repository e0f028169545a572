import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';

/** A process that is measured. `startedMs` is the time from its start to its first response. */
export type Running = AsyncDisposable & {
  port: number;
  pid: number;
  startedMs: number;
  stop(): Promise<number | null>;
};

type Start = {
  port: number;
  /** The process has started when this path answers 200. Without a path: when the port accepts a connection. */
  path?: string;
  env?: Readonly<Record<string, string>>;
};

/** Start a program and wait until it answers. Its environment is PATH and `env`. Its stdout is discarded. */
export async function start(
  command: string,
  args: readonly string[],
  { port, path, env = {} }: Start,
): Promise<Running> {
  const began = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  await once(child, 'spawn');
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const answers = path === undefined ? accepts : isOk;
  while (!(await answers(port, path))) {
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}`);
    if (performance.now() - began > 30_000) throw new Error(`${command} does not answer on port ${port}`);
  }
  const startedMs = performance.now() - began;
  const stop = async () => {
    child.kill('SIGTERM');
    return (await ended)[0];
  };
  return { port, pid: child.pid ?? 0, startedMs, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

/** Not with fetch: its first call loads a part of Node, and that would be measured too. */
function isOk(port: number, path = '/'): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode === 200));
    });
    asked.once('error', () => setTimeout(() => resolve(false), 2)).end();
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).once('error', () => setTimeout(() => resolve(false), 2));
  });
}

/** The processes that a process has started and that have not ended. */
export function childPids(parent: number): number[] {
  const text = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

/** CPU time that all threads of a process have used so far, in microseconds, user and system together: proc(5), schedstat. */
export function cpuMicroseconds(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).reduce((sum, task) => sum + readThreadTime(`${tasks}/${task}/schedstat`), 0) / 1000;
}

/** CPU time of a thread in nanoseconds, or 0 if the thread has ended. */
function readThreadTime(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8').split(' ')[0]);
  } catch {
    return 0;
  }
}

/** Resident memory of a process in MB (10⁶ bytes). `own` leaves out mapped files such as the `node` binary. */
export function residentMB(pid: number): { all: number; own: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) => (Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024) / 1e6;
  return { all: read('VmRSS'), own: read('RssAnon') };
}
