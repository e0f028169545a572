import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export type Load = { perSecond: number; p99Ms: number };

const run = promisify(execFile);
const units: Record<string, number> = { us: 0.001, ms: 1, s: 1000 };

/** What wrk measures on 50 keep-alive connections. @throws where an answer was not 2xx or 3xx */
export async function load(url: string, seconds: number): Promise<Load> {
  const { stdout } = await run('wrk', ['-t1', '-c50', `-d${seconds}s`, '--latency', url]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(stdout);
  const [, amount = '', unit = ''] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p99Ms: Number(amount) * (units[unit] ?? 1),
  };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The median ratios of the one to the other over rounds that take turns, so that both meet the same noise. */
export async function compare(ours: string, theirs: string, { rounds = 3, seconds = 3 } = {}) {
  const rates: { ours: Load; theirs: Load }[] = [];
  await load(ours, 1);
  await load(theirs, 1);
  for (let round = 0; round < rounds; round += 1)
    rates.push({ ours: await load(ours, seconds), theirs: await load(theirs, seconds) });
  const middle = (value: (round: (typeof rates)[number]) => number) => median(rates.map(value));
  return {
    rate: middle((round) => round.ours.perSecond / round.theirs.perSecond),
    p99: middle((round) => round.ours.p99Ms / round.theirs.p99Ms),
    ours: middle((round) => round.ours.perSecond),
    theirs: middle((round) => round.theirs.perSecond),
  };
}
