import { keyOfText, requireText } from '../../engine/key.ts';
import type { WriteOperation, WriteResult } from '../../engine/store.ts';
import { asStoreError, type StoreError } from '../../engine/store-error.ts';

type Row = { key: string; value: Buffer; ttl: number | undefined };

type Writers = {
  setAll: (rows: readonly Row[]) => Promise<{ key: string; etag: string }[]>;
  one: (operation: WriteOperation) => Promise<WriteResult>;
};

/** Independent writes, with those that are plain sets of different keys in one statement. */
export async function writeMany(
  operations: readonly WriteOperation[],
  { setAll, one }: Writers,
): Promise<(WriteResult | StoreError)[]> {
  const keys = new Set(operations.map(({ key }) => key));
  const plain = operations.map(plainRow).filter((row) => row !== undefined);
  if (operations.length > 1 && keys.size === operations.length && plain.length === operations.length) {
    const rows = await setAll(plain);
    const etags = new Map(rows.map(({ key, etag }) => [keyOfText(key), etag]));
    return operations.map(({ key }) => ({ etag: etags.get(key) ?? '' }));
  }
  const results: (WriteResult | StoreError)[] = [];
  for (const operation of operations) results.push(await one(operation).catch(asStoreError));
  return results;
}

function plainRow(operation: WriteOperation): Row | undefined {
  if (operation.kind !== 'set' || operation.ttl === 'keep') return undefined;
  const { key, value, ttl, ifMatch, ifAbsent, ifPresent } = operation;
  const conditional = ifMatch !== undefined || ifAbsent === true || ifPresent === true;
  return conditional ? undefined : { key: requireText(key), value, ttl };
}
