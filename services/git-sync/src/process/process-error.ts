import { PodkitError } from '@podkit/chassis/errors';

export type ProcessOutput = { stdout: string; stderr: string };

/** Characters of a program's output that its error repeats. */
const errorLimit = 64 * 1024;

/** A process failed; with its output. */
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

/** How a process ended, with the last part of its output, where errors and summaries are. */
export function failureText(label: string, exitCode: number | null, output: ProcessOutput): string {
  const end = exitCode === null || exitCode < 0 ? 'ended by a signal' : `exit code ${exitCode}`;
  const text = [output.stdout.trim(), output.stderr.trim()].filter((part) => part !== '').join('; ');
  return `${label}: ${end}${text === '' ? '' : `: ${text.slice(-errorLimit)}`}`;
}
