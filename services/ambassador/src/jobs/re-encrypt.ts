import { describeError, PodkitError } from '@podkit/chassis/errors';
import type { Logger } from '@podkit/chassis/log/logger';
import { shownKey } from '../store/key.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import type { Job } from './job.ts';

/**
 * Write every value of a store again, so that it is sealed with the first of its keys. A value that changes meanwhile
 * is skipped: the write that changed it has sealed it with that key already. It may be interrupted and run again.
 */
export const reEncrypt: Job = async ({ engine, log }, [name = '']) => {
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
    // Changed meanwhile; or a list or the like, which is not ours.
    if (code === 'ERR_ETAG_MISMATCH' || code === 'ERR_WRONG_TYPE') return 'skipped';
    if (code !== 'ERR_CORRUPT') throw error;
    log.warn(`${shownKey(key)}: ${describeError(error)}`);
    return 'unreadable';
  }
}
