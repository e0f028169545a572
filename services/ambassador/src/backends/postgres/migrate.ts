import { escapeIdentifier } from 'pg';
import type { PostgresPool } from './pool.ts';

export type Tables = {
  /** Prefix of the table's name, before `state`. */
  tablePrefix: string;
  /** Where Dapr's components keep their schema level. */
  metadataTable: string;
  /** Whether a trigger notifies of every change. */
  notify: boolean;
};

/** A quoted name; a dot separates the schema. */
const quoted = (name: string): string => name.split('.').map(escapeIdentifier).join('.');

export const stateTable = ({ tablePrefix }: Tables): string => quoted(`${tablePrefix}state`);

/** The function of queries that reads a value as JSON. It returns NULL if the value is not JSON. */
export const jsonFunction = ({ tablePrefix }: Tables): string => quoted(`${tablePrefix}state_json`);

/**
 * Create the table of Dapr's PostgreSQL v2 component, and record the schema level as that component does, so that each finds
 * the table of the other. Several processes may do this at the same time, and again. Returns whether the table was created.
 */
export async function migrate(pool: PostgresPool, tables: Tables): Promise<boolean> {
  const metadata = quoted(tables.metadataTable);
  const level = `migrations-state-v2-${tables.tablePrefix}`;
  return pool.transaction(async (run) => {
    // One process at a time: creating the same table twice at the same time fails.
    await run('SELECT pg_advisory_xact_lock($1)', [7_603_518_142]);
    await run(`CREATE TABLE IF NOT EXISTS ${metadata} (key text NOT NULL PRIMARY KEY, value text NOT NULL)`);
    const [noted] = await run<{ value: string }>(`SELECT value FROM ${metadata} WHERE key = $1`, [level]);
    const done = Number(noted?.value ?? 0) >= 1;
    if (!done) for (const text of tableStatements(stateTable(tables))) await run(text);
    const isMissing = async (lookup: 'to_regclass' | 'to_regproc', name: string) =>
      (await run(`SELECT 1 WHERE ${lookup}($1) IS NULL`, [name])).length > 0;
    // Only if it is missing: PostgreSQL lets only the owner of the table do this, even if the index exists.
    if (await isMissing('to_regclass', quoted(indexName(tables)))) await run(indexStatement(tables));
    if (tables.notify) for (const text of triggerStatements(tables)) await run(text);
    if (await isMissing('to_regproc', jsonFunction(tables))) await run(functionStatement(jsonFunction(tables)));
    if (!done) {
      const upsert = `INSERT INTO ${metadata} AS t (key, value) VALUES ($1, '1') ON CONFLICT (key) DO UPDATE SET value = '1'`;
      await run(upsert, [level]);
    }
    return !done;
  });
}

const tableStatements = (table: string): string[] => [
  `CREATE TABLE IF NOT EXISTS ${table} (
     key text NOT NULL PRIMARY KEY,
     value bytea NOT NULL,
     etag uuid NOT NULL DEFAULT gen_random_uuid(),
     created_at timestamp with time zone NOT NULL DEFAULT now(),
     updated_at timestamp with time zone,
     expires_at timestamp with time zone
   )`,
  `CREATE INDEX ON ${table} (expires_at)`,
];

/** The index of keys by their bytes: a listing by prefix reads only what it lists, in every collation. */
const indexName = ({ tablePrefix }: Tables): string => `${tablePrefix}state_key_bytes`;

/** An index is made in the schema of its table, so its name is given without one. */
const indexStatement = (tables: Tables): string =>
  `CREATE INDEX ${quoted(indexName(tables).split('.').at(-1) ?? '')} ON ${stateTable(tables)} (key COLLATE "C")`;

/** The channel on which changes of a table are notified; names in PostgreSQL have 63 bytes. */
export const changeChannel = ({ tablePrefix }: Pick<Tables, 'tablePrefix'>): string =>
  `podkit_${tablePrefix}state`.slice(0, 63);

/** The payload of a notification is the changed key; an empty one says that any key may have changed. */
function triggerStatements(tables: Tables): string[] {
  const table = stateTable(tables);
  const channel = changeChannel(tables).replaceAll("'", "''");
  const notifier = quoted(`${tables.tablePrefix}state_notify`);
  return [
    `CREATE OR REPLACE FUNCTION ${notifier}() RETURNS trigger LANGUAGE plpgsql AS $body$
     BEGIN
       IF TG_OP = 'TRUNCATE' THEN PERFORM pg_notify('${channel}', '');
       ELSIF TG_OP = 'DELETE' THEN PERFORM pg_notify('${channel}', OLD.key);
       ELSE PERFORM pg_notify('${channel}', NEW.key); END IF;
       RETURN NULL;
     END $body$`,
    `CREATE OR REPLACE TRIGGER podkit_notify AFTER INSERT OR UPDATE OR DELETE ON ${table}
     FOR EACH ROW EXECUTE FUNCTION ${notifier}()`,
    `CREATE OR REPLACE TRIGGER podkit_notify_truncate AFTER TRUNCATE ON ${table}
     FOR EACH STATEMENT EXECUTE FUNCTION ${notifier}()`,
  ];
}

const functionStatement = (name: string): string => `CREATE OR REPLACE FUNCTION ${name}(value bytea) RETURNS jsonb
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $body$
  BEGIN RETURN convert_from(value, 'UTF8')::jsonb; EXCEPTION WHEN others THEN RETURN NULL; END $body$`;
