import type { Environment } from '@podkit/chassis/config/config';
import { messageOf, PodkitError } from '@podkit/chassis/errors';
import type { HttpClient } from '@podkit/chassis/http/client';
import type { Options } from '../config/schema.ts';
import { parseAddress } from '../credentials/address.ts';
import { CredentialSource } from '../credentials/credential-source.ts';
import { CredentialStore } from '../credentials/credential-store.ts';
import type { Git, Step } from '../git/git.ts';
import { lfsMode, warnOfPointers } from '../git/lfs.ts';
import { setUpGit, signaturePolicy } from '../git/setup.ts';
import { type SignaturePolicy, UnverifiedError, verifySignatures } from '../git/signatures.ts';
import type { SpawnTurn } from '../git/spawn-turn.ts';
import { RepositoryHooks } from '../hooks/repository-hooks.ts';
import type { Log } from '../log/log.ts';
import type { Redactor } from '../log/redactor.ts';
import type { SyncMetrics } from '../metrics/metrics.ts';
import type { Limit } from '../process/limit.ts';
import { StaleWorktrees } from './cleanup.ts';
import { CopyPublisher, copyMarker } from './copy-publisher.ts';
import { rejectEscapingLinks } from './escaping-links.ts';
import { defaultLink, type Layout, layoutOf, resolveIn } from './layout.ts';
import { LinkPublisher, type Publisher } from './link-publisher.ts';
import { Repository } from './repository.ts';
import { claimRoot, openRoot } from './root.ts';
import { removeErrorFile, touch, writeErrorFile } from './status-files.ts';
import { SyncLoop } from './sync-loop.ts';
import { type PassResult, Syncer } from './syncer.ts';

export type SyncedInput = {
  name: string;
  options: Options;
  /** This process's own, without secrets. */
  env: Environment;
  /** For credentials and webhooks; whoever made it closes it. */
  client: HttpClient;
  turn: SpawnTurn;
  /** A directory private to this repository. */
  directory: string;
  log: Log;
  redactor: Redactor;
  metrics: SyncMetrics;
  step: Step;
  /** Bounds the passes at once of all repositories. */
  limit: Limit;
};

/** What the outside may know of a synced repository. */
type SyncStatus = {
  /** The published hash, once a pass of this process succeeded. */
  hash: string | undefined;
  /** `performance.now()` of the last success; a wall clock may jump. */
  lastSuccess: number | undefined;
  /** Why the last pass failed, redacted; undefined after a success. */
  failure: string | undefined;
  /** What the remote has and is not published for want of a good signature; undefined after a success. */
  unverified: string | undefined;
};

export type SyncedRepository = {
  name: string;
  ref: string;
  status: Readonly<SyncStatus>;
  loop: Pick<SyncLoop, 'run' | 'trigger' | 'stop' | 'cut'>;
  hooks: Pick<RepositoryHooks, 'stop'>;
  /** It can't go on: it is not ready any more, for this reason. */
  abandon: (error: unknown) => void;
  verifyReadiness: 'keep' | 'fail';
};

/**
 * One repository kept in sync: its root claimed, everything wired together, ready to run.
 *
 * @throws {PodkitError} when the root can't be used
 */
export async function createSyncedRepository(input: SyncedInput): Promise<SyncedRepository> {
  const { name, options, env, client, metrics } = input;
  const { bare: repo } = parseAddress(options.repo ?? '');
  const root = await openRoot(options.root ?? '');
  const layout = layoutOf(root, options.link ?? defaultLink(repo));
  const files = statusFiles(root, options);
  await claimRoot(layout, { own: Object.values(files).filter((path) => path !== undefined), wipe: options.wipeRoot });
  const errorFile = files.error;
  const log =
    errorFile === undefined ? input.log : input.log.child({ onError: (error) => writeErrorFile(errorFile, error) });
  const hooks = new RepositoryHooks({ options, env, client, log: input.log, onRun: metrics.hook });
  const status: SyncStatus = { hash: undefined, lastSuccess: undefined, failure: undefined, unverified: undefined };
  const onVerified = () => {
    status.unverified = undefined;
    metrics.verification('success');
  };
  const syncer = await createSyncer(input, { repo, layout, log, hooks, onVerified });
  const loop = new SyncLoop({
    syncer,
    log,
    ref: options.ref,
    period: options.period,
    initPeriod: options.initPeriod,
    timeout: options.syncTimeout,
    maxFailures: options.maxFailures,
    initMaxFailures: options.initMaxFailures,
    oneTime: options.oneTime,
    turn: (work) => input.limit.run(work),
    onSuccess: async (result, seconds) => {
      const { tree, changed, first } = result;
      Object.assign(status, {
        hash: tree.hash,
        lastSuccess: performance.now(),
        failure: undefined,
        unverified: undefined,
      });
      if (changed || first) hooks.afterPublish(tree);
      noteSuccess(metrics, result, seconds);
      if ((changed || first) && files.touch !== undefined)
        await touch(files.touch).catch((error: unknown) => log.error(error, 'cannot touch --touch-file'));
      if (options.oneTime) await settleHooks(hooks);
      if (errorFile !== undefined) await removeErrorFile(errorFile);
    },
    onFailure: (error, seconds) => {
      status.failure = input.redactor.redact(messageOf(error));
      if (error instanceof UnverifiedError) {
        status.unverified = error.message;
        metrics.verification('error');
      }
      metrics.pass('error', seconds);
      log.error(error, 'error syncing repo, will retry');
    },
  });
  const abandon = (error: unknown) =>
    Object.assign(status, { lastSuccess: undefined, failure: input.redactor.redact(messageOf(error)) });
  return { name, ref: options.ref, status, loop, hooks, abandon, verifyReadiness: options.verifyReadiness };
}

