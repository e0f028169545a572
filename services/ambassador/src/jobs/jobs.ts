import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, PodkitError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import type { ConfiguredStores } from '../assembly/generation.ts';
import { isRequired, pingStore } from '../assembly/health.ts';
import type { FileConfig } from '../config/file-schema.ts';
import type { Engine } from '../routing/engine.ts';
import { shownKey } from '../store/key.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';

/** What a job works with; `waitTimeout` is in milliseconds. */
type JobContext = { file: FileConfig; engine: Engine<ConfiguredStores>; log: Logger; waitTimeout: number };

/** What `ambassador <job> <words>` does instead of serving. */
type Job = (context: JobContext, words: readonly string[]) => Promise<void>;

/** Create the tables of every PostgreSQL store. Waits for servers that are not up yet, if their store is required. */
const migrateJob: Job = async ({ file, log, waitTimeout }) => {
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
const waitJob: Job = async ({ engine, log, waitTimeout }) => {
  const required = engine.storeNames().filter((name) => isRequired(engine, name));
  const ping = (name: string) => retryUntil(waitTimeout, `store ${name}`, log, () => pingStore(engine, name));
  await Promise.all(required.map(ping));
  log.info('every required store answers');
};

/**
 * Write every value of a store again, so that it is encrypted with the first key. A value that changes meanwhile is
 * skipped: that write has already encrypted it with the first key. The job may be interrupted and run again.
 */
const reEncryptJob: Job = async ({ engine, log }, [name = '']) => {
  const store = engine.store(name);
  if (store === undefined) throw new PodkitError('ERR_JOB', `re-encrypt: no store is named ${JSON.stringify(name)}`);
  const counts = { written: 0, skipped: 0, unreadable: 0 };
  let cursor: string | undefined;
  do {
    const page = await store.list({ limit: 500, cursor });
    for (const key of page.keys) counts[await rewrite(store, key, log)] += 1;
    cursor = page.cursor;
  } while (cursor !== undefined);
  log.info({ store: name, ...counts }, 'values re-encrypted');
  if (counts.unreadable > 0)
    throw new PodkitError(
      'ERR_JOB',
      `re-encrypt: ${counts.unreadable} values cannot be decrypted; they were left as they are`,
    );
};

async function rewrite(store: Store, key: string, log: Logger): Promise<'written' | 'skipped' | 'unreadable'> {
  try {
    const entry = await store.get(key, { consistency: 'strong' });
    if (entry === undefined) return 'skipped';
    await store.set(key, entry.value, { ifMatch: entry.etag, ttl: 'keep' });
    return 'written';
  } catch (error) {
    const code = error instanceof StoreError ? error.code : undefined;
    // Changed meanwhile, or of another Redis type, such as a list.
    if (code === 'ERR_ETAG_MISMATCH' || code === 'ERR_WRONG_TYPE') return 'skipped';
    if (code !== 'ERR_CORRUPT') throw error;
    log.warn(`${shownKey(key)}: ${describeError(error)}`);
    return 'unreadable';
  }
}

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

const jobs: Record<string, Job> = { migrate: migrateJob, wait: waitJob, 're-encrypt': reEncryptJob };

/** What `ambassador <job>` does instead of serving; undefined where no job is asked for. */
export function selectJob(words: readonly string[]): ((context: JobContext) => Promise<void>) | undefined {
  const [name, ...rest] = words;
  if (name === undefined) return undefined;
  const job = Object.hasOwn(jobs, name) ? jobs[name] : undefined;
  if (job === undefined)
    throw new PodkitError('ERR_JOB', `${name}: no such command; there are ${Object.keys(jobs).join(', ')}`);
  return (context) => job(context, rest);
}
