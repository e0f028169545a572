import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';

/** A process under measurement: the port it answers on, and the milliseconds from its start until it did. */
export type Running = AsyncDisposable & {
  port: number;
  pid: number;
  startedMs: number;
  stop(): Promise<number | null>;
};

type Start = {
  port: number;
  /** It has started when this path is answered with 200; without one, when it accepts a connection. */
  path?: string;
  env?: Readonly<Record<string, string>>;
};

/** Start a program and wait until it answers. Its environment is PATH and what is given; its log goes to /dev/null. */
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

/** Not by fetch, whose first call would load a part of Node within the measurement. */
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

/** Microseconds that a process has run so far, in user and system mode, all threads together; see proc(5), schedstat. */
export function cpuMicroseconds(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).reduce((sum, task) => sum + ranFor(`${tasks}/${task}/schedstat`), 0) / 1000;
}

/** Nanoseconds; none of a thread that has ended since it was listed. */
function ranFor(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8').split(' ')[0]);
  } catch {
    return 0;
  }
}

/** Resident memory of a process in MB (10⁶ bytes), and how much of it is its own and not of files such as `node`. */
export function residentMB(pid: number): { all: number; own: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) => (Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024) / 1e6;
  return { all: read('VmRSS'), own: read('RssAnon') };
}
