import { PodkitError } from '@podkit/chassis/errors';
import type { Health } from '@podkit/chassis/http/health';
import type { SyncedRepository } from '../sync/synced-repository.ts';

export type ReadinessRules = {
  /** Milliseconds after which the last success is too old; 0 for never. */
  staleAfter: number;
};

type Readable = Pick<SyncedRepository, 'name' | 'status' | 'verifyReadiness'>;

/**
 * Why readiness fails, in upstream's words, or undefined when it passes: every repository had a success in this
 * process, the last one is not too old, and with `--verify-readiness=fail` the remote has nothing unverified.
 */
export function notReadyReason(repositories: readonly Readable[], rules: ReadinessRules): string | undefined {
  for (const repository of repositories) {
    const reason = unsyncedReason(repository, rules) ?? unverifiedReason(repository);
    if (reason !== undefined) return `repo is not ready\n${reason === '' ? '' : `${reason}\n`}`;
  }
  return undefined;
}

/** The same for the repository of this name; undefined when there is none. */
export function findReadiness(
  name: string,
  repositories: readonly Readable[],
  rules: ReadinessRules,
): { reason: string | undefined } | undefined {
  const named = repositories.filter((repository) => repository.name === name);
  return named.length === 0 ? undefined : { reason: notReadyReason(named, rules) };
}

/** Add two checks per repository to /readyz. Together they give the same result as `/`. */
export function addReadinessChecks(health: Health, repositories: readonly Readable[], rules: ReadinessRules): void {
  for (const repository of repositories) {
    health.add('readyz', `synced-${repository.name}`, () => {
      const reason = unsyncedReason(repository, rules);
      if (reason !== undefined)
        throw new PodkitError('ERR_NOT_SYNCED', reason === '' ? 'no successful sync yet' : reason);
    });
    const verified = () => {
      const { unverified } = repository.status;
      if (unverified !== undefined) throw new PodkitError('ERR_UNVERIFIED', unverified);
    };
    health.add('readyz', `verified-${repository.name}`, verified, {
      required: repository.verifyReadiness === 'fail',
    });
  }
}

function unsyncedReason({ status }: Readable, { staleAfter }: ReadinessRules): string | undefined {
  if (status.lastSuccess === undefined) return status.failure ?? '';
  const age = performance.now() - status.lastSuccess;
  if (staleAfter === 0 || age <= staleAfter) return undefined;
  return `the last success is ${Math.round(age / 1000)} s old${status.failure === undefined ? '' : `: ${status.failure}`}`;
}

function unverifiedReason({ status, verifyReadiness }: Readable): string | undefined {
  return verifyReadiness === 'fail' ? status.unverified : undefined;
}
