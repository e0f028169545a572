import { keyToText, notText, requireText, textToKey } from '../../store/key.ts';
import type { Capability, Key, Store, StoreInfo, WriteResult } from '../../store/store.ts';
import { asStoreError, badCursor, mismatch, StoreError } from '../../store/store-error.ts';
import { applyTo } from '../../store/write.ts';
import { isRepeatable } from './errors.ts';
import type { RunSql } from './lost-sessions.ts';
import { jsonFunction, migrate, stateTable, type Tables } from './migrate.ts';
import type { PostgresPool } from './pool.ts';
import { queryPage } from './query-page.ts';
import { type Row, rowToEntry, type Statement, Statements } from './statements.ts';
import { createWriter, isEtag, runWrites } from './write.ts';

const capabilities = new Set<Capability>(['etag', 'transactions', 'ttl', 'query']);

/** Maximum length of a key in bytes. It fits into the index (2704 bytes with its headers) even if it does not compress. */
const maxKeyLength = 2600;

export type PostgresStoreOptions = { name: string; pool: PostgresPool; tables: Tables; autoMigrate: boolean };

/** Entries in a table as Dapr's PostgreSQL v2 component lays it out: https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-postgresql-v2/ */
export class PostgresStore implements Store {
  readonly info: StoreInfo;
  readonly set: Store['set'];
  readonly delete: Store['delete'];
  readonly #pool: PostgresPool;
  readonly #tables: Tables;
  readonly #sql: Statements;
  readonly #autoMigrate: boolean;
  #prepared: Promise<void> | undefined;

  constructor({ name, pool, tables, autoMigrate }: PostgresStoreOptions) {
    this.info = { name, kind: 'postgresql', capabilities };
    this.#pool = pool;
    this.#tables = tables;
    this.#sql = new Statements(stateTable(tables));
    ({ set: this.set, delete: this.delete } = createWriter(this.#sql, (statement) => this.#run(statement)));
    this.#autoMigrate = autoMigrate;
  }

  get: Store['get'] = async (key) => {
    const [row] = await this.#run<Row>(this.#sql.get(requireText(key)));
    return row && rowToEntry(row);
  };

  getMany: Store['getMany'] = async (keys) => {
    const texts = keys.map((key) => keyToText(key) ?? '\0');
    const rows = await this.#run<Row>(this.#sql.getMany(texts.filter((text) => !text.includes('\0'))));
    const found = new Map(rows.map((row) => [row.key, rowToEntry(row)]));
    return texts.map((text) => (text.includes('\0') ? notText() : found.get(text)));
  };

  writeMany: Store['writeMany'] = (operations) => runWrites(operations, this.#sql, (statement) => this.#run(statement));

  transact: Store['transact'] = async (operations) => {
    await this.prepare();
    const work = async (run: RunSql) => {
      const writer = createWriter(this.#sql, ({ text, values }) => run(text, values));
      const results: WriteResult[] = [];
      for (const operation of operations) results.push(await applyTo(writer, operation));
      return results;
    };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#pool.transaction(work);
      } catch (error) {
        if (attempt === 5 || !isRepeatable(error)) throw error;
      }
    }
  };

  increment: Store['increment'] = async (key, by) => {
    const rows = await this.#run<{ sum: string }>(this.#sql.increment(requireText(key), by)).catch((error: unknown) => {
      const { cause } = asStoreError(error);
      // 22003: numeric value out of range
      if (cause instanceof Error && 'code' in cause && cause.code === '22003') return [];
      throw error;
    });
    if (rows[0] === undefined)
      throw new StoreError('ERR_NOT_INTEGER', 'the value is not an integer or the sum is out of range');
    return BigInt(rows[0].sum);
  };

  touch: Store['touch'] = async (key, expiresAt, condition = {}) => {
    if (!isEtag(condition.ifMatch)) throw mismatch(key);
    const rows = await this.#run(this.#sql.touch(requireText(key), expiresAt, condition.ifMatch));
    if (rows.length === 0 && condition.ifMatch !== undefined) throw mismatch(key);
    return rows.length > 0;
  };

  list: Store['list'] = async ({ prefix = '', limit, cursor }) => {
    const after = cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString();
    if (after === '' || after?.includes('\0')) throw badCursor();
    const rows = await this.#run<{ key: string }>(this.#sql.list(requireText(prefix), after, limit));
    const keys = rows.map(({ key }) => textToKey(key));
    const last = rows.at(-1)?.key;
    if (last === undefined || rows.length < limit) return { keys };
    return { keys, cursor: Buffer.from(last).toString('base64url') };
  };

  count: Store['count'] = async (prefix) => {
    const [row] = await this.#run<{ count: string }>(this.#sql.count(requireText(prefix)));
    return Number(row?.count);
  };

  query: Store['query'] = async (query) => {
    const target = { table: stateTable(this.#tables), toJson: jsonFunction(this.#tables) };
    const asked = { ...query, prefix: requireText(query.prefix ?? '') };
    return queryPage(target, asked, (statement) => this.#run(statement));
  };

  checkKey(key: Key): void {
    requireText(key);
    if (key.length > maxKeyLength)
      throw new StoreError(
        'ERR_TOO_LARGE',
        `a key of ${key.length} bytes may not fit into the index; the maximum is ${maxKeyLength}`,
      );
  }

  ping: Store['ping'] = async () => {
    await this.prepare();
    await this.#pool.ping();
  };

  /** Create the tables. Returns whether they were missing. */
  migrate(): Promise<boolean> {
    return migrate(this.#pool, this.#tables);
  }

  /** Delete expired rows. */
  async deleteExpired(): Promise<void> {
    await this.#run(this.#sql.deleteExpired());
  }

  close: Store['close'] = () => this.#pool.close();

  async #run<R extends object>({ text, values }: Statement): Promise<R[]> {
    await this.prepare();
    return this.#pool.query<R>(text, values);
  }

  /** Create the tables before the first statement, or, if that failed, before the next one. */
  prepare(): Promise<void> | undefined {
    if (!this.#autoMigrate) return undefined;
    this.#prepared ??= this.migrate().then(
      () => undefined,
      (error: unknown) => {
        this.#prepared = undefined;
        throw error;
      },
    );
    return this.#prepared;
  }
}
