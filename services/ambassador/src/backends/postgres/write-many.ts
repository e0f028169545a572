import { requireText, textToKey } from '../../store/key.ts';
import type { SetOperation, WriteOperation, WriteResult } from '../../store/store.ts';
import { asStoreError, type StoreError } from '../../store/store-error.ts';

type Row = { key: string; value: Buffer; ttl: number | undefined };

type Writers = {
  setAll: (rows: readonly Row[]) => Promise<{ key: string; etag: string }[]>;
  one: (operation: WriteOperation) => Promise<WriteResult>;
};

/**
 * Independent writes. Plain sets of different keys go in one statement; if one of them makes it fail, each is written
 * on its own.
 */
export async function writeMany(
  operations: readonly WriteOperation[],
  { setAll, one }: Writers,
): Promise<(WriteResult | StoreError)[]> {
  const keys = new Set(operations.map(({ key }) => key));
  if (operations.length > 1 && keys.size === operations.length && operations.every(isPlain)) {
    try {
      const rows = await setAll(operations.map(toRow));
      const etags = new Map(rows.map(({ key, etag }) => [textToKey(key), etag]));
      return operations.map(({ key }) => ({ etag: etags.get(key) ?? '' }));
    } catch (error) {
      const failure = asStoreError(error);
      if (failure.transient || failure.outcome === 'unknown') throw failure;
    }
  }
  const results: (WriteResult | StoreError)[] = [];
  for (const operation of operations) results.push(await one(operation).catch(asStoreError));
  return results;
}

function isPlain(operation: WriteOperation): operation is SetOperation & { ttl?: number } {
  if (operation.kind !== 'set' || operation.ttl === 'keep') return false;
  const { ifMatch, ifAbsent, ifPresent } = operation;
  return ifMatch === undefined && ifAbsent !== true && ifPresent !== true;
}

const toRow = ({ key, value, ttl }: SetOperation & { ttl?: number }): Row => ({ key: requireText(key), value, ttl });