/** @throws {PodkitError} ERR_ONE_TIME_HOOK, after which another pass would not help */
async function settleHooks(hooks: RepositoryHooks): Promise<void> {
  try {
    await hooks.settled();
  } catch (cause) {
    throw new PodkitError('ERR_ONE_TIME_HOOK', 'a hook of the one-time run failed', { cause });
  }
}

function statusFiles(root: string, { touchFile, errorFile }: Options) {
  return {
    touch: touchFile === undefined ? undefined : resolveIn(root, touchFile),
    error: errorFile === undefined ? undefined : resolveIn(root, errorFile),
  };
}

function noteSuccess(metrics: SyncMetrics, { tree, changed, first }: PassResult, seconds: number): void {
  metrics.pass(changed || first ? 'success' : 'noop', seconds);
  metrics.published(tree.hash, changed);
}

type Parts = { repo: string; layout: Layout; log: Log; hooks: RepositoryHooks; onVerified: () => void };

async function createSyncer(input: SyncedInput, { repo, layout, log, hooks, onVerified }: Parts): Promise<Syncer> {
  const { options, env, client, turn, directory, redactor, metrics, step } = input;
  const source = new CredentialSource(options, client, redactor, metrics);
  const store = new CredentialStore(directory);
  const lfs = lfsMode(options.lfs, env.PATH ?? '');
  const credentialUrls = source.urls();
  const git = await setUpGit({ options, env, turn, directory, repo, store, credentialUrls, lfs, log, step });
  const { ref, depth, filter } = options;
  const policy = signaturePolicy(options);
  return new Syncer({
    layout,
    ref,
    repository: new Repository({ layout, git, log, step, repo, ref, depth, filter }),
    publisher: publisherOf(options, layout, log, step),
    worktree: {
      layout,
      git,
      step,
      submodules: options.submodules,
      depth,
      sparseCheckoutFile: options.sparseCheckoutFile,
    },
    stale: new StaleWorktrees({
      layout,
      git,
      log,
      staleTimeout: options.staleWorktreeTimeout,
      gc: options.gitGc,
      lfs,
      onFailure: metrics.cleanupFailure,
    }),
    log,
    step,
    refreshCredentials: async (signal) => store.put(await source.read(signal)),
    verify: policy.commit || policy.tag ? verifier(git, layout.root, { ...policy, ref }, onVerified) : undefined,
    inspect: async (tree, signal) => {
      await warnOfPointers(lfs, tree, log);
      if (options.symlinks === 'reject') await rejectEscapingLinks(tree.path);
      await hooks.beforePublish(tree, signal);
    },
  });
}

function publisherOf(options: Options, layout: Layout, log: Log, step: Step): Publisher {
  if (options.publish === 'link')
    return new LinkPublisher({ link: layout.link, worktrees: layout.worktrees, log, step });
  const marker = new LinkPublisher({ link: copyMarker(layout), worktrees: layout.worktrees, log, step });
  return new CopyPublisher({ layout, marker, wipe: options.wipeRoot });
}

function verifier(git: Git, root: string, policy: SignaturePolicy & { ref: string }, onVerified: () => void) {
  return async (fetched: { hash: string; object: string }, signal: AbortSignal) => {
    await verifySignatures(git, root, policy, fetched, signal);
    onVerified();
  };
}

const nothing = () => undefined;

/** One that can't even be started, beside others that can: never ready, and over at once. */
export function brokenRepository(
  { name, options, redactor }: Pick<SyncedInput, 'name' | 'options' | 'redactor'>,
  error: unknown,
): SyncedRepository {
  const failure = redactor.redact(messageOf(error));
  return {
    name,
    ref: options.ref,
    status: { hash: undefined, lastSuccess: undefined, failure, unverified: undefined },
    loop: { run: () => Promise.reject(error), trigger: nothing, stop: nothing, cut: nothing },
    hooks: { stop: () => Promise.resolve() },
    abandon: nothing,
    verifyReadiness: options.verifyReadiness,
  };
}
