import type { DatabaseSync } from 'node:sqlite';

/** One life of a Pod's process on this volume. Times are milliseconds since the epoch. */
export type Life = {
  /** 1 for the first start on this volume. */
  number: number;
  pod?: string;
  /** UID of the Pod. A new UID on the same volume means that a new Pod uses the claim. */
  uid?: string;
  node?: string;
  startedAt: number;
  /** If the end was not recorded: when the process was last seen, at most ten seconds before its end. */
  endedAt?: number;
  exitCode?: number;
  /** The signal that ended it: SIGTERM, SIGINT, or SIGKILL where no end was recorded. */
  signal?: string;
  reason?: string;
};

/** What is known when a process starts. */
export type Beginning = {
  pod: string | undefined;
  uid: string | undefined;
  node: string | undefined;
  startedAt: number;
};

type Work = <Result>(work: () => Result) => Result;
type Row = Record<string, unknown>;

/** Maximum number of lives that are kept, beside the first one. */
const maxLives = 50;
const unrecorded = 'no end was recorded: killed, out of memory, or the node went away';

/** The lives of this Pod, recorded on its volume. */
export class Lives {
  readonly #database: DatabaseSync;
  readonly #try: Work;
  #current = 0;

  constructor(database: DatabaseSync, work: Work) {
    this.#database = database;
    this.#try = work;
  }

  /** Number of starts on this volume, this one included. */
  get starts(): number {
    return this.#current;
  }

  /** When the first life started. */
  get first(): number | undefined {
    const row = this.#try(() => this.#database.prepare('SELECT min(started_at) AS first FROM lives').get());
    return row?.first === null || row === undefined ? undefined : Number(row.first);
  }

  /** Record a start. An earlier life without a recorded end was killed. */
  begin({ pod, uid, node, startedAt }: Beginning): void {
    this.#try(() => {
      this.#database
        .prepare(`UPDATE lives SET ended_at = seen_at, signal = 'SIGKILL', reason = ? WHERE ended_at IS NULL`)
        .run(unrecorded);
      const sql = 'INSERT INTO lives (pod, uid, node, started_at, seen_at) VALUES (?, ?, ?, ?, ?)';
      const insert = this.#database.prepare(sql);
      this.#current = Number(insert.run(pod ?? null, uid ?? null, node ?? null, startedAt, startedAt).lastInsertRowid);
      this.#database.prepare('DELETE FROM lives WHERE number > 1 AND number <= ?').run(this.#current - maxLives);
    });
  }

  /** Record that this process is alive, so that the end of a killed process is known to within seconds. */
  see(): void {
    this.#try(() =>
      this.#database.prepare('UPDATE lives SET seen_at = ? WHERE number = ?').run(Date.now(), this.#current),
    );
  }

  end({ exitCode, signal, reason }: Pick<Life, 'exitCode' | 'signal' | 'reason'>): void {
    const sql = 'UPDATE lives SET ended_at = ?, exit_code = ?, signal = ?, reason = ? WHERE number = ?';
    const values = [Date.now(), exitCode ?? null, signal ?? null, reason ?? null, this.#current];
    this.#try(() => this.#database.prepare(sql).run(...values));
  }

  /** The first life and the latest ones, oldest first; the last is this one. */
  all(): Life[] {
    return this.#try(() => this.#database.prepare('SELECT * FROM lives ORDER BY number').all()).map(toLife);
  }
}

function toLife(row: Row): Life {
  const known = {
    pod: row.pod,
    uid: row.uid,
    node: row.node,
    endedAt: row.ended_at,
    exitCode: row.exit_code,
    signal: row.signal,
    reason: row.reason,
  };
  const filled = Object.entries(known).filter(([, value]) => value !== null);
  return { number: Number(row.number), startedAt: Number(row.started_at), ...Object.fromEntries(filled) };
}
