import { setTimeout as sleep } from 'node:timers/promises';
import { PodkitError } from '@podkit/chassis/errors';
import type { Log } from '../log/log.ts';
import type { EndStatus } from '../metrics/metrics.ts';
import { createStopError, longestWait } from '../process/timeout-signal.ts';
import type { Tree } from '../sync/worktree.ts';

export type Hook = {
  name: 'exechook' | 'webhook' | 'pre-publish-exechook';
  /** Milliseconds before a failed run is repeated. */
  backoff: number;
  /** Throws when the hook fails. */
  run(tree: Tree, signal: AbortSignal): Promise<void>;
};

export type HookRunnerOptions = {
  hook: Hook;
  log: Log;
  /** Run it once only; `settled` throws its failure. */
  oneTime: boolean;
  onRun: (status: EndStatus) => void;
};

/**
 * Runs a hook in the background until it succeeds, one run at a time, each for the newest tree. After a success it does
 * not run again for the same hash.
 */
export class HookRunner {
  readonly #options: HookRunnerOptions;
  readonly #stop = new AbortController();
  #newest: Tree | undefined;
  #succeededFor = '';
  #working: Promise<void> | undefined;
  #failure: { cause: unknown } | undefined;

  constructor(options: HookRunnerOptions) {
    this.#options = options;
  }

  /** Run the hook for a tree, after the run in flight. Returns at once. */
  send(tree: Tree): void {
    this.#newest = tree;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /**
   * Wait until nothing is left to run.
   *
   * @throws {PodkitError} ERR_ONE_TIME_HOOK when the hook of a one-time run failed; another pass would not help
   */
  async settled(): Promise<void> {
    await this.#working;
    if (this.#failure !== undefined)
      throw new PodkitError('ERR_ONE_TIME_HOOK', 'a hook of the one-time run failed', this.#failure);
  }

  /** End the run in flight, and start no other. */
  async stop(): Promise<void> {
    this.#stop.abort(createStopError());
    await this.#working;
  }

  async #work(): Promise<void> {
    const { hook, log, oneTime, onRun } = this.#options;
    const { signal } = this.#stop;
    while (this.#newest !== undefined && !signal.aborted) {
      const tree = this.#newest;
      if (tree.hash === this.#succeededFor) break;
      try {
        await hook.run(tree, signal);
        this.#succeededFor = tree.hash;
        onRun('success');
      } catch (cause) {
        onRun('error');
        log.error(cause, `${hook.name} failed`, { hash: tree.hash });
        if (oneTime) {
          this.#failure = { cause };
          return;
        }
        await sleep(Math.min(hook.backoff, longestWait), undefined, { signal }).catch(() => undefined);
        continue;
      }
      if (this.#newest === tree) break;
    }
  }
}
