import { spawn } from 'node:child_process';
import { messageOf, PodkitError } from '@podkit/chassis/errors';

export type ProcessOptions = {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Text for stdin; without it stdin is empty. */
  input?: string;
  /** Aborting kills the process and everything it started. */
  signal?: AbortSignal;
};

export type ProcessOutput = { stdout: string; stderr: string };

/** A process that did not end with 0; `stderr` is what it said, cut to the last 64 KiB. */
export class ProcessError extends PodkitError {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;

  constructor(message: string, exitCode: number | null, output: ProcessOutput, options?: ErrorOptions) {
    super('ERR_PROCESS', message, options);
    this.exitCode = exitCode;
    this.stdout = output.stdout;
    this.stderr = output.stderr;
  }
}

const stdoutLimit = 16 * 1024 * 1024;
const stderrLimit = 64 * 1024;
const graceAfterTerm = 1000;

/**
 * Run a program without a shell, in a process group of its own, so that a deadline ends its helpers as well: a git
 * killed alone leaves its ssh or remote-https behind, which keeps the connection and the pipes open.
 *
 * @throws {ProcessError} when it can't be started, ends with anything but 0, or `signal` aborts
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  { cwd, env, input, signal }: ProcessOptions,
): Promise<ProcessOutput> {
  const label = [command, ...args].join(' ');
  const aborted = () => new ProcessError(`${label}: ${messageOf(signal?.reason)}`, null, { stdout: '', stderr: '' });
  if (signal?.aborted) throw aborted();
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const stdout = collect(child.stdout, stdoutLimit);
  const stderr = collect(child.stderr, stderrLimit);
  // A program that never reads its input closes the pipe early; that is its right.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const killGroup = (with_: NodeJS.Signals) => sendToGroup(child.pid, with_);
  let late: NodeJS.Timeout | undefined;
  const onAbort = () => {
    // TERM lets git remove its lock files and partial packs.
    killGroup('SIGTERM');
    late = setTimeout(() => killGroup('SIGKILL'), graceAfterTerm);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const { code, signal: by } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
      (resolve, reject) => {
        child.once('error', (cause) => reject(new ProcessError(`${label}: cannot be run`, null, output(), { cause })));
        child.once('exit', () => {
          // What outlives its leader holds the pipes: it is ended, or 'close' would never come.
          if (signal?.aborted) killGroup('SIGKILL');
        });
        child.once('close', (exitCode, bySignal) => resolve({ code: exitCode, signal: bySignal }));
      },
    );
    if (signal?.aborted) throw new ProcessError(`${label}: ${messageOf(signal.reason)}`, code, output());
    if (code !== 0) throw new ProcessError(failure(label, code, by, output()), code, output());
    return output();
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', onAbort);
  }

  function output(): ProcessOutput {
    return { stdout: stdout(), stderr: stderr() };
  }
}

function failure(label: string, code: number | null, signal: NodeJS.Signals | null, said: ProcessOutput): string {
  const end = code === null ? `ended by ${signal}` : `exit code ${code}`;
  const text = [said.stdout.trim(), said.stderr.trim()].filter((part) => part !== '').join('; ');
  return `${label}: ${end}${text === '' ? '' : `: ${text.slice(-stderrLimit)}`}`;
}

function sendToGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}

/** Keep the last `limit` bytes of a stream; errors and summaries stand at the end. */
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
