import { UnverifiedError } from '../git/signatures.ts';
import type { Log } from '../log/log.ts';
import { removeOldLayout, type StaleWorktrees } from './cleanup.ts';
import { isFullHash, type Layout } from './layout.ts';
import type { Publisher } from './link-publisher.ts';
import type { Fetched, Repository } from './repository.ts';
import { createWorktree, fits, isWhole, type Tree, type WorktreeOptions } from './worktree.ts';

export type SyncerOptions = {
  layout: Layout;
  ref: string;
  repository: Repository;
  publisher: Publisher;
  worktree: WorktreeOptions;
  stale: StaleWorktrees;
  log: Log;
  /** Make credentials ready for git; called first in every pass. */
  refreshCredentials: (signal: AbortSignal) => Promise<void>;
  /** Throws when what was fetched must not be published. Undefined publishes anything. */
  verify: ((fetched: Fetched, signal: AbortSignal) => Promise<void>) | undefined;
  /** Throws when the finished checkout must not be published. */
  inspect: (tree: Tree, signal: AbortSignal) => Promise<void>;
};

export type PassResult = {
  tree: Tree;
  /** The published tree is another one than before. */
  changed: boolean;
  /** The first success of this process. */
  first: boolean;
};

/** Keeps one directory equal to one ref, one pass at a time. */
export class Syncer {
  readonly #options: SyncerOptions;
  #succeeded = false;
  #suspicious = true;
  /** What the published tree was made of. */
  #fetched: Fetched | undefined;
  /** What the remote has and must not be published: it is not fetched and checked again in each pass. */
  #refused: { object: string; error: UnverifiedError } | undefined;

  constructor(options: SyncerOptions) {
    this.#options = options;
  }

  /**
   * One pass: ask the remote, fetch what is new, check it out completely, publish it in one step.
   *
   * A pass after a start or a failure trusts nothing on disk and repairs what it finds. A pass after a success costs
   * one `git fetch` of the one ref and a few reads of small files as long as nothing changed.
   */
  async pass(signal: AbortSignal): Promise<PassResult> {
    const suspicious = this.#suspicious;
    this.#suspicious = true;
    const { repository, publisher, worktree, refreshCredentials } = this.#options;
    await refreshCredentials(signal);
    if (suspicious) await repository.recover(signal);
    else await repository.vetConfig(signal);
    if (!suspicious) await this.#refuseAgain(signal);
    const current = await publisher.current();
    const isUsable =
      current !== undefined && (await isWhole(current)) && (!suspicious || (await fits(current, worktree)));
    const whole = isUsable ? current : undefined;
    const unchanged = whole !== undefined && (await this.#isUpToDate(whole, suspicious, signal));
    const changed = unchanged ? false : await this.#update(current, whole, signal);
    const tree = changed ? await publisher.current() : whole;
    if (tree === undefined) throw new Error('nothing is published');
    const result = { tree, changed, first: !this.#succeeded };
    this.#succeeded = true;
    this.#suspicious = false;
    return result;
  }

  /** Remove superseded checkouts. An error here is logged and no more: what is published is right. */
  async cleanup(signal: AbortSignal): Promise<void> {
    const published = await this.#options.publisher.current();
    if (published === undefined) return;
    try {
      await this.#options.stale.remove(published, signal);
    } catch (error) {
      this.#options.log.error(error, 'failed to clean up stale worktrees');
    }
  }

  /** A full hash never moves: once it is published, the remote is not asked, and may be away. */
  async #isUpToDate({ hash, path }: Tree, suspicious: boolean, signal: AbortSignal): Promise<boolean> {
    const { ref, repository, layout, verify } = this.#options;
    if (!path.startsWith(`${layout.worktrees}/`)) return false;
    if (isFullHash(ref)) return ref === hash && verify === undefined;
    if (suspicious) return false;
    return (await repository.fetchTip(signal)) === this.#fetched?.object && this.#fetched.hash === hash;
  }

  /** @throws {UnverifiedError} when what was refused is still what the remote has */
  async #refuseAgain(signal: AbortSignal): Promise<void> {
    if (this.#refused === undefined) return;
    const { object, error } = this.#refused;
    if ((await this.#options.repository.fetchTip(signal)) !== object) return;
    this.#suspicious = false;
    throw error;
  }

  /** Fetch, and publish what was fetched unless just that is published already. */
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
    // Side by side: they touch different files. Both have ended when one of them has failed.
    const [made, head] = await Promise.allSettled([
      createWorktree(worktree, { hash: fetched.hash, published: current?.path }, signal),
      repository.setHead(fetched.hash, signal),
    ]);
    if (made.status === 'rejected') throw made.reason;
    if (head.status === 'rejected') throw head.reason;
    await inspect(made.value, signal);
    await publisher.publish(made.value, signal);
    if (current !== undefined && current.path !== made.value.path) {
      await stale.note(current.path);
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
        this.#suspicious = false;
      }
      throw error;
    }
  }
}
