import { Pool, type QueryResult, type QueryResultRow } from 'pg';
import { connectFailure, statementFailure } from './errors.ts';
import { type ConnectionSource, freshClient } from './fresh-client.ts';

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

/** Connections to one PostgreSQL. Statements are unnamed, so that a pooler in between may do as it likes. */
export class PostgresPool {
  readonly #pool: Pool;

  constructor({ source, max, connectTimeout, commandTimeout }: PoolOptions) {
    const Client = freshClient(source, commandTimeout);
    this.#pool = new Pool({
      Client,
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

  /** Run statements on one connection. A connection on which one failed without the server's word is not used again. */
  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw connectFailure(error);
    });
    let broken = false;
    const onError = () => {
      broken = true;
    };
    client.on('error', onError);
    try {
      return await work((text, values = []) => client.query(text, [...values]));
    } catch (error) {
      const failure = statementFailure(error);
      broken ||= failure.outcome === 'unknown';
      throw failure;
    } finally {
      client.off('error', onError);
      client.release(broken);
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
        // When the rollback cannot even be sent, the server rolls back by itself.
        await session('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
