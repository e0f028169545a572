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

/** Passes of all repositories that may run at the same time. */
const passesAtOnce = 4;

/** Milliseconds for ending a pass: git gets a second to remove its locks before it is killed. */
const timeToEnd = 4000;

export type RepositoriesInput = Omit<SyncedInput, 'name' | 'options' | 'metrics' | 'limit'> & {
  named: readonly NamedOptions[];
  /** Whether they come from `--config-file`; then one that fails does not end the others. */
  several: boolean;
  metrics: Metrics;
};

/** All repositories of the process. */
export class Repositories {
  readonly all: readonly SyncedRepository[];
  readonly #input: RepositoriesInput;
  #running: Promise<void>[] = [];

  private constructor(all: readonly SyncedRepository[], input: RepositoriesInput) {
    this.all = all;
    this.#input = input;
  }

  /** @throws {PodkitError} when the repository can't be created, unless there is a `--config-file` */
  static async create(input: RepositoriesInput): Promise<Repositories> {
    const limit = new Limit(passesAtOnce);
    const all: SyncedRepository[] = [];
    for (const { name, options } of input.named) {
      const directory = join(input.directory, name);
      mkdirSync(directory, { mode: 0o700 });
      for (const secret of listSecrets(options)) input.redactor.add(secret);
      const log = input.several ? input.log.child({ fields: { repository: name } }) : input.log;
      const own = { ...input, name, options, directory, log, metrics: input.metrics.forRepository(name), limit };
      all.push(
        await createSyncedRepository(own).catch((error: unknown) => {
          if (!input.several) throw error;
          return brokenRepository(own, error);
        }),
      );
    }
    return new Repositories(all, input);
  }

  /** Run all until they end. Gives the errors of those that failed for good; they do not end the others. */
  async run(): Promise<unknown[]> {
    const failures: unknown[] = [];
    this.#running = this.all.map(async ({ name, loop, abandon }) => {
      try {
        await loop.run();
      } catch (error) {
        failures.push(error);
        abandon(error);
        if (this.all.length > 1)
          this.#input.log.error(error, 'repository failed for good; the others continue', { repository: name });
      }
    });
    await Promise.all(this.#running);
    return failures;
  }

  /** Start a pass of each repository now. */
  trigger(): void {
    for (const { loop } of this.all) loop.trigger();
  }

  /**
   * Stop all within `time` milliseconds. Shortly before, or when `overdue` aborts, passes in flight are ended; the next
   * start removes what they left.
   */
  async end(overdue: AbortSignal, time: number): Promise<void> {
    for (const { loop } of this.all) loop.stop();
    const timeToFinish = time - Math.min(timeToEnd, time * 0.75);
    const enough = AbortSignal.any([overdue, AbortSignal.timeout(timeToFinish)]);
    enough.addEventListener('abort', () => {
      for (const { loop } of this.all) loop.cut();
    });
    await Promise.allSettled(this.#running);
    await Promise.all(this.all.map(({ hooks }) => hooks.stop()));
  }
}
