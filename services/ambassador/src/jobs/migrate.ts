import { describeError } from '@podkit/chassis/errors';
import type { Job } from './job.ts';
import { retryUntil } from './retry-until.ts';

/** Create the tables of every PostgreSQL store. Waits for servers that are not up yet, if their store is required. */
export const migrate: Job = async ({ file, log, waitTimeout }) => {
  for (const [name, spec] of Object.entries(file.stores)) {
    if (spec.driver !== 'postgresql') continue;
    const { openPrimary } = await import('../backends/postgres/open.ts');
    const store = openPrimary(name, spec);
    try {
      const made = await retryUntil(spec.required ? waitTimeout : 0, `store ${name}`, log, () => store.migrate());
      log.info({ store: name }, made ? 'tables created' : 'tables already exist');
    } catch (error) {
      if (spec.required) throw error;
      log.warn({ store: name }, `cannot create tables: ${describeError(error)}`);
    } finally {
      await store.close();
    }
  }
};
