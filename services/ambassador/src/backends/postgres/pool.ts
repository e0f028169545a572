import { type Client, Pool, type PoolClient, type QueryResultRow } from 'pg';
import { ConnectError, ReadOnlyError, statementFailure } from './errors.ts';
import { type ConnectionSource, type FreshClient, freshClient } from './fresh-client.ts';
import { LostSessions, type RunSql } from './lost-sessions.ts';
import { Servers } from './servers.ts';
import { inTime } from './time-limit.ts';
import type { Address } from './url.ts';

export type PostgresPoolOptions = {
  /** One of these servers is used. */
  addresses: readonly Address[];
  source: (address: Address) => ConnectionSource;
  /** Whether a read-only server may be used. */
  allowReadOnly: boolean;
  /** Maximum number of connections. */
  max: number;
  /** Milliseconds to get a connection, including the wait for a free one. */
  connectTimeout: number;
  /** Milliseconds for one statement. */
  commandTimeout: number;
};

/** Milliseconds that the server has to end a statement after its timeout. */
const cancelTimeout = 1000;

const readOnlyQuery = `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS "readOnly"`;

/**
 * Connections to one PostgreSQL. Statements are unnamed, and settings hold for a transaction only, so that a pooler may
 * share the connections between transactions.
 */
export class PostgresPool {
  readonly #options: PostgresPoolOptions;
  readonly #servers: Servers;
  readonly #lost = new LostSessions(cancelTimeout);

  constructor(options: PostgresPoolOptions) {
    this.#options = options;
    this.#servers = new Servers({
      addresses: options.addresses,
      openPool: (address) => this.#open(address),
      check: (pool) => this.#run(pool, (run) => this.#checkWritable(run)),
    });
  }

  #open(address: Address): Pool {
    const { source, max, connectTimeout } = this.#options;
    const pool = new Pool({
      Client: freshClient(source(address)) as unknown as typeof Client,
      max,
      connectionTimeoutMillis: connectTimeout,
      idleTimeoutMillis: 60_000,
      maxLifetimeSeconds: 1800,
      allowExitOnIdle: true,
    });
    // The server has ended an idle connection. The next use opens another.
    pool.on('error', () => undefined);
    return pool;
  }

  /**
   * Run statements on one connection. If the server is read-only, or cannot be reached and the URL has others, nothing has
   * been written yet: its connections are closed, and the work runs once more, on the server that takes writes.
   */
  async use<T>(work: (run: RunSql) => Promise<T>): Promise<T> {
    const server = await this.#servers.current();
    try {
      return await this.#run(server.pool, work);
    } catch (error) {
      if (!this.#mustLeave(error)) throw error;
      this.#servers.leave(server);
      return await this.#run((await this.#servers.current()).pool, work);
    }
  }

  /** @throws {StoreError} ERR_UNAVAILABLE if the server cannot be reached, or is read-only and must not be */
  async ping(): Promise<void> {
    await this.use((run) => this.#checkWritable(run));
  }

  async #checkWritable(run: RunSql): Promise<void> {
    const [row] = await run<{ readOnly: boolean }>(readOnlyQuery);
    if (row?.readOnly === true && !this.#options.allowReadOnly) throw new ReadOnlyError();
  }

  #mustLeave(error: unknown): boolean {
    if (error instanceof ReadOnlyError) return !this.#options.allowReadOnly;
    return error instanceof ConnectError && this.#servers.several;
  }

  /**
   * A connection on which a statement was interrupted, or failed without a response, is not used again; a statement that
   * it may have left running is ended before a new one is sent.
   */
  async #run<T>(pool: Pool, work: (run: RunSql) => Promise<T>): Promise<T> {
    const client = await connect(pool);
    let broken = false;
    let begun = false;
    const markBroken = () => {
      broken = true;
    };
    const cancel = () => {
      broken = true;
      client.interrupt(cancelTimeout);
    };
    const limit = { commandTimeout: this.#options.commandTimeout, cancelTimeout, cancel };
    client.on('error', markBroken);
    try {
      const run: RunSql = async <Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) =>
        (await inTime(client.query<Row>(text, [...values]), limit)).rows;
      await this.#lost.end(run);
      begun = true;
      return await work(run);
    } catch (error) {
      const failure = statementFailure(error);
      if (failure instanceof ReadOnlyError) broken = true;
      if (failure.outcome === 'unknown') {
        broken = true;
        if (begun) this.#lost.add(client.applicationName);
      }
      throw failure;
    } finally {
      client.off('error', markBroken);
      client.release(broken);
    }
  }

  async query<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.use((run) => run<Row>(text, values));
  }

  /** Run several statements as a transaction. */
  async transaction<T>(work: (run: RunSql) => Promise<T>): Promise<T> {
    return this.use(async (run) => {
      await run(this.#begin());
      try {
        const result = await work(run);
        await run('COMMIT');
        return result;
      } catch (error) {
        // Otherwise the connection is closed, and the server rolls back.
        if (statementFailure(error).outcome === 'not-applied') await run('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  /** The server itself ends a transaction that waits too long for a lock, or whose client is gone. */
  #begin(): string {
    const { commandTimeout } = this.#options;
    return `BEGIN; SET LOCAL lock_timeout = ${commandTimeout}; SET LOCAL idle_in_transaction_session_timeout = ${2 * commandTimeout + 1000}`;
  }

  /** A separate connection to the server that is used, not yet connected. The caller ends it. */
  async dedicated(): Promise<FreshClient> {
    const { address } = await this.#servers.current();
    return new (freshClient(this.#options.source(address)))({ connectionTimeoutMillis: this.#options.connectTimeout });
  }

  close(): Promise<void> {
    return this.#servers.close();
  }
}

async function connect(pool: Pool): Promise<PoolClient & FreshClient> {
  try {
    return (await pool.connect()) as PoolClient & FreshClient;
  } catch (error) {
    throw new ConnectError(error);
  }
}
