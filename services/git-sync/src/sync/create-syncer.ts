import type { Environment } from '@podkit/chassis/config/config';
import type { HttpClient } from '@podkit/chassis/http/client';
import type { Options } from '../config/schema.ts';
import { CredentialSource } from '../credentials/credential-source.ts';
import { CredentialStore } from '../credentials/credential-store.ts';
import { chooseLfs } from '../git/lfs.ts';
import { setUpGit } from '../git/setup.ts';
import { signaturePolicy } from '../git/signatures.ts';
import type { SpawnTurn } from '../git/spawn-turn.ts';
import type { RepositoryHooks } from '../hooks/repository-hooks.ts';
import type { Log } from '../log/log.ts';
import type { Redactor } from '../log/redactor.ts';
import type { SyncMetrics } from '../metrics/metrics.ts';
import { StaleWorktrees } from './cleanup.ts';
import { CopyPublisher, copyMarker } from './copy-publisher.ts';
import type { Layout } from './layout.ts';
import { LinkPublisher, type Publisher } from './link-publisher.ts';
import { Repository } from './repository.ts';
import { Syncer } from './syncer.ts';

export type SyncerInput = {
  options: Options;
  /** This process's environment, without secrets. */
  env: Environment;
  /** For credentials and webhooks; the caller closes it. */
  client: HttpClient;
  turn: SpawnTurn;
  /** A directory private to this repository. */
  directory: string;
  redactor: Redactor;
  metrics: SyncMetrics;
};

export type SyncerParts = {
  /** The address without secrets. */
  repo: string;
  layout: Layout;
  log: Log;
  hooks: RepositoryHooks;
  /** Called when a fetched commit has the required signatures. */
  onVerified: () => void;
};

/** Create what the passes of one repository need, by its settings. */
export async function createSyncer(input: SyncerInput, parts: SyncerParts): Promise<Syncer> {
  const { options, env, client, turn, directory, redactor, metrics } = input;
  const { repo, layout, log, hooks, onVerified } = parts;
  const source = new CredentialSource(options, client, redactor, metrics);
  const store = new CredentialStore(directory);
  const lfs = chooseLfs(options.lfs, env.PATH ?? '');
  const credentialUrls = source.urls();
  const git = await setUpGit({ options, env, turn, directory, repo, store, credentialUrls, lfs, log });
  const { ref, depth, filter, submodules, sparseCheckoutFile, symlinks } = options;
  const policy = signaturePolicy(options);
  return new Syncer({
    layout,
    ref,
    log,
    git,
    source,
    store,
    repository: new Repository({ layout, git, log, repo, ref, depth, filter }),
    publisher: createPublisher(input, parts),
    worktree: { layout, git, submodules, depth, sparseCheckoutFile, withLfs: lfs === 'on' },
    stale: new StaleWorktrees({
      layout,
      git,
      log,
      staleTimeout: options.staleWorktreeTimeout,
      gc: options.gitGc,
      lfs,
      onFailure: metrics.cleanupFailure,
    }),
    hooks,
    lfs,
    symlinks,
    policy: policy.commit || policy.tag ? policy : undefined,
    onVerified,
  });
}

function createPublisher({ options }: SyncerInput, { layout, log }: SyncerParts): Publisher {
  const { link, worktrees } = layout;
  if (options.publish === 'link') return new LinkPublisher({ link, worktrees, log });
  const marker = new LinkPublisher({ link: copyMarker(layout), worktrees, log });
  return new CopyPublisher({ layout, marker, wipe: options.wipeRoot });
}
