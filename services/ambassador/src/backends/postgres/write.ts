import { requireText } from '../../store/key.ts';
import type { Store } from '../../store/store.ts';
import { mismatch } from '../../store/store-error.ts';
import { holds } from '../../store/write.ts';
import type { Statement, Statements } from './statements.ts';

const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Whether an etag may be one of this store's at all; the server would call another a syntax error. */
export const isEtag = (etag: string | undefined): boolean => etag === undefined || uuid.test(etag);

/** Runs a statement, on any connection or on the one of a transaction, and returns its rows. */
export type Run = <Row extends object>(statement: Statement) => Promise<Row[]>;

/** The writes of one key. */
export const createWriter = (sql: Statements, run: Run): Pick<Store, 'set' | 'delete'> => ({
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
