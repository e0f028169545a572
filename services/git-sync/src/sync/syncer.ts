import { UnverifiedError } from '../git/signatures.ts';
import type { Log } from '../log/log.ts';
import { removeOldLayout, type StaleWorktrees } from './cleanup.ts';
import { isFullHash, type Layout } from './layout.ts';
import type { Publisher } from './link-publisher.ts';
import type { Fetched, Repository } from './repository.ts';
import { createWorktree, hasCurrentSettings, isWhole, type Tree, type WorktreeOptions } from './worktree.ts';

export type SyncerOptions = {
  layout: Layout;
  ref: string;
  repository: Repository;
  publisher: Publisher;
  worktree: WorktreeOptions;
  stale: StaleWorktrees;
  log: Log;
  /** Give git the credentials; the first step of every pass. */
  refreshCredentials: (signal: AbortSignal) => Promise<void>;
  /** Throws when a fetched commit must not be published. */
  verify: ((fetched: Fetched, signal: AbortSignal) => Promise<void>) | undefined;
  /** Throws when a checkout must not be published. */
  inspect: (tree: Tree, signal: AbortSignal) => Promise<void>;
};

export type PassResult = {
  tree: Tree;
  /** Whether the published tree changed. */
  changed: boolean;
  /** Whether this is the first success of this process. */
  first: boolean;
};

/** Makes one directory equal to one ref, one pass at a time. */
export class Syncer {
  readonly #options: SyncerOptions;
  #succeeded = false;
  #needsFullCheck = true;
  /** The fetch from which the published tree was made. */
  #fetched: Fetched | undefined;
  /** What the remote has and must not be published. It is checked once, and not in each pass. */
  #refused: { object: string; error: UnverifiedError } | undefined;

  constructor(options: SyncerOptions) {
    this.#options = options;
  }

  /**
   * One pass: fetch the ref, check its commit out completely, publish it in one step.
   *
   * The first pass, and one after a failure, checks what is on disk and repairs it. Any other pass that finds no change
   * takes one `git fetch` of the one ref and a few reads of small files.
   */
  async pass(signal: AbortSignal): Promise<PassResult> {
    const isFullCheck = this.#needsFullCheck;
    this.#needsFullCheck = true;
    const { repository, publisher, worktree, refreshCredentials } = this.#options;
    await refreshCredentials(signal);
    if (isFullCheck) await repository.recover(signal);
    else await repository.cleanConfig(signal);
    if (!isFullCheck) await this.#refuseAgain(signal);
    const current = await publisher.current();
    const isUsable =
      current !== undefined &&
      (await isWhole(current)) &&
      (!isFullCheck || (await hasCurrentSettings(current, worktree)));
    const whole = isUsable ? current : undefined;
    const unchanged = whole !== undefined && (await this.#isUpToDate(whole, isFullCheck, signal));
    const changed = unchanged ? false : await this.#update(current, whole, signal);
    const tree = changed ? await publisher.current() : whole;
    if (tree === undefined) throw new Error('nothing is published');
    const result = { tree, changed, first: !this.#succeeded };
    this.#succeeded = true;
    this.#needsFullCheck = false;
    return result;
  }

  /** Remove superseded checkouts. Errors are only logged, since the published tree is right. */
  async cleanup(signal: AbortSignal): Promise<void> {
    const published = await this.#options.publisher.current();
    if (published === undefined) return;
    try {
      await this.#options.stale.remove(published, signal);
    } catch (error) {
      this.#options.log.error(error, 'failed to clean up stale worktrees');
    }
  }

  /** A full hash never moves: once it is published, the remote is not asked and may be unavailable. */
  async #isUpToDate({ hash, path }: Tree, isFullCheck: boolean, signal: AbortSignal): Promise<boolean> {
    const { ref, repository, layout, verify } = this.#options;
    if (!path.startsWith(`${layout.worktrees}/`)) return false;
    if (isFullHash(ref)) return ref === hash && verify === undefined;
    if (isFullCheck) return false;
    const tip = await repository.findTip(signal);
    return this.#fetched?.hash === hash && this.#fetched.object === tip;
  }

  /** @throws {UnverifiedError} while the remote still has what was refused */
  async #refuseAgain(signal: AbortSignal): Promise<void> {
    if (this.#refused === undefined) return;
    const { object, error } = this.#refused;
    if ((await this.#options.repository.findTip(signal)) !== object) return;
    this.#needsFullCheck = false;
    throw error;
  }

  /** Fetch, and publish the commit unless it is published already. Gives whether the published tree changed. */
  async #update(current: Tree | undefined, whole: Tree | undefined, signal: AbortSignal): Promise<boolean> {
    const { repository, publisher, worktree, inspect, log, ref, layout, stale } = this.#options;
    const fetched = await repository.fetch(signal);
    await this.#verify(fetched, signal);
    this.#fetched = fetched;
    const inPlace = whole?.path.startsWith(`${layout.worktrees}/`) === true;
    if (inPlace && whole?.hash === fetched.hash) {
      await repository.setHead(fetched.hash, signal);
      return false;
    }
    log.info(0, 'update required', { ref, local: current?.hash ?? '', remote: fetched.hash });
    // At the same time, since they use different files. `allSettled`: when one fails, the other must have ended too.
    const [made, head] = await Promise.allSettled([
      createWorktree(worktree, { hash: fetched.hash, published: current?.path }, signal),
      repository.setHead(fetched.hash, signal),
    ]);
    if (made.status === 'rejected') throw made.reason;
    if (head.status === 'rejected') throw head.reason;
    await inspect(made.value, signal);
    await publisher.publish(made.value, signal);
    if (current !== undefined && current.path !== made.value.path) {
      await stale.markSuperseded(current.path);
      await removeOldLayout(layout, current.path);
    }
    log.info(0, 'updated successfully', { ref, remote: fetched.hash });
    return true;
  }

  async #verify(fetched: Fetched, signal: AbortSignal): Promise<void> {
    this.#refused = undefined;
    try {
      await this.#options.verify?.(fetched, signal);
    } catch (error) {
      if (error instanceof UnverifiedError) {
        this.#refused = { object: fetched.object, error };
        this.#needsFullCheck = false;
      }
      throw error;
    }
  }
}
