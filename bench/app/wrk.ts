import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cpuMicroseconds, type Running } from '../core/process.ts';

/** Requests per second, the 99th percentile of the latency, and the server's CPU time per request. */
export type Load = { perSecond: number; p99Ms: number; cpuUs: number };

const run = promisify(execFile);
const units: Record<string, number> = { us: 0.001, ms: 1, s: 1000 };

/** Load a path with wrk on keep-alive connections. @throws if a response is not 2xx or 3xx */
export async function load({ port, pid }: Running, path: string, seconds: number, connections = 50): Promise<Load> {
  const before = cpuMicroseconds(pid);
  const flags = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--latency',
    '--timeout',
    '20s',
    `http://127.0.0.1:${port}${path}`,
  ];
  const { stdout } = await run('wrk', flags);
  const cpu = cpuMicroseconds(pid) - before;
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(stdout);
  const [, amount = '', unit = ''] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p99Ms: Number(amount) * (units[unit] ?? 1),
    cpuUs: cpu / Number(/(\d+) requests in/.exec(stdout)?.[1]),
  };
}
