import type { QueryResult, QueryResultRow } from 'pg';

/** One connection, for as long as the work on it takes. */
export type Session = <Row extends QueryResultRow>(
  text: string,
  values?: readonly unknown[],
) => Promise<QueryResult<Row>>;
