import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A program of a benchmark in a process of its own. It sends reports, one when it is asked by a message. */
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

  /** Ends it, and waits until its profile is written. */
  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}
