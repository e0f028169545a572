import { spawn } from 'node:child_process';
import { describeError } from '@podkit/chassis/errors';
import { GroupEnd } from './group-end.ts';
import { failureText, ProcessError, type ProcessOutput } from './process-error.ts';

export type ProcessOptions = {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Aborting kills the process and everything it started. */
  signal?: AbortSignal;
};

const stdoutLimit = 16 * 1024 * 1024;
const stderrLimit = 64 * 1024;

/**
 * Run a program without a shell and without input, in a process group of its own, so that a deadline ends what it started as
 * well. For hooks and tools; git itself is run by `Git`.
 *
 * @throws {ProcessError} when it can't be started, fails, or when `signal` aborts
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  { cwd, env, signal }: ProcessOptions,
): Promise<ProcessOutput> {
  const label = [command, ...args].join(' ');
  const aborted = () =>
    new ProcessError(`${label}: ${describeError(signal?.reason)}`, null, { stdout: '', stderr: '' });
  if (signal?.aborted) throw aborted();
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const stdout = collect(child.stdout, stdoutLimit);
  const stderr = collect(child.stderr, stderrLimit);
  const group = new GroupEnd(child, { isLeader: true, signal: signal ?? new AbortController().signal });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', (cause) => reject(new ProcessError(`${label}: cannot be run`, null, output(), { cause })));
      child.once('close', (exitCode) => resolve(exitCode));
    });
    if (signal?.aborted) throw new ProcessError(`${label}: ${describeError(signal.reason)}`, code, output());
    if (code !== 0) throw new ProcessError(failureText(label, code, output()), code, output());
    return output();
  } finally {
    group.close();
  }

  function output(): ProcessOutput {
    return { stdout: stdout(), stderr: stderr() };
  }
}

/** Keep the last `limit` bytes of a stream: errors and summaries are at the end. */
function collect(stream: NodeJS.ReadableStream, limit: number): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    while (size - (chunks[0]?.length ?? 0) >= limit) size -= chunks.shift()?.length ?? 0;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
