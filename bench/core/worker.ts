import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A benchmark's program in its own process. It sends a report for each message that it gets. */
export class Worker<Report> {
  readonly #child: ChildProcess;

  constructor(program: URL, args: readonly string[], nodeFlags: readonly string[] = []) {
    this.#child = fork(program, args, { execArgv: [...process.execArgv, ...nodeFlags] });
  }

  async nextReport(): Promise<Report> {
    const [report] = (await once(this.#child, 'message')) as [Report];
    return report;
  }

  ask(): Promise<Report> {
    const report = this.nextReport();
    this.#child.send('report');
    return report;
  }

  /** End the process and wait for its exit. By then its profile is written. */
  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}
