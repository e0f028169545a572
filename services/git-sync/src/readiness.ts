import type { Health } from '@podkit/chassis/health';
import type { SyncedRepository } from './synced-repository.ts';

/**
 * Why readiness fails, in upstream's words, or undefined when it passes: every repository had a success in this
 * process and, with `staleAfter` (milliseconds, 0 for never), the last one is not too old.
 */
export function notReadyReason(repositories: readonly SyncedRepository[], staleAfter: number): string | undefined {
  for (const repository of repositories) {
    const reason = reasonOf(repository, staleAfter);
    if (reason !== undefined) return `repo is not ready\n${reason === '' ? '' : `${reason}\n`}`;
  }
  return undefined;
}

/** One check per repository behind /readyz, which says what `/` says, with the reason. */
export function addReadinessChecks(
  health: Health,
  repositories: readonly SyncedRepository[],
  staleAfter: number,
): void {
  for (const repository of repositories)
    health.add('readyz', `synced-${repository.name}`, () => {
      const reason = reasonOf(repository, staleAfter);
      if (reason !== undefined) throw new Error(reason === '' ? 'no successful sync yet' : reason);
    });
}

function reasonOf({ status }: SyncedRepository, staleAfter: number): string | undefined {
  if (status.lastSuccess === undefined) return status.failure ?? '';
  const age = performance.now() - status.lastSuccess;
  if (staleAfter === 0 || age <= staleAfter) return undefined;
  return `the last success is ${Math.round(age / 1000)} s old${status.failure === undefined ? '' : `: ${status.failure}`}`;
}
