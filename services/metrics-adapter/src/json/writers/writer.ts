import { compileMoment } from '../../numbers/read-number.ts';
import type { SnapshotFamily } from '../../series/snapshot.ts';
import type { JsonMetricConfig } from '../metric-config.ts';
import type { Json } from '../parse.ts';
import { compileQuery } from '../query.ts';

export type OnBadValue = (reason: 'value' | 'timestamp') => void;

/** The series that a writer adds to. */
export type Target = { labels: string; family: SnapshotFamily; onBadValue: OnBadValue };

/** Writes the value of one metric from an element. */
export type MetricWriter = (element: Json, target: Target) => void;

/** Reads the timestamp of an element: `{}` if it has none, undefined if it is invalid. */
export type TimestampReader = (element: Json) => { timestamp?: number } | undefined;

const none = {};

/** @throws {PodkitError} ERR_JSONPATH, ERR_TIME */
export function compileTimestamp(config: JsonMetricConfig): TimestampReader {
  if (config.timestamp === undefined) return () => none;
  const query = compileQuery(config.timestamp);
  const read = compileMoment(config);
  return (element) => {
    const found = query.first(element);
    if (found === undefined || found === null) return none;
    const timestamp = typeof found === 'object' ? undefined : read(found);
    return timestamp === undefined ? undefined : { timestamp };
  };
}
