import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cpuMicroseconds, type Running } from '../core/process.ts';

const run = promisify(execFile);

/** What redis-benchmark sends: each of `clients` (default 50) keeps `pipeline` commands in flight. */
export type Load = { command: readonly string[]; pipeline: number; requests: number; clients?: number };

/** Requests per second, and microseconds of CPU time per request of the measured process and the Redis behind it. */
export type Rate = { perSecond: number; cpuUs: number };

/** Measure a process under a load. `behind` is the process id of the server that it calls. */
export async function redisBenchmark(
  to: Pick<Running, 'port' | 'pid'>,
  { command, pipeline, requests, clients = 50 }: Load,
  behind?: number,
): Promise<Rate> {
  const pids = [to.pid, ...(behind === undefined || behind === to.pid ? [] : [behind])];
  const cpu = () => pids.reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
  const before = cpu();
  const flags = ['-p', String(to.port), '-c', String(clients), '-n', String(requests), '-P', String(pipeline), '--csv'];
  const { stdout } = await run('redis-benchmark', [...flags, ...command]);
  const last = stdout.trim().split('\n').at(-1) ?? '';
  return { perSecond: Number(last.split('","')[1] ?? last.split(',')[1]), cpuUs: (cpu() - before) / requests };
}
