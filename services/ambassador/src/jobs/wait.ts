import { isRequired } from '../assembly/health.ts';
import type { Job } from './job.ts';
import { retryUntil } from './retry-until.ts';

/** Wait until every required store answers. */
export const wait: Job = async ({ engine, log, waitTimeout }) => {
  const ping = async (name: string) =>
    retryUntil(waitTimeout, `store ${name}`, log, async () => engine.store(name)?.ping(AbortSignal.timeout(5000)));
  await Promise.all(
    engine
      .storeNames()
      .filter((name) => isRequired(engine, name))
      .map(ping),
  );
  log.info('every required store answers');
};
