import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, type Ended, killGroup, type ProcessSpec, startChild, stopChild, waitStarted } from './child.ts';

export type SupervisorEvents = {
  /** A line that a process printed. */
  onLine: (name: string, line: string) => void;
  /** Something the supervisor did or saw. */
  onEvent: (name: string, text: string) => void;
};

/** Milliseconds from SIGTERM to SIGKILL, as a Pod's terminationGracePeriodSeconds of 30. */
const gracePeriod = 30_000;
const longestPause = 30_000;

/**
 * Does for processes what a kubelet does for containers: runs the init processes one by one until each succeeds, starts
 * the others in order, each once the one before has started, restarts what ends, and stops all in the reverse order.
 */
export class Supervisor {
  readonly #events: SupervisorEvents;
  readonly #running: Child[] = [];
  readonly #stopping = new AbortController();

  constructor(events: SupervisorEvents) {
    this.#events = events;
  }

  /** Run a process to its end, again and again until it exits 0. False when stopped before. */
  async runInit(spec: ProcessSpec): Promise<boolean> {
    for (let attempt = 0; !this.#stopping.signal.aborted; attempt += 1) {
      const child = this.#start(spec);
      const { code } = await child.ended;
      this.#forget(child);
      if (code === 0) return true;
      if (!this.#stopping.signal.aborted) await this.#pause(spec.name, `init failed (exit ${code})`, attempt);
    }
    return false;
  }

  /** Start a process that stays, and wait until it has started. False when stopped before. */
  async run(spec: ProcessSpec): Promise<boolean> {
    for (let attempt = 0; !this.#stopping.signal.aborted; attempt += 1) {
      const child = this.#start(spec);
      if (await waitStarted(child, this.#stopping.signal)) {
        this.#events.onEvent(spec.name, 'started');
        void child.ended.then((end) => this.#restart(child, end));
        return true;
      }
      if (this.#stopping.signal.aborted) return false;
      const end = await child.ended;
      this.#forget(child);
      await this.#pause(spec.name, `ended before it had started (${describe(end)})`, attempt);
    }
    return false;
  }

  /** Start nothing more; what runs goes on until `stop`. */
  cancel(): void {
    this.#stopping.abort();
  }

  /** Stop everything, last started first, each only when the one before has ended. */
  async stop(): Promise<{ name: string; end: Ended }[]> {
    this.cancel();
    const ends: { name: string; end: Ended }[] = [];
    for (const child of this.#running.toReversed()) {
      const end = await stopChild(child, gracePeriod);
      this.#events.onEvent(child.spec.name, `stopped (${describe(end)})`);
      ends.push({ name: child.spec.name, end });
    }
    return ends;
  }

  /** End everything now. */
  kill(): void {
    this.cancel();
    for (const { process } of this.#running) killGroup(process);
  }

  #start(spec: ProcessSpec): Child {
    const child = startChild(spec, (line) => this.#events.onLine(spec.name, line));
    this.#running.push(child);
    return child;
  }

  #forget(child: Child): void {
    this.#running.splice(this.#running.indexOf(child), 1);
  }

  async #restart(ended: Child, end: Ended): Promise<void> {
    for (let attempt = 0; !this.#stopping.signal.aborted; attempt += 1) {
      await this.#pause(ended.spec.name, `ended (${describe(end)})`, attempt);
      if (this.#stopping.signal.aborted) return;
      // In its old place, so that the order of the stop stays what it was.
      const again = startChild(ended.spec, (line) => this.#events.onLine(ended.spec.name, line));
      this.#running[this.#running.indexOf(ended)] = again;
      if (await waitStarted(again, this.#stopping.signal)) {
        this.#events.onEvent(ended.spec.name, 'started again');
        void again.ended.then((next) => this.#restart(again, next));
        return;
      }
      [ended, end] = [again, await again.ended];
    }
  }

  async #pause(name: string, what: string, attempt: number): Promise<void> {
    const pause = Math.min(1000 * 2 ** attempt, longestPause);
    this.#events.onEvent(name, `${what}; trying again in ${pause / 1000} s`);
    await sleep(pause, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}

function describe({ code, signal }: Ended): string {
  return signal === null ? `exit ${code}` : signal;
}
