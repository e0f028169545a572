import type { CredentialSource } from '../credentials/credential-source.ts';
import type { CredentialStore } from '../credentials/credential-store.ts';
import type { Git } from '../git/git.ts';
import { type Lfs, warnOfPointers } from '../git/lfs.ts';
import { type SignaturePolicy, UnverifiedError, verifySignatures } from '../git/signatures.ts';
import type { RepositoryHooks } from '../hooks/repository-hooks.ts';
import type { Log } from '../log/log.ts';
import { removeOldLayout, type StaleWorktrees } from './cleanup.ts';
import { rejectEscapingLinks } from './escaping-links.ts';
import { isFullHash, type Layout } from './layout.ts';
import type { Publisher } from './link-publisher.ts';
import type { Fetched, Repository } from './repository.ts';
import { createWorktree, hasCurrentSettings, isWhole, type Tree, type WorktreeOptions } from './worktree.ts';

export type SyncerOptions = {
  layout: Layout;
  ref: string;
  log: Log;
  git: Git;
  source: CredentialSource;
  store: CredentialStore;
  repository: Repository;
  publisher: Publisher;
  worktree: WorktreeOptions;
  stale: StaleWorktrees;
  hooks: RepositoryHooks;
  lfs: Lfs;
  /** Whether a checkout with symlinks that lead out of it is published. */
  symlinks: 'allow' | 'reject';
  /** The signatures that a commit must have; undefined when it needs none. */
  policy: SignaturePolicy | undefined;
  /** Called when a fetched commit has the required signatures. */
  onVerified: () => void;
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
  /** What the ref named when its signature was refused. It is checked once, and not in each pass. */
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
    const { source, store, repository, publisher, log, ref } = this.#options;
    const isFullCheck = this.#needsFullCheck;
    this.#needsFullCheck = true;
    await store.put(await source.read(signal));
    if (isFullCheck) await repository.recover(signal);
    else await repository.cleanConfig(signal);
    if (!isFullCheck) await this.#refuseAgain(signal);
    const current = await publisher.current();
    const whole = (await this.#isUsable(current, isFullCheck)) ? current : undefined;
    if (whole !== undefined && (await this.#isUpToDate(whole, isFullCheck, signal))) return this.#succeed(whole, false);
    const fetched = await repository.fetch(signal);
    await this.#verify(fetched, signal);
    this.#fetched = fetched;
    if (whole?.hash === fetched.hash && this.#isInPlace(whole)) {
      await repository.setHead(fetched.hash, signal);
      return this.#succeed(whole, false);
    }
    log.info(0, 'update required', { ref, local: current?.hash ?? '', remote: fetched.hash });
    const tree = await this.#checkOut(fetched.hash, current, signal);
    await this.#inspect(tree, signal);
    await publisher.publish(tree, signal);
    if (current !== undefined && current.path !== tree.path) await this.#supersede(current);
    log.info(0, 'updated successfully', { ref, remote: fetched.hash });
    return this.#succeed(tree, true);
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

  /** @throws {UnverifiedError} while the remote still has what was refused */
  async #refuseAgain(signal: AbortSignal): Promise<void> {
    if (this.#refused === undefined) return;
    const { object, error } = this.#refused;
    if ((await this.#options.repository.findTip(signal)) !== object) return;
    this.#needsFullCheck = false;
    throw error;
  }

  async #isUsable(current: Tree | undefined, isFullCheck: boolean): Promise<boolean> {
    if (current === undefined || !(await isWhole(current))) return false;
    return !isFullCheck || hasCurrentSettings(current, this.#options.worktree);
  }

  /** A full hash never moves: once it is published, the remote is not asked and may be unavailable. */
  async #isUpToDate(whole: Tree, isFullCheck: boolean, signal: AbortSignal): Promise<boolean> {
    const { ref, repository, policy } = this.#options;
    if (!this.#isInPlace(whole)) return false;
    if (isFullHash(ref)) return ref === whole.hash && policy === undefined;
    if (isFullCheck) return false;
    const tip = await repository.findTip(signal);
    return this.#fetched?.hash === whole.hash && this.#fetched.object === tip;
  }

  /** Whether a checkout is where version 4 has them; version 3 had them in the root itself. */
  #isInPlace({ path }: Tree): boolean {
    return path.startsWith(`${this.#options.layout.worktrees}/`);
  }

  async #verify(fetched: Fetched, signal: AbortSignal): Promise<void> {
    const { git, layout, ref, policy, onVerified } = this.#options;
    this.#refused = undefined;
    if (policy === undefined) return;
    try {
      await verifySignatures(git, layout.root, { ...policy, ref }, fetched, signal);
    } catch (error) {
      if (error instanceof UnverifiedError) {
        this.#refused = { object: fetched.object, error };
        this.#needsFullCheck = false;
      }
      throw error;
    }
    onVerified();
  }

  async #checkOut(hash: string, current: Tree | undefined, signal: AbortSignal): Promise<Tree> {
    const { worktree, repository } = this.#options;
    // At the same time, since they use different files. `allSettled`: when one fails, the other must have ended too.
    const [made, head] = await Promise.allSettled([
      createWorktree(worktree, { hash, published: current?.path }, signal),
      repository.setHead(hash, signal),
    ]);
    if (made.status === 'rejected') throw made.reason;
    if (head.status === 'rejected') throw head.reason;
    return made.value;
  }

  /** Throws when a checkout must not be published. */
  async #inspect(tree: Tree, signal: AbortSignal): Promise<void> {
    const { lfs, log, symlinks, hooks } = this.#options;
    if (lfs === 'missing') await warnOfPointers(tree, log);
    if (symlinks === 'reject') await rejectEscapingLinks(tree.path);
    await hooks.beforePublish(tree, signal);
  }

  async #supersede({ path }: Tree): Promise<void> {
    await this.#options.stale.markSuperseded(path);
    await removeOldLayout(this.#options.layout, path);
  }

  #succeed(tree: Tree, changed: boolean): PassResult {
    const first = !this.#succeeded;
    this.#succeeded = true;
    this.#needsFullCheck = false;
    return { tree, changed, first };
  }
}
