import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Life, Lives } from './lives.ts';
import { convertError } from './sqlite-error.ts';

/** The value of a key: bytes, and the media type of their PUT. */
export type Value = { type: string; bytes: Uint8Array };

export type PodStoreOptions = {
  /** Folder on the Pod's own volume. */
  folder: string;
  /** Maximum size of the database in bytes; writes beyond it are refused. */
  limit: number;
};

type Change = { work: () => boolean; resolve: (changed: boolean) => void; reject: (error: unknown) => void };

const schema = `
  CREATE TABLE IF NOT EXISTS data (key BLOB PRIMARY KEY, type TEXT NOT NULL, value BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS lives (
    number INTEGER PRIMARY KEY AUTOINCREMENT, pod TEXT, uid TEXT, node TEXT, started_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL, ended_at INTEGER, exit_code INTEGER, signal TEXT, reason TEXT) STRICT;
  CREATE TABLE IF NOT EXISTS members (ordinal INTEGER PRIMARY KEY, host TEXT NOT NULL, port INTEGER NOT NULL) STRICT;
`;

/**
 * The data of this Pod, in a SQLite database on its volume. A change is on the disk when its promise resolves. Changes of
 * the same turn of the event loop share one transaction and so one sync.
 *
 * Every method rejects or throws PodkitError: ERR_DATA_FULL, ERR_DATA_READ_ONLY, ERR_DATA_DAMAGED or ERR_DATA.
 */
export class PodStore {
  readonly path: string;
  readonly lives: Lives;
  readonly #database: DatabaseSync;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  #waiting: Change[] = [];
  #keys: number;

  constructor({ folder, limit }: PodStoreOptions) {
    this.path = join(folder, 'pod.db');
    this.#database = this.#try(() => open(this.path, limit));
    const prepare = (sql: string) => this.#database.prepare(sql);
    this.#get = prepare('SELECT type, value FROM data WHERE key = ?');
    this.#put = prepare(
      'INSERT INTO data VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET type = excluded.type, value = excluded.value',
    );
    this.#delete = prepare('DELETE FROM data WHERE key = ?');
    this.lives = new Lives(this.#database, (work) => this.#try(work));
    this.#keys = this.#try(() => Number(prepare('SELECT count(*) AS keys FROM data').get()?.keys));
  }

  get keys(): number {
    return this.#keys;
  }

  get(key: string): Value | undefined {
    const row = this.#try(() => this.#get.get(Buffer.from(key)));
    return row === undefined ? undefined : { type: String(row.type), bytes: row.value as Uint8Array };
  }

  /** Resolves to whether the key is new. */
  async put(key: string, { type, bytes }: Value): Promise<boolean> {
    const name = Buffer.from(key);
    const isNew = await this.#change(() => {
      const known = this.#get.get(name);
      this.#put.run(name, type, bytes);
      return known === undefined;
    });
    if (isNew) this.#keys += 1;
    return isNew;
  }

  /** Resolves to whether the key existed. */
  async delete(key: string): Promise<boolean> {
    const name = Buffer.from(key);
    const existed = await this.#change(() => Number(this.#delete.run(name).changes) > 0);
    if (existed) this.#keys -= 1;
    return existed;
  }

  /** Every member that this Pod has seen, with its last address. */
  members(): { ordinal: number; host: string; port: number }[] {
    const rows = this.#try(() => this.#database.prepare('SELECT ordinal, host, port FROM members').all());
    return rows.map(({ ordinal, host, port }) => ({
      ordinal: Number(ordinal),
      host: String(host),
      port: Number(port),
    }));
  }

  rememberMember({ ordinal, host, port }: { ordinal: number; host: string; port: number }): void {
    const sql =
      'INSERT INTO members VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET host = excluded.host, port = excluded.port';
    this.#try(() => this.#database.prepare(sql).run(ordinal, host, port));
  }

  /** Record the end of this life, and close. Synchronous, for the exit of the process. */
  close(end: Pick<Life, 'exitCode' | 'signal' | 'reason'>): void {
    this.#commit();
    try {
      this.lives.end(end);
    } finally {
      this.#database.close();
    }
  }

  #change(work: () => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#commit());
      this.#waiting.push({ work, resolve, reject });
    });
  }

  #commit(): void {
    const changes = this.#waiting;
    this.#waiting = [];
    try {
      const results = this.#inTransaction(() => changes.map(({ work }) => work()));
      changes.forEach(({ resolve }, index) => resolve(results[index] === true));
    } catch (error) {
      const [only] = changes;
      if (changes.length === 1) only?.reject(error);
      // One of them may be too large for the space that is left, so each is tried alone.
      else for (const change of changes) this.#commitOne(change);
    }
  }

  #commitOne({ work, resolve, reject }: Change): void {
    try {
      resolve(this.#inTransaction(work));
    } catch (error) {
      reject(error);
    }
  }

  #inTransaction<Result>(work: () => Result): Result {
    return this.#try(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.#database.exec('COMMIT');
        return result;
      } finally {
        // If the disk is full, SQLite has already ended the transaction.
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      }
    });
  }

  #try<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw convertError(error, this.path);
    }
  }
}

function open(path: string, limit: number): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 2000 });
  try {
    // EXCLUSIVE: another process on the same volume is refused. FULL: a commit returns when the write-ahead log is on the disk.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    const check = database.prepare('PRAGMA quick_check(1)').get();
    if (check?.quick_check !== 'ok') throw Object.assign(new Error(String(check?.quick_check)), { errcode: 11 });
    const pageSize = Number(database.prepare('PRAGMA page_size').get()?.page_size);
    database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(limit / pageSize))}`);
    database.exec(schema);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
