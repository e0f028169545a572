import type { Condition, Entry, Key, SetOptions, Store, WriteOperation, WriteResult } from './store.ts';
import { asStoreError, StoreError } from './store-error.ts';

/** Whether a write under this condition may happen over an entry with this etag (undefined: there is none). */
export function holds({ ifMatch, ifAbsent, ifPresent }: Condition, etag: string | undefined): boolean {
  if (ifPresent === true && etag === undefined) return false;
  if (ifMatch === undefined && ifAbsent !== true) return true;
  return etag === undefined ? ifAbsent === true : etag === ifMatch;
}

/** Whether a write under this condition may always happen. */
export const isUnconditional = ({ ifMatch, ifAbsent, ifPresent }: Condition): boolean =>
  ifMatch === undefined && ifAbsent !== true && ifPresent !== true;

/** Milliseconds that an entry still lives; undefined where it does not expire. */
export const remainingTtl = (entry: Entry | undefined): number | undefined =>
  entry?.expiresAt === undefined ? undefined : Math.max(1, entry.expiresAt - Date.now());

/** Do one write of a list, by the method of the store that is for it. */
export const applyTo = async (store: Pick<Store, 'set' | 'delete'>, operation: WriteOperation): Promise<WriteResult> =>
  operation.kind === 'delete'
    ? { deleted: await store.delete(operation.key, operation) }
    : { etag: await store.set(operation.key, operation.value, operation) };

/** Independent writes, begun in their order: each fails or succeeds on its own. */
export const applyEach = (
  store: Pick<Store, 'set' | 'delete'>,
  operations: readonly WriteOperation[],
): Promise<(WriteResult | StoreError)[]> =>
  Promise.all(operations.map((operation) => applyTo(store, operation).catch(asStoreError)));

/** What an update does to an entry: another value (with its expiry), another expiry, nothing, or deletion. */
export type Change = { value: Buffer; ttl?: SetOptions['ttl'] } | { expiresAt: number } | 'keep' | 'delete';

/** Attempts before an update gives up; each lost one means that another writer made progress. */
const rounds = 100;

/**
 * Read, decide, and write only if nothing changed meanwhile; otherwise repeat. Returns the entry that `decide` saw
 * last. `decide` may throw, and may run several times.
 *
 * @throws {StoreError} ERR_BUSY when others kept changing the entry
 */
export async function updateEntry(
  store: Store,
  key: Key,
  decide: (entry: Entry | undefined) => Change,
): Promise<Entry | undefined> {
  for (let round = 0; round < rounds; round += 1) {
    const entry = await store.get(key, { consistency: 'strong' });
    const change = decide(entry);
    if (change === 'keep' || (change === 'delete' && entry === undefined)) return entry;
    const condition = entry === undefined ? { ifAbsent: true } : { ifMatch: entry.etag };
    try {
      if (change === 'delete') await store.delete(key, condition);
      else if ('expiresAt' in change) await store.touch(key, change.expiresAt, condition);
      else await store.set(key, change.value, { ...condition, ttl: change.ttl });
      return entry;
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'ERR_ETAG_MISMATCH')) throw error;
    }
  }
  throw new StoreError('ERR_BUSY', 'the entry keeps changing under the update');
}
