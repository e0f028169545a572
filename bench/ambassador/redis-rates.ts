import { execFileSync } from 'node:child_process';

export type Load = { command: readonly string[]; pipeline: number; requests: number };

/** Requests per second of one redis-benchmark run with 50 clients. */
export function rate(port: number, { command, pipeline, requests }: Load): number {
  const flags = ['-p', String(port), '-c', '50', '-n', String(requests), '-P', String(pipeline), '--csv'];
  const output = execFileSync('redis-benchmark', [...flags, ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const last = output.trim().split('\n').at(-1) ?? '';
  return Number(last.split('","')[1] ?? last.split(',')[1]);
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
