import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log/log.ts';
import type { Tree } from '../sync/worktree.ts';

export type Hook = {
  name: 'exechook' | 'webhook' | 'pre-publish-exechook';
  /** Milliseconds before a failed run is repeated. */
  backoff: number;
  /** Throws when it did not succeed. */
  run(tree: Tree, signal: AbortSignal): Promise<void>;
};

export type HookRunnerOptions = {
  hook: Hook;
  log: Log;
  /** One try only; `settled` then fails with it. */
  oneTime: boolean;
  onRun: (status: 'success' | 'error') => void;
};

/**
 * Runs a hook in the background, one run at a time and always for the newest tree, until it succeeds. A tree that comes
 * while it runs replaces the one that waits. After a success it is not run again for the same hash.
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

  /** Run the hook for a tree, after the run in flight; returns at once. */
  send(tree: Tree): void {
    this.#newest = tree;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Wait until the hook has nothing left to do. @throws what the only try of a one-time run ended with */
  async settled(): Promise<void> {
    await this.#working;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** End a run in flight, and begin no other. */
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
        await sleep(hook.backoff, undefined, { signal }).catch(() => undefined);
        continue;
      }
      if (this.#newest === tree) break;
    }
  }
}
