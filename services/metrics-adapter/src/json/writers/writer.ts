import { compileMoment } from '../../numbers/read-number.ts';
import type { SnapshotFamily } from '../../series/snapshot.ts';
import type { JsonMetricConfig } from '../metric-config.ts';
import type { Json } from '../parse.ts';
import { compileQuery } from '../query.ts';

export type OnBadValue = (reason: 'value' | 'timestamp') => void;

/** Where a writer puts what an element says. */
export type Target = { labels: string; family: SnapshotFamily; onBadValue: OnBadValue };

/** Writes what an element says of one metric. */
export type MetricWriter = (element: Json, target: Target) => void;

/** When an element says that its value was true: `{}` where it doesn't, undefined where what it says is no time. */
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
