import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, PodkitError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import { isRequired } from '../assembly/health.ts';
import type { Job, JobContext } from './job.ts';
import { reEncrypt } from './re-encrypt.ts';

/** Create the tables of every PostgreSQL store. Waits for servers that are not up yet, if their store is required. */
const migrate: Job = async ({ file, log, waitTimeout }) => {
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

/** Wait until every required store answers. */
const wait: Job = async ({ engine, log, waitTimeout }) => {
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

/**
 * Repeat `work` until it succeeds, for up to `timeout` milliseconds.
 *
 * @throws {PodkitError} ERR_JOB when the time is over
 */
async function retryUntil<T>(timeout: number, what: string, log: Logger, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    try {
      return await work();
    } catch (cause) {
      if (Date.now() >= deadline) throw new PodkitError('ERR_JOB', `${what} did not answer in time`, { cause });
      log.info(`waiting for ${what}: ${describeError(cause)}`);
    }
    await sleep(500);
  }
}

const jobs: Record<string, Job> = { migrate, wait, 're-encrypt': reEncrypt };

/** What `ambassador <job>` does instead of serving; undefined where no job is asked for. */
export function selectJob(words: readonly string[]): ((context: JobContext) => Promise<void>) | undefined {
  const [name, ...rest] = words;
  if (name === undefined) return undefined;
  const job = Object.hasOwn(jobs, name) ? jobs[name] : undefined;
  if (job === undefined)
    throw new PodkitError('ERR_JOB', `${name}: no such command; there are ${Object.keys(jobs).join(', ')}`);
  return (context) => job(context, rest);
}
