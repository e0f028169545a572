import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedOptions } from '../config/repositories.ts';
import { listSecrets } from '../config/secrets.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { Limit } from '../process/limit.ts';
import {
  brokenRepository,
  createSyncedRepository,
  type SyncedInput,
  type SyncedRepository,
} from './synced-repository.ts';

/** Passes of all repositories that run at the same time: each is a git with its transport, and a checkout. */
const passesAtOnce = 4;

/** Milliseconds to end a pass that is cut: git may take a second to remove its locks, then it is killed, and files are removed. */
const timeToCut = 4000;

export type RepositoriesInput = Omit<SyncedInput, 'name' | 'options' | 'metrics' | 'limit'> & {
  named: readonly NamedOptions[];
  /** Whether they come from `--config-file`: one that fails then does not end the others. */
  several: boolean;
  metrics: Metrics;
};

/** All repositories of the process: made, run side by side, triggered and ended together. */
export class Repositories {
  readonly all: readonly SyncedRepository[];
  readonly #input: RepositoriesInput;
  #running: Promise<void>[] = [];

  private constructor(all: readonly SyncedRepository[], input: RepositoriesInput) {
    this.all = all;
    this.#input = input;
  }

  /** @throws {PodkitError} when the only repository can't be started */
  static async create(input: RepositoriesInput): Promise<Repositories> {
    const limit = new Limit(passesAtOnce);
    const all: SyncedRepository[] = [];
    for (const { name, options } of input.named) {
      const directory = join(input.directory, name);
      mkdirSync(directory, { mode: 0o700 });
      for (const secret of listSecrets(options)) input.redactor.add(secret);
      const log = input.several ? input.log.child({ fields: { repository: name } }) : input.log;
      const own = { ...input, name, options, directory, log, metrics: input.metrics.of(name), limit };
      all.push(
        await createSyncedRepository(own).catch((error: unknown) => {
          if (!input.several) throw error;
          return brokenRepository(own, error);
        }),
      );
    }
    return new Repositories(all, input);
  }

  /** Run until all are done. One that fails for good does not end the others. Gives the errors of those that did. */
  async run(): Promise<unknown[]> {
    const failures: unknown[] = [];
    this.#running = this.all.map(async ({ name, loop, abandon }) => {
      try {
        await loop.run();
      } catch (error) {
        failures.push(error);
        abandon(error);
        if (this.all.length > 1)
          this.#input.log.error(error, 'repository given up; the others go on', { repository: name });
      }
    });
    await Promise.all(this.#running);
    return failures;
  }

  /** Start a pass of each now. */
  trigger(): void {
    for (const { loop } of this.all) loop.trigger();
  }

  /**
   * A pass in flight may finish within most of `time` (ms). When it is nearly over, or `overdue` aborts, the pass is cut,
   * and the next start sweeps what it left.
   */
  async end(overdue: AbortSignal, time: number): Promise<void> {
    for (const { loop } of this.all) loop.stop();
    const timeToFinish = time - Math.min(timeToCut, time * 0.75);
    const enough = AbortSignal.any([overdue, AbortSignal.timeout(timeToFinish)]);
    enough.addEventListener('abort', () => {
      for (const { loop } of this.all) loop.cut();
    });
    await Promise.allSettled(this.#running);
    await Promise.all(this.all.map(({ hooks }) => hooks.stop()));
  }
}
