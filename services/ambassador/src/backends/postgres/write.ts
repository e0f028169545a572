import { holds } from '../../store/condition.ts';
import { requireText } from '../../store/key.ts';
import type { Condition, Key, WriteOperation, WriteResult } from '../../store/store.ts';
import { mismatch } from '../../store/store-error.ts';
import type { Session } from './session.ts';
import type { Statements } from './statements.ts';

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Whether an etag may be one of this store's at all; the server would call another a syntax error. */
export const isEtag = (etag: string | undefined): boolean => etag === undefined || uuid.test(etag);

/** What a DELETE did, by the rows that it returned. */
export function deleted(key: Key, condition: Condition, rows: readonly object[]): boolean {
  const alive = rows.some((row) => 'live' in row && row.live === true);
  if (!alive && !holds(condition, undefined)) throw mismatch(key);
  return alive;
}

/** One operation of a transaction. */
export async function applyOperation(
  session: Session,
  sql: Statements,
  operation: WriteOperation,
): Promise<WriteResult> {
  const key = requireText(operation.key);
  if (!isEtag(operation.ifMatch)) throw mismatch(operation.key);
  if (operation.kind === 'delete') {
    const { text, values } = sql.delete(key, operation.ifMatch);
    return { deleted: deleted(operation.key, operation, (await session(text, values)).rows) };
  }
  const { text, values } = sql.set(key, operation.value, operation, operation.ttl);
  const [row] = (await session<{ etag: string }>(text, values)).rows;
  if (row === undefined) throw mismatch(operation.key);
  return { etag: row.etag };
}
