import { requireText, textToKey } from '../../store/key.ts';
import type { SetOperation, Store, WriteOperation, WriteResult } from '../../store/store.ts';
import { asStoreError, mismatch, type StoreError } from '../../store/store-error.ts';
import { applyTo, holds, isUnconditional } from '../../store/write.ts';
import type { Statement, Statements } from './statements.ts';

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Whether an etag has the form of this store's. PostgreSQL would refuse another one as a syntax error. */
export const isEtag = (etag: string | undefined): boolean => etag === undefined || uuid.test(etag);

/** Runs a statement, on any connection or on the one of a transaction, and returns its rows. */
export type RunStatement = <Row extends object>(statement: Statement) => Promise<Row[]>;

/** The writes of one key. */
export const createWriter = (sql: Statements, run: RunStatement): Pick<Store, 'set' | 'delete'> => ({
  set: async (key, value, options = {}) => {
    if (!isEtag(options.ifMatch)) throw mismatch(key);
    const [row] = await run<{ etag: string }>(sql.set(requireText(key), value, options, options.ttl));
    if (row === undefined) throw mismatch(key);
    return row.etag;
  },
  delete: async (key, options = {}) => {
    if (!isEtag(options.ifMatch)) throw mismatch(key);
    const rows = await run<{ live: boolean }>(sql.delete(requireText(key), options.ifMatch));
    const existed = rows.some(({ live }) => live);
    if (!existed && !holds(options, undefined)) throw mismatch(key);
    return existed;
  },
});

/**
 * Independent writes. Plain sets of different keys go in one statement; if one of them makes it fail, each is written
 * on its own.
 */
export async function runWrites(
  operations: readonly WriteOperation[],
  sql: Statements,
  run: RunStatement,
): Promise<(WriteResult | StoreError)[]> {
  const keys = new Set(operations.map(({ key }) => key));
  if (operations.length > 1 && keys.size === operations.length && operations.every(isPlainSet)) {
    try {
      const rows = await run<{ key: string; etag: string }>(sql.setMany(operations.map(toRow)));
      const etags = new Map(rows.map(({ key, etag }) => [textToKey(key), etag]));
      return operations.map(({ key }) => ({ etag: etags.get(key) ?? '' }));
    } catch (error) {
      const failure = asStoreError(error);
      if (failure.transient || failure.outcome === 'unknown') throw failure;
    }
  }
  const writer = createWriter(sql, run);
  const results: (WriteResult | StoreError)[] = [];
  for (const operation of operations) results.push(await applyTo(writer, operation).catch(asStoreError));
  return results;
}

function isPlainSet(operation: WriteOperation): operation is SetOperation & { ttl?: number } {
  return operation.kind === 'set' && operation.ttl !== 'keep' && isUnconditional(operation);
}

const toRow = ({ key, value, ttl }: SetOperation & { ttl?: number }) => ({ key: requireText(key), value, ttl });
