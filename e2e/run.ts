import { spawn } from 'node:child_process';
import { once } from 'node:events';

export type Outcome = { code: number; output: string };

export type RunOptions = { cwd?: string; input?: string; timeout?: number; env?: Record<string, string> };

/** Run a program to its end, and return stdout and stderr together. It is killed after `timeout` milliseconds. */
export async function attempt(command: string, args: string[], options: RunOptions = {}): Promise<Outcome> {
  const { cwd, input, timeout = 300_000, env = {} } = options;
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, timeout, killSignal: 'SIGKILL' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 137, output };
}

/** Run a program and return its output. @throws {Error} if it does not exit with 0 */
export async function run(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  const { code, output } = await attempt(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.trim().slice(-2000)}`);
  return output;
}

export const kubectl = (...args: string[]): Promise<string> => run('kubectl', args);
