import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log/log.ts';
import { longestWait } from '../process/timeout-signal.ts';
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
  onRun: (status: 'success' | 'error') => void;
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
  #failure: Error | undefined;

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

  /** Wait until nothing is left to run. @throws the failure of a one-time run */
  async settled(): Promise<void> {
    await this.#working;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** End the run in flight, and start no other. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('git-sync is stopping'));
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
      } catch (error) {
        onRun('error');
        log.error(error, `${hook.name} failed`, { hash: tree.hash });
        if (oneTime) {
          this.#failure = error instanceof Error ? error : new Error(String(error));
          return;
        }
        await sleep(Math.min(hook.backoff, longestWait), undefined, { signal }).catch(() => undefined);
        continue;
      }
      if (this.#newest === tree) break;
    }
  }
}
