import { setTimeout as sleep } from 'node:timers/promises';
import type { Register } from './registers.ts';

/**
 * Counts up on a register that nobody else writes, and reads it after each write. What is read must be at least what
 * was acknowledged last, and nothing that was never tried.
 */
export class Writer {
  readonly register: Register;
  acknowledged = 0;
  attempted = 0;
  /** Writes that were acknowledged, and that failed, over the whole life. */
  acks = 0;
  refusals = 0;
  readonly stale: string[] = [];
  readonly #stopped = new AbortController();
  readonly #done: Promise<void>;

  constructor(register: Register) {
    this.register = register;
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#done;
  }

  /** Why what the backend holds is wrong; undefined where it is right. */
  async lost(): Promise<string | undefined> {
    const stored = await this.register.stored();
    if (stored >= this.acknowledged && stored <= this.attempted) return undefined;
    return `${this.register.route}: ${stored} stored, ${this.acknowledged} acknowledged, ${this.attempted} tried`;
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      this.attempted += 1;
      try {
        await this.register.write(this.attempted);
        this.acknowledged = this.attempted;
        this.acks += 1;
      } catch {
        this.refusals += 1;
        await sleep(5);
      }
      await this.#check();
    }
  }

  async #check(): Promise<void> {
    const read = await this.register.read().catch(() => undefined);
    if (read === undefined || (read >= this.acknowledged && read <= this.attempted)) return;
    this.stale.push(`${this.register.route}: ${read} read, ${this.acknowledged} acknowledged, ${this.attempted} tried`);
  }
}
