import type { Store, WriteOperation, WriteResult } from './store.ts';

/** Do one write of a list, by the method of the store that is for it. */
export const applyTo = async (store: Pick<Store, 'set' | 'delete'>, operation: WriteOperation): Promise<WriteResult> =>
  operation.kind === 'delete'
    ? { deleted: await store.delete(operation.key, operation) }
    : { etag: await store.set(operation.key, operation.value, operation) };
