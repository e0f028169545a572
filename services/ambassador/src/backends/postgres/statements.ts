import type { Condition, Entry } from '../../store/store.ts';

/** One statement with its parameters. */
export type Statement = { text: string; values: unknown[] };

/** A row that has not expired. */
export const isLive = '(t.expires_at IS NULL OR t.expires_at >= now())';

/** Keys by their bytes, whatever the collation of the database: the order of the index for prefixes. */
export const byteOrder = '(t.key COLLATE "C")';

export const entryColumns = `t.value, t.etag::text AS etag, (extract(epoch FROM t.expires_at) * 1000)::float8 AS expires`;

/** A row of the state table, as `entryColumns` and the key select it. */
export type Row = { key: string; value: Buffer; etag: string; expires: number | null };

export const rowToEntry = ({ value, etag, expires }: Row): Entry => ({ value, etag, expiresAt: expires ?? undefined });

const isInteger = `encode(t.value, 'escape') ~ '^(0|-?[1-9][0-9]{0,18})$'`;

/**
 * The SQL of the store over one table with the columns of Dapr's PostgreSQL v2 component. Times are the server's.
 * `table` is quoted already.
 */
export class Statements {
  readonly #table: string;

  constructor(table: string) {
    this.#table = table;
  }

  get = (key: string): Statement => ({
    text: `SELECT ${entryColumns} FROM ${this.#table} t WHERE t.key = $1 AND ${isLive}`,
    values: [key],
  });

  getMany = (keys: readonly string[]): Statement => ({
    text: `SELECT t.key, ${entryColumns} FROM ${this.#table} t WHERE t.key = ANY($1) AND ${isLive}`,
    values: [keys],
  });

  /** Returns the new etag, or no row when the condition does not hold. */
  set(key: string, value: Buffer, condition: Condition, ttl: number | 'keep' | undefined): Statement {
    const { ifMatch, ifAbsent, ifPresent } = condition;
    const fresh = `now() + $3::float8 * interval '1 millisecond'`;
    const expiry = ttl === 'keep' ? `CASE WHEN ${isLive} THEN t.expires_at END` : fresh;
    const changes = `value = $2, etag = gen_random_uuid(), updated_at = now(), expires_at = ${expiry}`;
    const values = [key, value, typeof ttl === 'number' ? ttl : null, ...(ifMatch === undefined ? [] : [ifMatch])];
    const match = (joint: string) => (ifMatch === undefined ? '' : ` ${joint} t.etag = $4::uuid`);
    if (ifPresent === true || (ifMatch !== undefined && ifAbsent !== true))
      // The third parameter has to appear, or its type is unknown.
      return {
        text: `UPDATE ${this.#table} t SET ${changes} WHERE t.key = $1 AND ${isLive}${match('AND')} AND ($3::float8 IS NULL OR true) RETURNING t.etag::text AS etag`,
        values,
      };
    const where = ifAbsent === true ? `WHERE NOT ${isLive}${match('OR')}` : '';
    return {
      text: `INSERT INTO ${this.#table} AS t (key, value, etag, expires_at) VALUES ($1, $2, gen_random_uuid(), ${fresh})
        ON CONFLICT (key) DO UPDATE SET ${changes} ${where} RETURNING t.etag::text AS etag`,
      values,
    };
  }

  /** Many unconditional sets of different keys, at once. */
  setMany(rows: readonly { key: string; value: Buffer; ttl: number | undefined }[]): Statement {
    return {
      text: `INSERT INTO ${this.#table} AS t (key, value, etag, expires_at)
        SELECT key, value, gen_random_uuid(), now() + ttl * interval '1 millisecond'
        FROM unnest($1::text[], $2::bytea[], $3::float8[]) AS given (key, value, ttl) ORDER BY key
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, etag = excluded.etag, updated_at = now(), expires_at = excluded.expires_at
        RETURNING t.key, t.etag::text AS etag`,
      values: [rows.map(({ key }) => key), rows.map(({ value }) => value), rows.map(({ ttl }) => ttl ?? null)],
    };
  }

  /** Returns whether each row deleted was alive; no row when there was none or the condition does not hold. */
  delete(key: string, ifMatch: string | undefined): Statement {
    const match = ifMatch === undefined ? '' : ` AND t.etag = $2::uuid AND ${isLive}`;
    return {
      text: `DELETE FROM ${this.#table} t WHERE t.key = $1${match} RETURNING ${isLive} AS live`,
      values: ifMatch === undefined ? [key] : [key, ifMatch],
    };
  }

  /** Returns the sum as text, or no row when the value is not an integer. */
  increment = (key: string, by: bigint): Statement => ({
    text: `INSERT INTO ${this.#table} AS t (key, value, etag) VALUES ($1, convert_to($2::bigint::text, 'UTF8'), gen_random_uuid())
      ON CONFLICT (key) DO UPDATE SET
        value = convert_to((CASE WHEN ${isLive} THEN encode(t.value, 'escape')::bigint ELSE 0 END + $2::bigint)::text, 'UTF8'),
        etag = gen_random_uuid(), updated_at = now(), expires_at = CASE WHEN ${isLive} THEN t.expires_at END
      WHERE NOT ${isLive} OR ${isInteger} RETURNING encode(t.value, 'escape') AS sum`,
    values: [key, String(by)],
  });

  /** Returns a row when the expiry was changed. */
  touch(key: string, expiresAt: number | null, ifMatch: string | undefined): Statement {
    return {
      text: `UPDATE ${this.#table} t SET expires_at = to_timestamp($2::float8 / 1000), etag = gen_random_uuid()
        WHERE t.key = $1 AND ${isLive}${ifMatch === undefined ? '' : ' AND t.etag = $3::uuid'} RETURNING t.key`,
      values: [key, expiresAt, ...(ifMatch === undefined ? [] : [ifMatch])],
    };
  }

  list(prefix: string, after: string | undefined, limit: number): Statement {
    const values: unknown[] = [];
    const parameter = (value: unknown) => `$${values.push(value)}`;
    const behind = after === undefined ? 'true' : `${byteOrder} > ${parameter(after)}`;
    return {
      text: `SELECT t.key FROM ${this.#table} t WHERE ${underPrefix(prefix, parameter)} AND ${isLive} AND ${behind}
        ORDER BY ${byteOrder} LIMIT ${parameter(limit)}`,
      values,
    };
  }

  count(prefix: string): Statement {
    const values: unknown[] = [];
    const keys = underPrefix(prefix, (value) => `$${values.push(value)}`);
    return { text: `SELECT count(*) FROM ${this.#table} t WHERE ${keys} AND ${isLive}`, values };
  }

  deleteExpired = (): Statement => ({
    text: `DELETE FROM ${this.#table} t WHERE t.expires_at < now()`,
    values: [],
  });
}

/** The condition for keys with a prefix, as a range of the index over their bytes. */
export function underPrefix(prefix: string, parameter: (value: unknown, type: string) => string): string {
  if (prefix === '') return 'true';
  const end = afterPrefix(prefix);
  const from = `${byteOrder} >= ${parameter(prefix, 'text')}`;
  return end === undefined ? from : `${from} AND ${byteOrder} < ${parameter(end, 'text')}`;
}

const lastCodePoint = 0x10ffff;

/**
 * The first text, by its UTF-8 bytes, after all that begin with this prefix; undefined if there is none.
 * Code points sort as their bytes do. Surrogates are skipped, since they are not text.
 */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === lastCodePoint) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}
