import type { Condition, Entry, Store, WriteOperation, WriteResult } from './store.ts';

/** Whether a write under this condition may happen over an entry with this etag (undefined: there is none). */
export function holds({ ifMatch, ifAbsent, ifPresent }: Condition, etag: string | undefined): boolean {
  if (ifPresent === true && etag === undefined) return false;
  if (ifMatch === undefined && ifAbsent !== true) return true;
  return etag === undefined ? ifAbsent === true : etag === ifMatch;
}

/** Milliseconds that an entry still lives; undefined where it does not expire. */
export const remainingTtl = (entry: Entry | undefined): number | undefined =>
  entry?.expiresAt === undefined ? undefined : Math.max(1, entry.expiresAt - Date.now());

/** Do one write of a list, by the method of the store that is for it. */
export const applyTo = async (store: Pick<Store, 'set' | 'delete'>, operation: WriteOperation): Promise<WriteResult> =>
  operation.kind === 'delete'
    ? { deleted: await store.delete(operation.key, operation) }
    : { etag: await store.set(operation.key, operation.value, operation) };
