import type { ChildProcess } from 'node:child_process';

/** Milliseconds between SIGTERM, on which git removes its lock files and partial packs, and SIGKILL. */
const graceAfterTerm = 1000;

/**
 * Ends a process with everything it started when a signal aborts: a git killed alone leaves its ssh or remote-https
 * behind, which keeps the connection and the pipes open.
 */
export class GroupEnd {
  readonly #child: ChildProcess;
  readonly #isLeader: boolean;
  readonly #signal: AbortSignal;
  #late: NodeJS.Timeout | undefined;

  /** `isLeader`: the child leads a process group of its own; otherwise only the child can be ended. */
  constructor(child: ChildProcess, { isLeader, signal }: { isLeader: boolean; signal: AbortSignal }) {
    this.#child = child;
    this.#isLeader = isLeader;
    this.#signal = signal;
    signal.addEventListener('abort', this.#end, { once: true });
    child.once('exit', this.#onExit);
    if (signal.aborted) this.#end();
  }

  /** Stop watching, and close our ends of the pipes: a process that is left may keep the other ends open. */
  close(): void {
    clearTimeout(this.#late);
    this.#signal.removeEventListener('abort', this.#end);
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  readonly #end = () => {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#onExit();
    this.#send('SIGTERM');
    this.#late = setTimeout(() => this.#send('SIGKILL'), graceAfterTerm);
  };

  readonly #onExit = () => {
    const { pid } = this.#child;
    if (this.#isLeader && this.#signal.aborted && pid !== undefined) sendSignal(-pid, 'SIGKILL');
  };

  #send(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    // Until setsid has made the group there is only the child.
    if (!(this.#isLeader && sendSignal(-pid, signal))) sendSignal(pid, signal);
  }
}

/** Gives false when there is no such process or group (a negative id). */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
