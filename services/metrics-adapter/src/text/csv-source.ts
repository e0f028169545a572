import { Readable } from 'node:stream';
import { parseDuration } from '@podkit/chassis/config/duration';
import { messageOf } from '@podkit/chassis/errors';
import { parse } from 'csv-parse';
import { HttpClient } from '../fetch/client.ts';
import { FetchError } from '../fetch/errors.ts';
import { parseNumber } from '../json/value.ts';
import { type PullContext, PullSource } from '../pull/pull-source.ts';
import { labelsText } from '../series/labels.ts';
import type { Snapshot } from '../series/snapshot.ts';
import type { CsvConfig } from './config.ts';

type Row = Record<string, string | undefined>;

/** Read CSV (https://www.rfc-editor.org/rfc/rfc4180) into a snapshot, row by row. @throws {FetchError} parse */
async function readCsv(
  bytes: Buffer,
  { delimiter, columns, metrics }: Pick<CsvConfig, 'delimiter' | 'columns' | 'metrics'>,
  { snapshot, onError }: { snapshot: Snapshot; onError: (reason: string) => void },
): Promise<void> {
  const parser = Readable.from([bytes]).pipe(
    parse({
      columns: columns ?? true,
      delimiter,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
    }),
  );
  try {
    for await (const row of parser as AsyncIterable<Row>)
      for (const metric of metrics) addRow(metric, row, { snapshot, onError });
  } catch (cause) {
    throw new FetchError('parse', `the answer is not CSV: ${messageOf(cause)}`, { cause });
  }
}

function addRow(
  metric: CsvConfig['metrics'][number],
  row: Row,
  { snapshot, onError }: { snapshot: Snapshot; onError: (reason: string) => void },
): void {
  const text = row[metric.value];
  if (text === undefined || text === '') return;
  const value = parseNumber(text);
  if (value === undefined || (metric.type === 'counter' && !(value >= 0))) return onError('value');
  const pairs = Object.entries(metric.labels).map(([label, column]) => [label, row[column] ?? ''] as const);
  snapshot.family(metric, metric.type)?.add(labelsText(pairs), { value: value * metric.scale });
  return undefined;
}

/** A source of CSV over HTTP. */
export function createCsvSource(config: CsvConfig, { limits, log }: PullContext): PullSource {
  const client = new HttpClient(config.client);
  const { name, url, headers, maxBytes } = config;
  return new PullSource({
    name,
    limits,
    log,
    timeout: parseDuration(config.timeout),
    close: () => client.close(),
    collect: async (snapshot, { signal, onError }) => {
      await readCsv(await client.fetch({ url, headers, maxBytes, signal }), config, { snapshot, onError });
    },
  });
}
