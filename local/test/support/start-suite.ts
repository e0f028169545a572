import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePorts } from '@podkit/chassis/testing/free-port';
import { waitFor } from '@podkit/chassis/testing/wait-for';

const portOptions = [
  'app',
  'app-admin',
  'git-sync',
  'ambassador',
  'ambassador-admin',
  'ambassador-redis',
  'adapter',
  'statsd',
  'downward',
  'postgres',
  'redis',
];

export type Suite = {
  url: (option: string, path: string) => string;
  output: string[];
  pid: number;
  exited: Promise<number | null>;
  kill: (signal: NodeJS.Signals) => void;
};

/** `npm start` as its user starts it, on ports of its own, with TMPDIR in a folder where leftovers show. */
export async function startSuite(tmp: string, args: string[] = []): Promise<Suite> {
  const free = await freePorts(portOptions.length);
  const ports = new Map(portOptions.map((option, index) => [option, free[index]]));
  const flags = [...ports].map(([option, port]) => `--${option}-port=${port}`);
  const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
  const env = { PATH: process.env.PATH, TMPDIR: tmp };
  const child = spawn(process.execPath, [main, ...flags, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => output.push(line));
  const suite = {
    url: (option: string, path: string) => `http://127.0.0.1:${ports.get(option)}${path}`,
    output,
    pid: child.pid ?? 0,
    exited: once(child, 'close').then(([code]: (number | null)[]) => code ?? null),
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
  };
  const up = () => output.some((line) => line.includes('Stop: Ctrl-C'));
  const over = suite.exited.then(() => Promise.reject(new Error('it ended')));
  const ready = waitFor('the line that all is ready', up, { timeout: 60_000 });
  await Promise.race([ready, over]).catch((cause) => {
    throw new Error(`the suite did not come up; its output was:\n${output.join('\n')}`, { cause });
  });
  over.catch(() => undefined);
  return suite;
}
