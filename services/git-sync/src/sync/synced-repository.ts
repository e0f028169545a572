import type { Options } from '../config/schema.ts';
import { parseAddress } from '../credentials/address.ts';
import { UnverifiedError } from '../git/signatures.ts';
import { RepositoryHooks } from '../hooks/repository-hooks.ts';
import type { Log } from '../log/log.ts';
import type { Limit } from '../process/limit.ts';
import { createSyncer, type SyncerInput } from './create-syncer.ts';
import { createLayout, defaultLink, resolveIn } from './layout.ts';
import { claimRoot, openRoot } from './root.ts';
import { removeErrorFile, touch, writeErrorFile } from './status-files.ts';
import { SyncLoop } from './sync-loop.ts';
import { SyncStatus } from './sync-status.ts';

export type SyncedInput = SyncerInput & {
  name: string;
  log: Log;
  /** The limit of passes at once, shared by all repositories. */
  limit: Limit;
};

export type SyncedRepository = {
  name: string;
  ref: string;
  status: Pick<SyncStatus, 'lastSuccess' | 'failure' | 'unverified'>;
  loop: Pick<SyncLoop, 'run' | 'trigger' | 'stop' | 'cut'>;
  hooks: Pick<RepositoryHooks, 'stop'>;
  /** Makes it not ready for this reason, since it has no further pass. */
  abandon: (error: unknown) => void;
  verifyReadiness: 'keep' | 'fail';
};

/**
 * Claim the root of one repository, and create all that its passes need.
 *
 * @throws {PodkitError} when the root can't be used
 */
export async function createSyncedRepository(input: SyncedInput): Promise<SyncedRepository> {
  const { name, options, env, client, metrics } = input;
  const { bare: repo } = parseAddress(options.repo ?? '');
  const root = await openRoot(options.root ?? '');
  const layout = createLayout(root, options.link ?? defaultLink(repo));
  const files = resolveStatusFiles(root, options);
  await claimRoot(layout, { own: Object.values(files).filter((path) => path !== undefined), wipe: options.wipeRoot });
  const errorFile = files.error;
  const log =
    errorFile === undefined ? input.log : input.log.child({ onError: (error) => writeErrorFile(errorFile, error) });
  const hooks = new RepositoryHooks({ options, env, client, log: input.log, onRun: metrics.hook });
  const status = new SyncStatus(input.redactor);
  const onVerified = () => {
    status.verified();
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
    limit: input.limit,
    onSuccess: async ({ tree, changed, first }, seconds) => {
      const isNew = changed || first;
      status.succeeded();
      if (isNew) hooks.afterPublish(tree);
      metrics.pass(isNew ? 'success' : 'noop', seconds);
      metrics.published(tree.hash, changed);
      if (isNew && files.touch !== undefined)
        await touch(files.touch).catch((error: unknown) => log.error(error, 'cannot touch --touch-file'));
      if (options.oneTime) await hooks.settled();
      if (errorFile !== undefined) await removeErrorFile(errorFile);
    },
    onFailure: (error, seconds) => {
      status.failed(error);
      if (error instanceof UnverifiedError) metrics.verification('error');
      metrics.pass('error', seconds);
      log.error(error, 'error syncing repo, will retry');
    },
  });
  const abandon = (error: unknown) => status.abandoned(error);
  return { name, ref: options.ref, status, loop, hooks, abandon, verifyReadiness: options.verifyReadiness };
}

function resolveStatusFiles(root: string, { touchFile, errorFile }: Options) {
  return {
    touch: touchFile === undefined ? undefined : resolveIn(root, touchFile),
    error: errorFile === undefined ? undefined : resolveIn(root, errorFile),
  };
}

const doNothing = () => undefined;

/** A repository that could not be created, beside others that could: it is never ready, and its loop fails at once. */
export function brokenRepository(
  { name, options, redactor }: Pick<SyncedInput, 'name' | 'options' | 'redactor'>,
  error: unknown,
): SyncedRepository {
  const status = new SyncStatus(redactor);
  status.abandoned(error);
  return {
    name,
    ref: options.ref,
    status,
    loop: { run: () => Promise.reject(error), trigger: doNothing, stop: doNothing, cut: doNothing },
    hooks: { stop: () => Promise.resolve() },
    abandon: doNothing,
    verifyReadiness: options.verifyReadiness,
  };
}
