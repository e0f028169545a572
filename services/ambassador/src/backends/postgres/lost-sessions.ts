import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryResultRow } from 'pg';
import { StoreError } from '../../store/store-error.ts';

/** Runs a statement on one connection, which is held for as long as the work takes, and returns its rows. */
export type RunSql = <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

const statement = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE application_name = ANY($1) AND usename = current_user`;

/**
 * Sessions whose last statement the server never answered. It may still run there, wait for a lock, or be on its way. If it
 * were executed later, it would overwrite newer writes, so no new statement is sent before the server has ended these
 * sessions.
 */
export class LostSessions {
  readonly #names = new Set<string>();
  readonly #timeout: number;

  /** @param timeout milliseconds to wait for their end */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  add(applicationName: string): void {
    this.#names.add(applicationName);
  }

  /** @throws {StoreError} ERR_UNAVAILABLE while the server has not ended them */
  async end(run: RunSql): Promise<void> {
    if (this.#names.size === 0) return;
    const names = [...this.#names];
    const deadline = performance.now() + this.#timeout;
    while ((await run(statement, [names])).length > 0) {
      if (performance.now() > deadline)
        throw new StoreError('ERR_UNAVAILABLE', 'PostgreSQL has not ended a statement that was given up');
      await sleep(20);
    }
    for (const name of names) this.#names.delete(name);
  }
}
