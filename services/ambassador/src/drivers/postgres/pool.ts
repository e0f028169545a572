import { type Client, Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { connectFailure, statementFailure } from './errors.ts';
import { type ConnectionSource, type FreshClient, freshClient } from './fresh-client.ts';
import { LostSessions } from './lost-sessions.ts';
import { inTime } from './time-limit.ts';

export type PoolOptions = {
  source: ConnectionSource;
  /** Most connections at a time. */
  max: number;
  /** Milliseconds to get a connection, waiting for a free one included. */
  connectTimeout: number;
  /** Milliseconds for one statement. */
  commandTimeout: number;
};

/** One connection, for as long as the work on it takes. */
export type Session = <Row extends QueryResultRow>(
  text: string,
  values?: readonly unknown[],
) => Promise<QueryResult<Row>>;

/** Milliseconds that the server has to end what was given up. */
const patience = 1000;

/** Connections to one PostgreSQL. Statements are unnamed, so that a pooler in between may do as it likes. */
export class PostgresPool {
  readonly #pool: Pool;
  readonly #commandTimeout: number;
  readonly #lost = new LostSessions(patience);

  constructor({ source, max, connectTimeout, commandTimeout }: PoolOptions) {
    this.#commandTimeout = commandTimeout;
    this.#pool = new Pool({
      Client: freshClient(source) as unknown as typeof Client,
      max,
      connectionTimeoutMillis: connectTimeout,
      idleTimeoutMillis: 60_000,
      maxLifetimeSeconds: 1800,
      allowExitOnIdle: true,
    });
    // An idle connection that the server ends: the next use opens another.
    this.#pool.on('error', () => undefined);
  }

  get waiting(): number {
    return this.#pool.waitingCount;
  }

  get connections(): number {
    return this.#pool.totalCount;
  }

  /**
   * Run statements on one connection. A connection on which one failed without the server's word, or was interrupted, is
   * not used again; and what it may have left running there is ended before anything else is asked.
   */
  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    let [broken, begun] = [false, false];
    const markBroken = () => {
      broken = true;
    };
    const cancel = () => {
      broken = true;
      client.interrupt(patience);
    };
    const limit = { commandTimeout: this.#commandTimeout, patience, cancel };
    client.on('error', markBroken);
    try {
      const session: Session = (text, values = []) => inTime(client.query(text, [...values]), limit);
      await this.#lost.end(session);
      begun = true;
      return await work(session);
    } catch (error) {
      const failure = statementFailure(error);
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

  async #connect(): Promise<PoolClient & FreshClient> {
    try {
      return (await this.#pool.connect()) as PoolClient & FreshClient;
    } catch (error) {
      throw connectFailure(error);
    }
  }

  async query<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.use(async (session) => (await session<Row>(text, values)).rows);
  }

  /** Several statements that happen together or not at all. */
  async transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.use(async (session) => {
      await session('BEGIN');
      try {
        const result = await work(session);
        await session('COMMIT');
        return result;
      } catch (error) {
        // Else the connection is given up, and the server rolls back by itself.
        if (statementFailure(error).outcome === 'not-applied') await session('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
